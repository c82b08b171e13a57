// What a proxy section is, with and without a `mode` line: HAProxy forwards plain TCP unless it says http, and nothing here can.

import { describe, expect, it } from 'vitest'

import { translateHaproxy } from './translate.ts'

const translate = (text: string, onlyHttp = false) =>
  translateHaproxy([{ file: 'x.cfg', text }], { env: {}, hash64: () => 0n, text: () => undefined, onlyHttp })

/** `3 unsupported`, each with its message behind it. */
const headsOf = (text: string) =>
  translate(text)
    .diagnostics.filter((each) => /^(frontend|backend|listen)/.test(each.text))
    .map(({ status, message }) => `${status} ${message ?? ''}`)

const SERVER = 'server s h:80\n'
const namesOf = ({ config }: ReturnType<typeof translate>) => [
  (config.frontends ?? []).map(({ name }) => name),
  config.backends.map(({ name }) => name),
]

describe('a section is http', () => {
  it('where it is written, also by defaults', () => {
    expect(headsOf(`defaults\nmode http\nlisten a\n${SERVER}`)).toEqual(['translated '])
  })

  it('where a frontend uses it that is', () => {
    const text = `frontend f\nmode http\nbind :80\ndefault_backend b\nbackend b\n${SERVER}`
    expect(headsOf(text)[1]).toBe("differs taken as http, because frontend f is; HAProxy asks for 'mode http' here")
  })

  it('where it uses a backend that is', () => {
    const text = `frontend f\nbind :80\ndefault_backend b\nbackend b\nmode http\n${SERVER}`
    expect(headsOf(text)[0]).toBe("differs taken as http, because backend b is; HAProxy asks for 'mode http' here")
  })

  it.each([
    ['http-request deny if { src 10.0.0.0/8 }', 'http-request'],
    ['cookie A insert', 'cookie'],
    ['option forwardfor', 'option forwardfor'],
    ['balance uri', 'balance uri'],
    ['acl a path_beg /x', 'path_beg'],
    ['acl a hdr(host) x', 'hdr(host)'],
    ['stick on req.cook(A)', 'req.cook(A)'],
  ])('where it has a line that only http has: %s', (line, part) => {
    expect(headsOf(`listen a\n${line}\n${SERVER}`)[0]).toContain(
      `differs taken as http, because '${part}' is only there`,
    )
  })
})

describe('a section is plain TCP', () => {
  it.each(['', 'option tcplog\n', 'balance leastconn\n', 'acl a src 10.0.0.0/8\n', 'timeout client 1m\n'])(
    'with nothing that says otherwise: %j',
    (line) => {
      const [head] = headsOf(`listen mysql\nbind :3306\n${line}${SERVER}`)
      expect(head).toContain('unsupported without mode http HAProxy forwards plain TCP')
      expect(head).toContain('write mode http')
    },
  )

  it('although a line of its defaults is http only', () => {
    expect(headsOf(`defaults\noption httplog\nlisten mysql\nbind :3306\n${SERVER}`)[0]).toContain('unsupported')
  })

  it('with mode tcp, at that line, or at its head where defaults say it', () => {
    const { diagnostics } = translate(`listen a\nmode tcp\nbind :1\n${SERVER}`)
    expect(diagnostics.map(({ status }) => status)).toEqual(['translated', 'unsupported', 'translated', 'translated'])
    expect(headsOf(`defaults\nmode tcp\nlisten a\nbind :1\n${SERVER}`)[0]).toContain('unsupported mode tcp')
  })

  it('and is not served as http, whatever is allowed', () => {
    const text = `listen web\nmode http\nbind :80\n${SERVER}listen mysql\nmode tcp\nbind :3306\n${SERVER}`
    expect(namesOf(translate(text))).toEqual([['web'], ['web']])
  })
})

it('--only-http leaves sections of plain TCP out, each named, with all their lines', () => {
  const text = `listen web\nmode http\nbind :80\n${SERVER}listen mysql\nmode tcp\nbind :3306\noption mysql-check\ntcp-request content reject if { src_conn_cnt gt 5 }\n${SERVER}`
  const { diagnostics, config } = translate(text, true)
  expect(diagnostics.slice(4).map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 'differs'))
  expect(diagnostics[4]).toMatchObject({ text: 'listen mysql', message: 'left out by --only-http: it is plain TCP' })
  expect(config.backends.map(({ name }) => name)).toEqual(['web'])
})

it('lines of a section whose head is refused have their status, too', () => {
  const { diagnostics } = translate(`defaults\nmode http\nlisten app 10.0.0.1\nbind :80\nblance source\n${SERVER}`)
  expect(diagnostics.map(({ line, status }) => `${line} ${status}`).slice(2)).toEqual([
    '3 error',
    '4 translated',
    '5 error',
    '6 translated',
  ])
})
