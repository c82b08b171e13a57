// A word too many is no comment: it may be a condition that would be lost. With every keyword that HAProxy 2.6 reads a fixed
// number of words after, one more is an error, as `haproxy -c` has it; what HAProxy reads over stays.

import { describe, expect, it } from 'vitest'

import { translateHaproxy } from './translate.ts'

function statusesOf(text: string): readonly string[] {
  const ports = { env: {}, hash64: () => 0n, text: () => undefined }
  return translateHaproxy([{ file: 'x.cfg', text: `${text}\n` }], ports).diagnostics.map(({ status }) => status)
}

/** The last line's. */
const inListen = (line: string) => statusesOf(`listen app\nacl adm src 10.0.0.0/8\n${line}`).at(-1)
const inGlobal = (line: string) => statusesOf(`global\n${line}`).at(-1)

const FIXED = [
  'default_backend b',
  'monitor-uri /m',
  'maxconn 10',
  'mode http',
  'retries 3',
  'fullconn 5',
  'enabled',
  'disabled',
  'backlog 5',
  'id 5',
  'http-reuse always',
  'log-format x',
  'unique-id-format %ci',
  'capture request header Host len 10',
  'capture response header Server len 10',
  'timeout client 3s',
  'timeout connect 3s',
  'timeout queue 3s',
  'timeout server 3s',
  'timeout check 3s',
  'timeout tunnel 3s',
  'timeout http-request 3s',
  'timeout http-keep-alive 3s',
  'http-check disable-on-404',
  'http-check send-state',
  'no log',
  'log 127.0.0.1 local0 notice err',
  'option httplog',
  'option httplog clf',
  'option httpchk GET / HTTP/1.1',
  ...'persist allbackups log-health-checks checkcache dontlognull http-server-close httpclose http-keep-alive http-no-delay http-buffer-request http-ignore-probes http-pretend-keepalive tcplog tcpka clitcpka srvtcpka nolinger splice-auto splice-request splice-response socket-stats logasap log-separate-errors dontlog-normal contstats abortonclose idle-close-on-response prefer-last-server accept-invalid-http-request accept-invalid-http-response tcp-smart-accept tcp-smart-connect h1-case-adjust-bogus-client h1-case-adjust-bogus-server independent-streams disable-h2-upgrade http-use-proxy-header ldap-check external-check redis-check spop-check ssl-hello-chk tcp-check transparent'
    .split(' ')
    .map((name) => `option ${name}`),
  'no option persist',
  'no option dontlognull',
]

describe('a word too many', () => {
  it.each(FIXED)('behind "%s" is an error', (line) => {
    expect([inListen(`${line} if`), inListen(`${line} 5`), inListen(`${line} if adm`)]).toEqual(
      Array.from({ length: 3 }, () => 'error'),
    )
  })

  it.each(FIXED.filter((line) => line !== 'disabled' && line !== 'option checkcache'))(
    'is what makes it one: "%s" is none',
    (line) => expect(inListen(line)).not.toBe('error'),
  )

  it.each(['spread-checks 5', 'log-tag app'])('behind "%s" in global is an error', (line) => {
    expect([inGlobal(line), inGlobal(`${line} 6`)]).toEqual(['translated', 'error'])
  })

  it.each([
    ['stats uri /s if adm', 'differs'],
    ['stats show-legends x', 'translated'],
    ['stats refresh 5s 6s', 'translated'],
    ['stats hide-version x', 'platform'],
    ['dynamic-cookie-key a b', 'translated'],
    ['errorloc 503 /x y', 'translated'],
    ['capture cookie A len 10 x', 'translated'],
    ['hash-type map-based sdbm avalanche x', 'translated'],
    ['option redispatch 3 4', 'translated'],
    ['log-tag x y', 'differs'],
  ])('that HAProxy reads over stays so: "%s"', (line, status) => {
    expect(inListen(line)).toBe(status)
  })
})

describe('what follows the name of use_backend', () => {
  it.each(['ixf adm', 'adm', 'when adm', 'if', 'unless', 'if adm if adm', 'ixf adm if adm', 'if nobody'])(
    '"%s" is an error',
    (more) => expect(inListen(`use_backend internal ${more}`)).toBe('error'),
  )

  it.each(['', 'if adm', 'unless adm'])('"%s" is translated', (more) => {
    expect(inListen(`use_backend internal ${more}`)).toBe('translated')
  })
})

it.each(['default_backend', 'monitor-uri', 'use_backend', 'use-server', 'mode'])('%s alone is an error', (line) => {
  expect(inListen(line)).toBe('error')
})
