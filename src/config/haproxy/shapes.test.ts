// Shapes that HAProxy 2.6 takes: sections without servers or backends, words in any order, words left out, old names. Each was put to
// `haproxy -c`; test/applications/haproxy-lines.test.ts asks it again.

import { describe, expect, it } from 'vitest'

import { TAKEN_LINES } from '../../../test/haproxy-lines/taken.ts'
import { validateConfig } from '../validate.ts'
import { translateHaproxy } from './translate.ts'

function translate(text: string, env: Record<string, string> = {}) {
  const sources = [{ file: 'x.cfg', text: `defaults\n mode http\n${text}\n` }]
  const { config, diagnostics } = translateHaproxy(sources, { env, hash64: () => 0n, text: () => undefined })
  const { issues } = validateConfig(config, 'serve')
  return {
    config,
    lost: diagnostics.filter(({ status }) => status === 'unsupported' || status === 'error'),
    issues: issues.map(({ level, code, path }) => `${level} ${code} ${path}`),
    last: diagnostics.at(-1)!,
  }
}

const BACKEND = '\nbackend b\n server s 127.0.0.1:80'

describe('what leads to no server is taken, and nothing answers but 503', () => {
  it.each([
    ['a frontend that goes nowhere', 'frontend f\n bind :81', ['warning answers-503 frontends[0]']],
    ['a listen section that goes nowhere', 'listen f\n bind :81', ['warning answers-503 frontends[0]']],
    [
      'a backend without servers',
      'frontend f\n bind :81\n default_backend b\nbackend b',
      ['warning answers-503 backends[0]'],
    ],
    ['a backend that redirects', 'frontend f\n bind :81\n default_backend b\nbackend b\n redirect location /x', []],
    ['a backend that returns', 'frontend f\n bind :81\n default_backend b\nbackend b\n http-request return', []],
    ['a file of answers', 'frontend f\n bind :81\n http-request return status 200', []],
    ['a page alone', 'frontend f\n bind :81\n stats enable\n stats auth a:b', []],
  ])('%s', (_, text, expected) => {
    const { lost, issues } = translate(text)
    expect({ lost, issues }).toEqual({ lost: [], issues: expected })
  })

  it('a limpet.config.ts with such is refused as before', () => {
    const { issues } = validateConfig({ frontends: [{ name: 'f' }], backends: [{ name: 'b', servers: [] }] }, 'serve')
    expect(issues.map(({ code }) => code)).toEqual(expect.arrayContaining(['no-server', 'frontend-leads-nowhere']))
    expect(validateConfig({ frontends: [{ name: 'f' }], backends: [] }, 'serve').issues[0]).toMatchObject({
      code: 'no-backend',
    })
  })

  it('a file without any proxy is refused', () => {
    expect(translate('').issues).toEqual(['error no-backend backends'])
  })
})

describe('the default_backend of a listen section', () => {
  it.each(['', '\n server own 127.0.0.1:82'])('comes before its own servers: %j', (own) => {
    const { config, lost } = translate(`listen f\n bind :81\n default_backend b${own}${BACKEND}`)
    expect(lost).toEqual([])
    expect(config.frontends).toMatchObject([{ name: 'f', defaultBackend: 'b' }])
    expect(config.backends.map(({ name }) => name)).toEqual(own === '' ? ['b'] : ['f', 'b'])
  })

  it('a section that is there for its table is a backend', () => {
    const { config, issues } = translate(
      `listen t\n bind :82\n stick-table type ip size 1k\nlisten f\n bind :81\n stick on src table t\n server s 127.0.0.1:80`,
    )
    expect(config.backends.map(({ name }) => name)).toEqual(['t', 'f'])
    expect(issues.filter((issue) => issue.startsWith('error'))).toEqual([])
  })
})

const inFrontend = (lines: string) => {
  const { config, ...said } = translate(`frontend f\n bind :81\n default_backend b\n ${lines}${BACKEND}`)
  return { ...said, rules: config.frontends![0]!.rules }
}
const inBackend = (line: string) => {
  const { config, ...said } = translate(`backend b\n server s 127.0.0.1:80\n ${line}`)
  return { ...said, backend: config.backends[0]! }
}

describe('a listen section that others send requests to', () => {
  const listen = (lines: string) =>
    translate(`frontend f\n bind :81\n use_backend k if { path /k }\nlisten k\n bind :82\n${lines}`)

  it('is a backend, even without servers', () => {
    const { config, lost, issues } = listen('')
    expect(lost).toEqual([])
    expect(issues).toEqual(['warning answers-503 backends[0]'])
    expect(config.backends).toMatchObject([{ name: 'k', servers: [] }])
  })

  it('asks its rules once, of whatever comes to it', () => {
    const { config, lost } = listen(
      ' http-request deny if { path /x }\n http-response set-header A b\n http-request add-header A c\n server s h:80',
    )
    const [f, k] = config.frontends!
    expect(lost).toEqual([])
    expect([f!.rules!.length, k!.rules, k!.responseRules]).toEqual([1, undefined, undefined])
    expect(config.backends[0]).toMatchObject({
      rules: [{ do: { deny: { status: 403 } } }, { do: { addHeader: { name: 'A' } } }],
      responseRules: [{ do: { setHeader: { name: 'A' } } }],
    })
  })

  it('may be meant by a name that is made of samples', () => {
    const { config } = translate(
      'frontend f\n bind :81\n use_backend %[path]\nlisten k\n bind :82\n http-request deny\n server s h:80\nlisten page\n bind :83\n http-request return',
    )
    expect(config.backends).toMatchObject([{ name: 'k', rules: [{ do: { deny: {} } }] }])
    expect(config.frontends!.map(({ rules }) => rules?.length)).toEqual([1, undefined, 1])
  })

  it('may not send them elsewhere before its own servers: the rules would not be asked', () => {
    const { lost } = listen(
      ' http-request deny if { path /x }\n use_backend k2 if { path /y }\nbackend k2\n server s h:80',
    )
    expect(lost).toMatchObject([{ status: 'error', message: expect.stringContaining('as a backend section') }])
    expect(listen(' use_backend k2 if { path /y }\n server t h:81\nbackend k2\n server s h:80').lost).toEqual([])
  })

  it.each(['use_backend k', 'use_backend k if FALSE', 'default_backend k'])('does not lead to itself: %s', (line) => {
    expect(listen(` ${line}\n server s h:80`).lost).toMatchObject([
      { status: 'error', message: expect.stringContaining('loop detected') },
    ])
  })
})

describe('the words of a redirect', () => {
  it.each([
    ['code 301 prefix http://x', { prefix: 'http://x', code: 301 }],
    ['drop-query code 301 append-slash location /x', { location: '/x', code: 301, dropQuery: true, appendSlash: true }],
    ['set-cookie a=b clear-cookie c prefix /', { prefix: '', code: 302, setCookie: 'a=b', clearCookie: 'c' }],
    ['location /a prefix /b', { prefix: '/b', code: 302 }],
  ])('stand in any order: %s', (words, redirect) => {
    expect(inFrontend(`redirect ${words}`)).toMatchObject({ lost: [], rules: [{ do: { redirect } }] })
    expect(inFrontend(`http-request redirect ${words}`)).toMatchObject({ lost: [], rules: [{ do: { redirect } }] })
  })

  it.each([
    ['code 301', 'needs scheme, location or prefix, and its value'],
    ['code 305 location /x', 'code 305: must be one of 301, 302, 303, 307, 308'],
    ['location', 'location needs a value'],
    ['location /x code', 'code needs a value'],
  ])('are errors where HAProxy refuses them: %s', (words, message) => {
    const { lost } = inFrontend(`redirect ${words}`)
    expect(lost).toMatchObject([{ status: 'error', message: expect.stringContaining(message) }])
  })
})

describe('what is left out', () => {
  it('balance alone is roundrobin', () => {
    expect(inBackend('balance')).toMatchObject({ lost: [], backend: { balance: 'roundrobin' } })
  })

  it('option originalto adds nothing, and says so', () => {
    const { lost, last } = inBackend('option originalto except 10.0.0.0/8 header X-To')
    expect({ lost, last }).toMatchObject({ lost: [], last: { status: 'differs' } })
  })
})

describe('errorfile 200', () => {
  it('is the page of monitor-uri', () => {
    const text = `defaults\n mode http\nfrontend f\n bind :81\n errorfile 200 ok.http\n monitor-uri /up\n default_backend b${BACKEND}\n`
    const page = 'HTTP/1.0 200 Fine\r\nContent-Type: text/plain\r\nX-A: b\r\n\r\nfine'
    const ports = { env: {}, hash64: () => 0n, text: () => page }
    const { config, diagnostics } = translateHaproxy([{ file: 'x.cfg', text }], ports)
    expect(diagnostics[4]).toMatchObject({ status: 'translated' })
    expect(config.frontends![0]).toMatchObject({
      rules: [{ do: { return: { status: 200, contentType: 'text/plain', headers: { 'X-A': 'b' }, body: 'fine' } } }],
    })
    expect(validateConfig(config, 'serve').issues).toEqual([])
  })
})

it('error-limit and on-error may stand without observe', () => {
  const { lost, issues } = translate('backend b\n server s h:80 check error-limit 5 on-error mark-down')
  expect({ lost, issues: issues.filter((issue) => issue.startsWith('error')) }).toEqual({ lost: [], issues: [] })
})

describe('monitor fail', () => {
  const fails = { sample: 'nbsrv(b)', match: 'int', values: ['lt 1'] }
  it.each([
    'monitor fail if { nbsrv(b) lt 1 }\n monitor-uri /up',
    'monitor-uri /up\n monitor fail if { nbsrv(b) lt 1 }',
  ])('answers 503 before the page, wherever the line stands: %j', (lines) => {
    const { rules, lost } = inFrontend(lines)
    expect(lost).toEqual([])
    expect(rules).toMatchObject([
      { if: { all: [{ sample: 'path' }, fails] }, do: { deny: { status: 503 } } },
      { if: { sample: 'path', values: ['/up'] }, do: { return: { status: 200 } } },
    ])
  })

  it.each(['monitor fail', 'monitor fail zz', 'monitor'])('%s is an error, as in HAProxy', (line) => {
    expect(inFrontend(line).lost).toMatchObject([{ status: 'error' }])
  })
})

describe('a time', () => {
  it.each([
    ['15min', '15m'],
    ['10sec', '10s'],
    ['1hour', '1h'],
    ['5days', '5d'],
    ['10ms5', '10ms'],
    ['1500', '1500ms'],
  ])('is read up to its unit: %s', (text, time) => {
    expect(inBackend(`timeout server ${text}`)).toMatchObject({ lost: [], backend: { timeouts: { server: time } } })
    expect(inBackend(`cookie A insert maxidle ${text.replace('1500', '15min')}`).lost).toEqual([])
  })

  it.each(['1.5s', '10u', '10xs', '10S', 's'])('%s is none', (text) => {
    expect(inBackend(`timeout server ${text}`).lost).toMatchObject([{ status: 'error' }])
  })
})

it.each(TAKEN_LINES)('nothing of it is lost: %s, %s', (section, line) => {
  const global = section === 'global' ? `global\n ${line}\n` : ''
  const inside = global === '' ? `${section} x\n ${line}\n` : ''
  const sources = [{ file: 'x.cfg', text: `${global}defaults\n mode http\n${inside}` }]
  const { diagnostics } = translateHaproxy(sources, { env: {}, hash64: () => 0n, text: () => '' })
  expect(diagnostics.filter(({ status }) => status === 'unsupported' || status === 'error')).toEqual([])
})

describe('an address with variables', () => {
  it.each([':$PORT', '*:$PORT', ':${PORT}', '":$PORT"', "':$PORT'"])(
    'is read with or without quotes: bind %s',
    (bind) => {
      const text = `listen f\n bind ${bind}\n server s $HOST:80\n server t "${'${HOST}'}":81\n`
      const { config, lost } = translate(text, { PORT: '8011', HOST: '127.0.0.1' })
      expect(lost).toEqual([])
      expect(config.frontends![0]!.bind).toEqual([expect.stringMatching(/^\*?:8011$/)])
      expect(config.backends[0]!.servers.map(({ url }) => url)).toEqual(['http://127.0.0.1:80', 'http://127.0.0.1:81'])
    },
  )

  it('is read with what the global section sets', () => {
    const text = 'global\n setenv PORT 8012\n presetenv PORT 1\n setenv GONE 1\n unsetenv GONE\n'
    const { config, lost } = translate(`listen f\n bind :$PORT\n server s h:8$GONE\n`, {})
    expect(lost).not.toEqual([])
    expect(config.backends[0]!.servers[0]!.url).toBe('http://h:8')
    const sources = [{ file: 'x.cfg', text: `${text}listen f\n mode http\n bind :$PORT\n server s h:8$GONE\n` }]
    const translated = translateHaproxy(sources, { env: {}, hash64: () => 0n, text: () => undefined })
    expect(translated.config.frontends![0]!.bind).toEqual([':8012'])
  })

  it('a name has none', () => {
    const { config } = translate('listen f\n bind :81\n server $HOST h:80', { HOST: 'x' })
    expect(config.backends[0]!.servers[0]!.name).toBe('$HOST')
  })
})

describe('.if', () => {
  it.each([
    ['defined(HOME)', true],
    ['!defined(HOME)', false],
    ['defined(NONE)', false],
    ['defined(NONE) || defined(HOME)', true],
    ['defined(HOME) && defined(NONE)', false],
    ['!(defined(HOME) && defined(NONE))', true],
    ['streq("$HOME",/root)', true],
    ['strneq("$HOME",/root)', false],
    ['version_atleast(2.4)', true],
    ['version_atleast(2.6)', true],
    ['version_atleast(2.7)', false],
    ['version_before(2.6)', false],
    ['version_before(3.0)', true],
    ['1', true],
    ['0', false],
    ['', false],
    ['streq(a, a)', false],
    ['feature(OPENSSL)', true],
    ['feature(openssl)', false],
    ['feature(zz)', false],
    ['openssl_version_atleast(1.1.1)', true],
    ['openssl_version_before(3.0.0)', false],
    ['ssllib_name_startswith(OpenSSL)', true],
    ['ssllib_name_startswith(wolf)', false],
    ['defined( HOME )', false],
  ])('%s', (condition, holds) => {
    const text = `.if ${condition}\n retries 5\n.else\n retries 7\n.endif`
    const { config, lost } = translate(`backend b\n server s h:80\n${text}`, { HOME: '/root' })
    expect({ lost, retries: config.backends[0]!.retries }).toEqual({ lost: [], retries: holds ? 5 : 7 })
  })

  it('nests, and stands around sections; what is left out is not read', () => {
    const inner = '.if 1\nretries 5\n.elif nonsense\nbogus\n.else\nbogus\n.endif'
    const text = `.if 0\nbackend x\nbogus 'open\n.if nonsense\n.endif\n.elif 1\nbackend b\nserver s h:80\n${inner}\n.else\nbogus\n.endif`
    const { config, lost } = translate(text)
    expect(lost).toEqual([])
    expect(config.backends).toMatchObject([{ name: 'b', retries: 5 }])
  })

  it.each([
    ['.if zz\n.endif', "'zz' is no condition"],
    ['.if awslc_api_atleast(1)\n.endif', "'awslc_api_atleast(1)' is no condition here"],
    ['.if openssl_version_atleast(zz)\n.endif', "'zz' is no version"],
    ['.if (1\n.endif', "'(' is never closed"],
    ['.if 1 2\n.endif', "'2' stands behind a condition"],
    [`.if ${'('.repeat(1025)}\n.endif`, 'at most 1024 characters'],
    ['.if streq("a,a)\n.endif', 'is never closed'],
    ['.else', '.else stands without .if'],
    ['.endif', '.endif stands without .if'],
    ['.if 1\n.else\n.else\n.endif', '.else stands behind .else'],
    ['.if 1', '.if without .endif'],
    ['.notice "no', 'is never closed'],
    ['.alert "no key"', '.alert: no key'],
  ])('is an error: %j', (text, message) => {
    const { lost } = translate(`backend b\n server s h:80\n${text}`)
    expect(lost[0]).toMatchObject({ status: 'error', message: expect.stringContaining(message) })
  })

  it('messages are no errors', () => {
    expect(translate('.notice a\n.warning "b c"\n.diag d\nbackend b\n server s h:80').lost).toEqual([])
  })
})

it('http-request allow spares clients no redirect of its section', () => {
  const { config, lost } = translate(
    `frontend f\n bind :81\n http-request allow if { src 10.0.0.0/8 }\n http-request deny\n redirect location /login if { path /admin }\n default_backend b${BACKEND}`,
  )
  expect(lost).toEqual([])
  expect(config.frontends![0]!.rules).toMatchObject([
    { do: { allow: true } },
    { do: { deny: { status: 403 } } },
    { do: { redirect: { location: '/login' } }, always: true },
  ])
})
