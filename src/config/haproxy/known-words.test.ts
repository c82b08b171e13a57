// Nothing is taken that was not read: of every place of a haproxy.cfg each word of HAProxy 2.6 is known by name, and a word that
// nobody has is an error that --allow-unsupported does not skip. The lines were put to HAProxy itself (test/applications).

import { describe, expect, it } from 'vitest'

import { HAPROXY_LINES } from '../../../generate/haproxy-lines.ts'
import { REFUSED_LINES } from '../../../test/haproxy-lines/refused.ts'
import { translateHaproxy } from './translate.ts'

const ports = { env: {}, hash64: () => 0n, text: (name: string) => (name === '/nonexist' ? undefined : '') }
const HEADS: Readonly<Record<string, string>> = {
  listen: 'listen NAME\nbind :1\nserver s h:1\n',
  frontend: 'frontend NAME\nbind :1\n',
  backend: 'backend NAME\nserver s h:1\n',
  defaults: 'defaults NAME\nmode http\n',
}

/** What becomes of the line in such a section. */
function statusOf(section: string, line: string) {
  const acl = section === 'listen' ? 'acl adm src 10.0.0.0/8\n' : ''
  const text = `${(HEADS[section] ?? `${section}\n`).replace('NAME', 'n') + acl + line}\n`
  return translateHaproxy([{ file: 'x.cfg', text }], ports).diagnostics.at(-1)!
}

/** `http-request dxeny`. */
function withTypingError(line: string, at: number): string {
  return line
    .split(' ')
    .map((word, i) => (i === at ? `${word[0]}x${word.slice(1)}` : word))
    .join(' ')
}

describe.each(HAPROXY_LINES.map((place) => [place.title, place] as const))('%s', (_, { section, at, lines }) => {
  it('has words that are all known', () => {
    const unknown = lines.filter((line) => /HAProxy 2\.6 has no|^unknown/.test(statusOf(section, line).message ?? ''))
    expect(unknown).toEqual([])
  })

  it('has no others', () => {
    const taken = lines.filter((line) => statusOf(section, withTypingError(line, at)).status !== 'error')
    expect(taken).toEqual([])
  })
})

it('a line that HAProxy refuses is an error', () => {
  const taken = REFUSED_LINES.filter(([section, line]) => statusOf(section, line).status !== 'error')
  expect(taken).toEqual([])
})

describe('a typing error names what is near', () => {
  it.each([
    ['global', 'ssl-default-bind-optoins no-sslv3', "'ssl-default-bind-options'"],
    ['listen', 'tmeout client 1s', "'timeout'"],
    ['listen', 'http-request dney if adm', "'deny'"],
    ['listen', 'tcp-request content rejct if adm', "'reject'"],
    ['listen', 'option httplogs', "'httplog'"],
    ['peers NAME', 'per a 127.0.0.1:1', "'peer'"],
    ['listen', 'log-format %sslvv', "'%sslv'"],
    ['listen', 'compression algo gzp', "'gzip'"],
    ['listen', 'acl a hdr(host),lowr x', "'lower'"],
    ['listen', 'log-format %[sttus]', "'status'"],
  ])('%s: %s', (section, line, meant) => {
    expect(statusOf(section, line)).toMatchObject({ status: 'error', message: expect.stringContaining(meant) })
  })
})

describe('what a newer HAProxy has is known by name', () => {
  it.each([
    ['global', 'tune.stick-counters 5', 'platform', 'HAProxy 2.8'],
    ['listen', 'http-request set-bandwidth-limit a', 'unsupported', 'HAProxy 2.7'],
    ['listen', 'tcp-request connection sc-add-gpc(0,0) 1', 'unsupported', 'HAProxy 2.8'],
    ['backend', 'guid a', 'unsupported', 'HAProxy 3.0'],
    ['backend', 'server a h:1 init-state up', 'unsupported', 'HAProxy 3.1'],
    ['frontend', 'bind :1 ssl crt a.pem default-crt b.pem', 'error', 'HAProxy 3.0'],
    ['peers NAME', 'shards 2', 'platform', 'HAProxy 2.8'],
    ['listen', 'http-request add-header A %[src,rfc7239_n2nn]', 'unsupported', 'rfc7239_n2nn'],
  ])('%s: %s', (section, line, status, said) => {
    expect(statusOf(section, line)).toMatchObject({ status, message: expect.stringContaining(said) })
  })
})

describe('what left HAProxy says what to write', () => {
  it.each([
    ['reqirep ^Host:a b', 'http-request replace-header'],
    ['reqallow ^Host:', 'http-request deny unless'],
    ['rspidel secret', 'http-response del-header'],
  ])('%s', (line, said) => {
    expect(statusOf('listen', line)).toMatchObject({ status: 'error', message: expect.stringContaining(said) })
  })
})

describe('a line in a section of the wrong kind', () => {
  it('is an error where HAProxy refuses it', () => {
    expect(statusOf('frontend', 'server a h:1').message).toContain('does not belong into a frontend')
  })

  it('has no effect where HAProxy reads over it, if it is right', () => {
    expect(statusOf('frontend', 'balance source').status).toBe('platform')
    expect(statusOf('frontend', 'balance sorce').status).toBe('error')
  })
})

describe('what a global section says about TLS counts for bind lines', () => {
  const bindOf = (globals: string, bind = 'bind :443 ssl crt a.pem') =>
    translateHaproxy([{ file: 'x.cfg', text: `global\n${globals}\nfrontend f\nmode http\n${bind}\n` }], ports).config
      .frontends![0]!.bind

  it.each([
    ['ssl-default-bind-options ssl-min-ver TLSv1.3', [':443 ssl crt a.pem ssl-min-ver TLSv1.3']],
    ['ssl-default-bind-options no-tlsv12', [':443 ssl crt a.pem ssl-min-ver TLSv1.3']],
    ['ssl-default-bind-options ssl-min-ver TLSv1.2', [':443 ssl crt a.pem']],
    ['crt-base /etc/ssl', [':443 ssl crt /etc/ssl/a.pem']],
  ])('%s', (globals, bind) => expect(bindOf(globals)).toEqual(bind))

  it('and a bind line has the last word', () => {
    const bind = 'bind :443 ssl crt /a.pem ssl-min-ver TLSv1.2'
    expect(bindOf('crt-base /etc/ssl\nssl-default-bind-options ssl-min-ver TLSv1.3', bind)).toEqual([
      ':443 ssl crt /a.pem',
    ])
  })
})

describe('the column is that of the word, not of one that is written alike', () => {
  it.each([
    ['backend', 'server weight h:1 cookie rise rise x', 31],
    ['backend', 'server a h:1 check weight check', 20],
    ['backend', 'default-server inter 2s chek', 25],
    ['listen', 'cookie domain insert domian x', 22],
    ['frontend', 'bind :1 name crtt crtt x', 19],
    ['listen', 'stick-table type ip size 1k nopruge', 29],
    ['listen', 'use_backend b if { hdr(host),lowr x }', 20],
  ])('%s: %s', (section, line, column) => {
    expect(statusOf(section, line).column).toBe(column)
  })
})

describe('what a Worker cannot see', () => {
  it.each([
    ['http-request set-log-level silent if HTTP_1.0', 'unsupported', ''],
    ['http-request add-header A b if HTTP_1.0', 'unsupported', 'HTTP/1.0 from HTTP/1.1'],
    ['http-request add-header A b if { req.ver 1.1 }', 'unsupported', 'HTTP/1.0 from HTTP/1.1'],
    ['http-request add-header A b if { req.ver -m reg 1 }', 'unsupported', 'HTTP/1.0 from HTTP/1.1'],
    ['http-request add-header A b if { req.ver,field(2,.) 1 }', 'unsupported', 'HTTP/1.0 from HTTP/1.1'],
    ['http-request add-header A b if { capture.req.ver HTTP/1.0 }', 'unsupported', 'HTTP/1.0 from HTTP/1.1'],
    ['http-request set-var(txn.v) req.ver', 'error', 'a variable may be compared'],
    ['http-request set-var-fmt(txn.v) x%[capture.req.ver]', 'error', 'a variable may be compared'],
    ['http-request add-header A %[capture.req.ver]', 'differs', 'takes HTTP/1.0 for HTTP/1.1'],
    ['http-request deny if { req_ver 1.0 1.1 }', 'differs', 'takes HTTP/1.0 for HTTP/1.1'],
    ['http-request deny if { req.ver -m beg 1 }', 'differs', 'takes HTTP/1.0 for HTTP/1.1'],
    ['http-request deny unless HTTP_2.0', 'translated', ''],
    ['http-request deny if { fc_http_major lt 2 }', 'translated', ''],
    [
      'http-response set-header A %[res.ver]',
      'unsupported',
      '%[res.ver]: a Worker does not see which version of HTTP a server speaks',
    ],
    ['acl a ssl_c_used', 'unsupported', 'certificates'],
    ['acl a src,table_server_id(listen) gt 5', 'unsupported', 'when a server is chosen'],
    ['acl a dst 10.0.0.1', 'unsupported', 'does not see connections'],
    ['acl a url_port 80', 'unsupported', 'in which form a target'],
    ['acl a env(HOME) -m found', 'unsupported', 'no environment'],
    ['acl a thread 1', 'differs', 'thread is 0'],
    ['acl a be_sess_rate(listen) gt 5', 'differs', 'of this isolate'],
    ['acl a path_sub queue', 'translated', ''],
    ['http-request deny if !HTTP_URL_STAR METH_TRACE', 'differs', 'answered with 400'],
    ['http-request deny unless HTTP_URL_SLASH', 'translated', ''],
    ['http-request use-service prometheus-exporter if { path /metrics }', 'differs', 'that Limpet counts'],
    ['http-request use-service lua.deny', 'error', 'prometheus-exporter alone'],
    ['http-request deny if HTTP_URL_ABS', 'error', 'in which form'],
    ['http-request set-header A %[str(a),srv_queue]', 'differs', 'of this isolate'],
    ['acl a fc_rtt gt 5', 'unsupported', 'does not see connections'],
    // The request is gone when there is a response.
    ['http-response set-header A b if { path /x }', 'translated', 'never holds'],
    ['http-response set-header A %[path]', 'error', 'is gone when'],
    ['http-request set-header A %[status]', 'error', 'known when there is a response'],
    ['http-request set-header A b if { path }', 'translated', 'nothing to compare with'],
    ['acl a res.body_len gt 5', 'differs', 'of a compressed response'],
    ['http-response wait-for-body time 1s', 'translated', ''],
    ['http-request set-header A %[res.body]', 'error', 'known when there is a response'],
    // Restrictions stop the start.
    ['http-request deny if { req.ver 1.0 }', 'error', 'HTTP/1.0 from HTTP/1.1'],
    ['http-request deny if { ssl_fc_alpn h2 }', 'error', 'of TLS'],
    ['http-request deny if { ssl_fc_sni a.example }', 'differs', "the Host's name"],
    ['acl a fe_sess_rate gt 5', 'differs', 'of this isolate'],
    ['acl a stopping', 'differs', 'stopping is false'],
    // `hdr` and `cookie` are of the message that there is, but `hdr` in a condition is of the request.
    ['http-response set-header A %[hdr(server)]', 'translated', ''],
    ['http-response set-var(txn.a) cookie(b),lower', 'translated', ''],
    ['http-response set-header A b if { cookie(c) -m found }', 'translated', ''],
    ['http-response set-header A b if { hdr(server) -m found }', 'translated', 'never holds'],
    ['http-response set-header A %[hdr_cnt(server)]', 'error', 'is gone when'],
    ['http-request set-dst src', 'error', 'choose it with use_backend'],
    ['tcp-request connection expect-proxy layer4', 'error', 'cannot read who the client is'],
    // Here nobody loses anything but speed.
    ['http-request cache-use a if { path_beg /x }', 'differs', 'cached'],
    ['http-request cache-use a if nobody', 'error', "'nobody'"],
    ['http-response cache-store a', 'differs', 'cached'],
    ['filter cache a', 'differs', 'cached'],
    ['http-request early-hint Link a', 'differs', 'early hints'],
    ['tcp-request content reject if { src 10.0.0.0/8 }', 'differs', '403'],
  ])('%s is %s', (line, status, said) => {
    const { status: found, message = '' } = statusOf('listen', line)
    expect({ status: found, message }).toEqual({ status, message: expect.stringContaining(said) })
  })
})
