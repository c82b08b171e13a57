// `http-errors` sections, and lines that name them; answers of rules; what takes its time.

import { describe, expect, it } from 'vitest'

import { translateHaproxy } from './translate.ts'

const FILE = 'HTTP/1.0 503 Service Unavailable\r\nContent-Type: text/html\r\nX-By: us\r\n\r\nsorry\n'

function translate(text: string) {
  return translateHaproxy([{ file: 'h.cfg', text: `defaults\nmode http\n${text}` }], {
    env: {},
    text: (file) => (file === '503.http' ? FILE : undefined),
    hash64: () => 0n,
  })
}

const SECTION = 'http-errors site\nerrorfile 503 503.http\nerrorfile 403 503.http'
const SAID = { status: 503, contentType: 'text/html', headers: { 'X-By': 'us' }, body: 'sorry\n' }

const inBackend = (...lines: readonly string[]) => {
  const { config, diagnostics } = translate([SECTION, 'backend b', ...lines].join('\n'))
  return { backend: config.backends[0]!, last: diagnostics.at(-1)! }
}

describe('http-errors', () => {
  it('may stand behind the sections that name it', () => {
    const { config } = translate(`backend b\nerrorfiles site\n${SECTION}`)
    expect(config.backends[0]!.errors).toEqual({ 403: SAID, 503: SAID })
  })

  it('gives the codes that a line asks for', () => {
    expect(inBackend('errorfiles site 403 404').backend.errors).toEqual({ 403: SAID })
    expect(inBackend('errorfiles site 403 404').last.message).toBe('http-errors site has no 404')
  })

  it.each([
    [`${SECTION}\nbackend b\nerrorfiles sites`, "there is no http-errors section 'sites'; did you mean 'site'?"],
    [`${SECTION}\nbackend b\nerrorfiles site 418`, '418: must be one of 200, 400'],
    [`${SECTION}\nbackend b\nhttp-request deny errorfiles x`, "there is no http-errors section 'x'"],
    [`${SECTION}\nbackend b\nhttp-request deny status 418 errorfiles site`, 'errorfiles has no answer for 418'],
    ['http-errors', 'http-errors needs a name'],
    [`${SECTION}\n${SECTION}`, "there is an http-errors section 'site' already"],
    ['http-errors a\nerrorfil 503 503.http', "did you mean 'errorfile'?"],
    ['http-errors a\nerrorfile 418 503.http', '418: must be one of'],
    ['http-errors a\nerrorfile 503', 'errorfile needs a status and a file'],
  ])('%s: %s', (text, message) => {
    const errors = translate(text).diagnostics.filter(({ status }) => status === 'error')
    expect(errors[0]?.message).toContain(message)
  })
})

describe('answers of rules', () => {
  it.each([
    ['deny', { status: 403 }],
    ['deny deny_status 404', { status: 404 }],
    ['deny status 404', { status: 404, body: '' }],
    ['deny status 404 default-errorfiles', { status: 404 }],
    ['deny status 404 errorfiles site', { status: 404, body: '' }],
    ['deny status 403 errorfiles site hdr a b', SAID],
    ['deny content-type text/plain', { status: 403, body: '' }],
    [
      'deny status 404 content-type a/b string x hdr c d',
      { status: 404, contentType: 'a/b', body: 'x', headers: { c: 'd' } },
    ],
  ])('%s', (words, deny) => {
    expect(inBackend(`http-request ${words}`).backend.rules).toEqual([{ do: { deny } }])
  })

  it('return what the section would', () => {
    expect(inBackend('http-request return status 404 default-errorfiles').backend.rules).toEqual([
      { do: { return: { status: 404, errorPage: true } } },
    ])
  })

  it.each([
    'return status 418 default-errorfiles',
    'return string x',
    'return lf-string x',
    'return content-type a/b string x errorfile 503.http',
    'return content-type a/b string x hdr a',
    'return status 100',
    'deny stauts 403',
  ])('%s is an error', (words) => {
    expect(inBackend(`http-request ${words}`).last.status).toBe('error')
  })

  it('http-error may take back what was said', () => {
    expect(inBackend('errorfiles site', 'http-error status 403 default-errorfiles').backend.errors).toEqual({
      503: SAID,
    })
  })
})

describe('what takes its time', () => {
  it('a tarpit takes the section’s timeout tarpit, wherever that stands, else its timeout connect', () => {
    const time = (...lines: readonly string[]) => inBackend('http-request tarpit', ...lines).backend.rules
    expect(time('timeout tarpit 3s', 'timeout connect 1s')).toEqual([{ do: { tarpit: { status: 500, time: '3s' } } }])
    expect(time('timeout connect 1s')).toEqual([{ do: { tarpit: { status: 500, time: '1s' } } }])
    expect(time()).toEqual([{ do: { tarpit: { status: 500, time: '0s' } } }])
  })

  it('option http-buffer-request waits before the section’s rules', () => {
    const { backend } = inBackend(
      'http-request set-header a b',
      'option http-buffer-request',
      'timeout http-request 2s',
    )
    expect(backend.rules?.[0]).toEqual({ do: { waitForBody: { time: '2s' } } })
    expect(inBackend('option http-buffer-request', 'no option http-buffer-request').backend.rules).toBeUndefined()
  })

  it.each([
    ['wait-for-body time 1s at-least 1k', { waitForBody: { time: '1s', atLeast: 1024 } }],
    ['wait-for-body at-least 0 time 5', { waitForBody: { time: '5ms' } }],
    ['set-timeout server 3s', { setTimeout: { server: '3s' } }],
    ['set-timeout server req.hdr(x)', { setTimeout: { server: 'req.hdr(x)' } }],
  ])('%s', (words, action) => {
    expect(inBackend(`http-request ${words}`).backend.rules).toEqual([{ do: action }])
  })

  it.each([
    ['wait-for-body', 'error'],
    ['wait-for-body time 1s at-least x', 'error'],
    ['wait-for-body time 1s foo', 'error'],
    ['wait-for-body time 0', 'unsupported'],
    ['set-timeout server 0', 'error'],
    ['set-timeout client 3s', 'error'],
    ['set-timeout server res.hdr(x)', 'error'],
    ['set-timeout tunnel 3s', 'differs'],
    ['set-timeout tunnel req.hdr(x)', 'differs'],
    ['set-timeout tunnel 0', 'error'],
    ['set-timeout tunnel', 'error'],
  ])('%s is %s', (words, status) => {
    expect(inBackend(`http-request ${words}`).last.status).toBe(status)
  })

  it('set-timeout tunnel does not change the timeout of servers', () => {
    expect(inBackend('http-request set-timeout tunnel 3s').backend.rules).toBeUndefined()
  })

  it('set-timeout is no rule of a frontend', () => {
    expect(translate('frontend f\nhttp-request set-timeout server 3s').diagnostics.at(-1)!.status).toBe('error')
  })
})
