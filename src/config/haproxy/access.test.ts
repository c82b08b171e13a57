// Every keyword, action, option and parameter of HAProxy 2.6 that can keep somebody out, and what becomes of it here:
// it is in force, or the file is not started. The proofs that what is in force really refuses are in
// test/e2e/access.test.ts and in the conformance scenarios "access: ...".

import { describe, expect, it } from 'vitest'

import { validateConfig } from '../validate.ts'
import { HTTP } from './testing.ts'
import { translateHaproxy } from './translate.ts'

/** With `mode http` by a file before it. */
function translate(text: string) {
  const { diagnostics, ...translated } = translateHaproxy([HTTP, { file: 'x.cfg', text }], {
    env: {},
    hash64: () => 0n,
    text: (file) => (file === 'bad.lst' ? '192.0.2.1\n' : file === 'empty.lst' ? '# nobody yet\n' : undefined),
  })
  return { ...translated, diagnostics: diagnostics.filter(({ file }) => file === 'x.cfg') }
}

/** In a listen section, which is a frontend and a backend. */
function inListen(line: string) {
  return translate(`listen app\nbind :80\n${line}\nserver s h:80\n`).diagnostics.find((each) => each.line === 3)!
}
function onBind(options: string) {
  return translate(`listen app\nbind :443 ${options}\nserver s h:80\n`).diagnostics.find(({ line }) => line === 2)!
}
function onServer(options: string) {
  return translate(`listen app\nbind :80\nserver s h:80 ${options}\n`).diagnostics.find(({ line }) => line === 3)!
}

/** `some sample` stands for one that is not known here. */
const UNREADABLE = '{ fc_rtt gt 100 }'

const IN_FORCE = [
  'http-request deny if { src 192.0.2.0/24 }',
  'http-request deny deny_status 429 if { path /x }',
  'http-request tarpit if { path /x }',
  'http-request reject if { path /x }',
  'http-request silent-drop if { path /x }',
  'http-request auth realm x unless { path /free }',
  'http-request return status 403 if { path /x }',
  'http-request redirect location /login if { path /x }',
  'http-request del-header X-Admin',
  'http-request set-header X-Admin no',
  'http-request replace-header X-Admin yes no',
  'http-request set-path /public%[path]',
  'http-request replace-path /(.*) /public/\\1',
  'http-request normalize-uri path-strip-dotdot full',
  'http-request add-acl(bad.lst) %[src] if { path /x }',
  'http-request del-acl(bad.lst) %[src]',
  'http-response add-acl(bad.lst) %[src] if { status 403 }',
  'http-request set-map(bad.map) %[src] 1',
  'http-response deny if { res.hdr(x-secret) -m found }',
  'http-response silent-drop if { status 500 }',
  'tcp-request connection reject if { src 192.0.2.0/24 }',
  'tcp-request connection accept if { src 192.0.2.0/24 }',
  'tcp-request connection silent-drop unless { src -f bad.lst }',
  'tcp-request session reject if { src 192.0.2.1 }',
  'tcp-request content reject if { path /x }',
  'tcp-request content accept if WAIT_END',
  'http-request deny if { src -f empty.lst }',
  'redirect scheme https if !{ ssl_fc }',
  'use_backend other if { path /x }',
  'block if { path /x }',
  'option http-restrict-req-hdr-names preserve',
  'stats auth ann:secret',
  'stats http-request deny unless { src 192.0.2.1 }',
  'stats admin if { src 192.0.2.1 }',
  'stats scope app',
]

const STOPS = [
  ...[
    'http-request deny',
    'http-request tarpit',
    'http-request reject',
    'http-request silent-drop',
    'http-request auth',
    'http-request return status 403',
    'http-request redirect location /login',
    'http-request del-header X-Admin',
    'http-request set-header X-Admin no',
    'http-request replace-header X-Admin a b',
    'http-request replace-value X-Admin a b',
    'http-request set-path /public',
    'http-request set-uri /public',
    'http-request set-pathq /public',
    'http-request set-query a=b',
    'http-request replace-path a b',
    'http-request replace-pathq a b',
    'http-request replace-uri a b',
    'http-request set-src hdr(x-real)',
    'http-request set-dst hdr(x-real)',
    'http-request set-method POST',
    'http-request use-service lua.deny',
    'http-request lua.authenticate',
    'http-request add-acl(bad.lst) %[src]',
    'http-request del-acl(bad.lst) %[src]',
    'http-request set-map(bad.map) %[src] 1',
    'http-request del-map(bad.map) %[src]',
    'http-response add-acl(bad.lst) %[src]',
    'http-response deny',
    'http-response return status 403',
    'http-response redirect location /x',
    'http-response silent-drop',
    'http-response lua.filter',
    'tcp-request connection reject',
    'tcp-request connection silent-drop',
    'tcp-request session reject',
    'tcp-request content reject',
    'tcp-request content silent-drop',
    'tcp-request content use-service lua.deny',
    'tcp-request content lua.deny',
    'tcp-response content reject',
    'tcp-response content close',
    'tcp-response content silent-drop',
    'redirect location /login',
    'use_backend blocked',
    'block',
  ].map((action) => `${action} if ${UNREADABLE}`),
  'http-request deny if { fc_rtt,table_server_id(a) gt 100 }',
  'http-request deny if { src -f missing.lst }',
  'http-request deny if { src,map_ip(missing.map) -m found }',
  'http-request deny if { src 192.0.2.1 } unknown_acl',

  'http-request set-header X-Admin %[ssl_c_s_dn(cn)]',
  'http-request normalize-uri path-merge-slashes',
  'http-request normalize-uri percent-decode-unreserved strict',
  'tcp-request connection expect-proxy layer4 if { src 192.0.2.1 }',
  'tcp-request connection expect-netscaler-cip layer4',
  'tcp-request connection set-src hdr(a)',
  'tcp-request connection reject unless { hdr(x-a) 1 }',
  'tcp-request connection reject if { ssl_fc }',
  'tcp-request everywhere reject',
  'option http-restrict-req-hdr-names reject',
  'option http-restrict-req-hdr-names delete',
  'option checkcache',
  'option no-such-option',
  'filter spoe engine modsecurity config spoe.conf',
  'filter unknown',
  'disabled',
  'stats auth nopassword',
  'stats http-request deny unless { fc_rtt gt 100 }',
  'stats admin if { fc_rtt lt 100 }',
  'reqideny ^/admin',
  'http-reqest deny',
  'bind 127.0.0.1',
]

describe('what keeps somebody out', () => {
  it.each(IN_FORCE)('%s is in force', (line) => {
    const text = `listen app\nbind :80\n${line}\nserver s h:80\nbackend other\nserver t h:81\n`
    const { config, diagnostics } = translate(text)
    expect(['translated', 'differs', 'platform']).toContain(diagnostics.find((each) => each.line === 3)!.status)
    expect(validateConfig(config, 'serve').issues.filter(({ level }) => level === 'error')).toEqual([])
  })

  it.each(STOPS)('%s stops the start', (line) => {
    expect(inListen(line)).toMatchObject({ status: 'error', line: 3 })
  })

  it.each([
    'http-request track-sc0 src,lua.key',
    'tcp-request connection track-sc1 fc_rtt',
    'http-request sc-inc-gpc0(0) if { fc_rtt gt 1 }',
    'http-response sc-set-gpt0(0) fc_rtt',
  ])('%s stops the start: a rule that refuses may read what it counts', (line) => {
    expect(inListen(line)).toMatchObject({ status: 'error', line: 3 })
  })

  it('says why, and what to do', () => {
    expect(inListen(`tcp-request connection reject if ${UNREADABLE}`).message).toBe(
      "'fc_rtt': a Worker does not see connections, nor its own addresses; the line restricts access, so --allow-unsupported does not leave it out: rewrite it, or remove it",
    )
  })

  it.each([
    ['ssl crt a.pem ca-file ca.pem verify required crl-file crl.pem'],
    ['ssl crt a.pem ca-file ca.pem verify required ca-verify-file root.pem'],
    ['ssl crt a.pem ca-file @system-ca verify required'],
    ['ssl crt a.pem verify required'],
    ['ssl crt a.pem verify maybe'],
    ['ca-file ca.pem verify required'],
    ['ssl crt-list list.txt'],
    ['ssl crt a.pem strict-sni'],
    ['interface eth1'],
    ['namespace blue'],
    ['ssl crt a.pem ssl-min-ver TLSv9'],
    ['unknown-option'],
    ['ssl crt'],
  ])('bind … %s stops the start', (options) => {
    expect(onBind(options)).toMatchObject({ status: 'error' })
  })

  it.each(['accept-proxy', 'accept-netscaler-cip 1'])('bind … %s is unsupported', (options) => {
    const { message, status } = onBind(options)
    expect(status).toBe('unsupported')
    expect(message).toContain('workerd cannot read who the client is from the connection, so all clients would have')
    expect(message).toContain('name it in trustedProxies')
  })

  it.each([
    'acl inside src 10.0.0.0/8',
    'http-request deny unless LOCALHOST',
    'http-request set-header X-Real-IP %[src]',
    'use_backend app if { src,ipmask(24) 10.0.0.0 }',
    'tcp-request connection reject if !{ src_conn_cnt gt 3 }',
    'stats http-request deny unless { src 10.0.0.0/8 }',
  ])('bind … accept-proxy stops the start where a rule asks for the client: %s', (rule) => {
    const { diagnostics } = translate(`frontend f\nbind :80 accept-proxy\nlisten app\n${rule}\nserver s h:80\n`)
    expect(diagnostics[1]).toMatchObject({ status: 'error', message: expect.stringContaining('and line 4 (') })
  })

  it.each(['balance source', 'stick on src', 'option forwardfor', 'http-request deny if { req.hdr(src) a }'])(
    'bind … accept-proxy is unsupported beside what keeps clients by their address: %s',
    (line) => {
      const { diagnostics } = translate(`listen app\nbind :80 accept-proxy\n${line}\nserver s h:80\n`)
      expect(diagnostics[1]).toMatchObject({ status: 'unsupported' })
    },
  )

  it.each([
    ['ssl crt a.pem ca-file ca.pem verify required', 'ssl crt a.pem ca-file ca.pem verify required'],
    ['ssl verify required ca-file ca.pem crt a.pem', 'ssl crt a.pem ca-file ca.pem verify required'],
    ['ssl crt a.pem ca-file ca.pem verify optional', 'ssl crt a.pem'],
    ['ssl crt a.pem ca-file ca.pem', 'ssl crt a.pem'],
    ['ssl crt a.pem verify none', 'ssl crt a.pem'],
    ['ssl crt a.pem ssl-min-ver TLSv1.2 no-sslv3 no-tlsv10 no-tlsv11', 'ssl crt a.pem'],
    ['ssl crt a.pem ssl-min-ver TLSv1.3', 'ssl crt a.pem ssl-min-ver TLSv1.3'],
    ['ssl crt a.pem force-tlsv13', 'ssl crt a.pem ssl-min-ver TLSv1.3'],
    ['ssl crt a.pem no-tlsv12', 'ssl crt a.pem ssl-min-ver TLSv1.3'],
    ['ssl crt a.pem alpn h2,http/1.1 ciphers HIGH allow-0rtt name x maxconn 5', 'ssl crt a.pem'],
    ['ssl crt a.pem ca-file ca.pem verify required ca-ignore-err all', 'ssl crt a.pem ca-file ca.pem verify required'],
  ])('bind … %s listens as %s', (options, bind) => {
    const { config, diagnostics } = translate(`listen app\nbind :443 ${options}\nserver s h:80\n`)
    expect(config.frontends![0]!.bind).toEqual([`:443 ${bind}`])
    expect(diagnostics[1]!.status).not.toBe('error')
    expect(validateConfig(config, 'serve').issues).toEqual([])
  })

  it.each(['ssl verify required crl-file crl.pem', 'ssl verify maybe'])('server … %s stops the start', (options) => {
    expect(onServer(options)).toMatchObject({ status: 'error' })
    const { diagnostics } = translate(`listen app\nbind :80\ndefault-server ${options}\nserver s h:80\n`)
    expect(diagnostics.slice(2).map(({ status }) => status)).toEqual(['error', 'translated'])
  })

  it.each([
    ['ssl verify required', 'translated', {}],
    ['ssl verify required ca-file @system-ca', 'translated', {}],
    ['ssl verify required ca-file ca.pem', 'differs', { caFile: '/etc/cas/ca.pem' }],
    ['ssl ca-file /ca.pem verifyhost h.example', 'differs', { caFile: '/ca.pem', verifyhost: 'h.example' }],
    ['ssl verify required verifyhost h.example', 'differs', { verifyhost: 'h.example' }],
    ['ssl ca-file /ca.pem sni str(h.example)', 'differs', { caFile: '/ca.pem', verifyhost: 'h.example' }],
    ['ssl sni req.hdr(host)', 'unsupported', {}],
    ['verify none', 'platform', {}],
    ['ca-file ca.pem verifyhost h', 'platform', {}],
  ])('server … %s is in force', (options, status, server) => {
    const line = `server s h:80 ${options}`
    const { config, diagnostics } = translate(`global\nca-base /etc/cas\nlisten app\nbind :80\n${line}\n`)
    expect(diagnostics.at(-1)!.status).toBe(status)
    const { name, url, check, ...own } = config.backends[0]!.servers[0]!
    expect({ name, url, check }).toEqual({
      name: 's',
      url: `${options.startsWith('ssl') ? 'https' : 'http'}://h:80`,
      check: false,
    })
    expect(own).toEqual(server)
    expect(validateConfig(config, 'serve').issues.filter(({ level }) => level === 'error')).toEqual([])
  })

  it.each([
    ['server s h:443 ssl verify none', ''],
    ['server s h:443 ssl', 'default-server verify none\n'],
    ['server s h:443', 'default-server ssl verify none ca-file ca.pem\n'],
  ])('%s behind %j stops the start, with both ways out', (line, before) => {
    const { diagnostics } = translate(`listen app\nbind :80\n${before}${line}\n`)
    expect(diagnostics.at(-1)).toMatchObject({ status: 'error' })
    expect(diagnostics.at(-1)!.message).toContain(
      'npx limpet cert h:443 -o s.pem, and write verify required ca-file s.pem; or talk http to the server',
    )
  })

  it('rules of a connection come first, each set ends with its first accept', () => {
    const { config } = translate(
      'frontend f\nbind :80\nmonitor-uri /up\nhttp-request deny if { path /x }\ntcp-request content reject if { path /y }\ntcp-request connection accept if { src 192.0.2.1 }\ntcp-request connection reject if { src 192.0.2.0/24 }\nblock if { path /z }\ndefault_backend b\nbackend b\ntcp-request content reject if { path /b }\nserver s h:80\n',
    )
    const path = (value: string) => ({ sample: 'path', match: 'str', values: [value] })
    const src = (value: string) => ({ sample: 'src', match: 'ip', values: [value] })
    const deny = { deny: { status: 403 } }
    const close = { deny: { status: 403, closeConnection: true } }
    expect(config.frontends![0]!.rules).toMatchObject([
      { if: { all: [src('192.0.2.0/24'), { not: src('192.0.2.1') }] }, do: close },
      { if: path('/y'), do: close },
      { if: path('/up'), do: { return: { status: 200 } } },
      { if: path('/z'), do: deny },
      { if: path('/x'), do: deny },
    ])
    expect(config.backends[0]!.rules).toEqual([{ if: path('/b'), do: close }])
  })

  it('an acl of which one line cannot be read is not a smaller acl', () => {
    const { diagnostics } = translate(
      'frontend f\nbind :80\nacl bad src 192.0.2.1\nacl bad src -f missing.lst\nacl worse path /x\nacl worse path,map(missing.map) 1\nhttp-request deny if bad\nhttp-request deny unless !worse\nuse-server s if bad\n',
    )
    expect(diagnostics.map(({ line, status }) => `${line} ${status}`).slice(2)).toEqual([
      '3 translated',
      '4 unsupported',
      '5 translated',
      '6 unsupported',
      '7 error',
      '8 error',
      // HAProxy reads over it in a frontend.
      '9 platform',
    ])
    expect(diagnostics.find(({ line }) => line === 7)!.message).toContain(
      "the acl 'bad' has a line that cannot be read",
    )
  })

  it('a line or section that cannot be read at all stops the start', () => {
    const diagnosticAt = (text: string, line: number) => translate(text).diagnostics.find((each) => each.line === line)
    expect(diagnosticAt('listen a\nhttp-request deny if { path "/x }\n', 2)).toMatchObject({ status: 'error' })
    expect(diagnosticAt('stray\nhttp-request deny\n', 1)).toMatchObject({ status: 'error' })
    expect(diagnosticAt('backend f *:80\nhttp-request deny\n', 1)).toMatchObject({ status: 'error' })
    expect(diagnosticAt('userlist u\nuser a password $1$x$y\n', 2)).toMatchObject({ status: 'error' })
    expect(diagnosticAt('userlist u\ngroup g users nobody\n', 2)).toMatchObject({ status: 'error' })
    expect(diagnosticAt('global\nssl-default-bind-options ssl-min-ver TLSv1.2 no-sslv3\n', 2)).toMatchObject({
      status: 'platform',
    })
  })
})

describe('what loses a feature only', () => {
  it.each([
    'http-request allow if { fc_rtt gt 1 }',
    'http-request add-header X-A %[hostname]',
    'http-request set-priority-class int(1)',
    'http-response set-header X-A %[hostname]',
    'http-response set-status 100',
    'tcp-request content accept if { req.ssl_hello_type 1 }',
    'filter compression',
    'option tcp-check',
    'rate-limit sessions 100',
  ])('%s may be left out', (line) => {
    expect(inListen(line).status).toBe('unsupported')
  })
})

// The manual's own lists (4.1, 4.2, 5.1): no word of 2.6 is taken for a typing error.
const words = (text: string) => text.split(/\s+/).filter((word) => word !== '')

describe('every word of HAProxy 2.6 is known', () => {
  it('and one that it does not have is reported in the words that are looked for here', () => {
    expect(inListen('frobnicate x').message).toContain("no keyword 'frobnicate'")
    expect(inListen('option frobnicate').message).toContain("no option 'frobnicate'")
    expect(onBind('ssl crt a.pem frobnicate').message).toContain("no bind option 'frobnicate'")
  })

  it.each(
    words(`acl backlog balance bind bind-process capture clitcpka-cnt clitcpka-idle clitcpka-intvl compression cookie
      declare default-server default_backend description disabled dispatch email-alert enabled errorfile errorfiles
      errorloc errorloc302 errorloc303 error-log-format force-persist filter fullconn hash-type http-after-response
      http-check http-error http-request http-response http-reuse http-send-name-header id ignore-persist
      load-server-state-from-file log log-format log-format-sd log-tag max-keep-alive-queue maxconn mode monitor
      monitor-uri option external-check persist rate-limit redirect retries retry-on server server-state-file-name
      server-template source srvtcpka-cnt srvtcpka-idle srvtcpka-intvl stats stick stick-table tcp-check tcp-request
      tcp-response timeout transparent unique-id-format unique-id-header use_backend use-fcgi-app use-server`),
  )('%s is a keyword', (keyword) => {
    expect(inListen(`${keyword} x`).message ?? '').not.toContain("no keyword 'frobnicate'")
  })

  it.each(
    words(`abortonclose accept-invalid-http-request accept-invalid-http-response allbackups checkcache clitcpka
      contstats disable-h2-upgrade dontlog-normal dontlognull forwardfor h1-case-adjust-bogus-client
      h1-case-adjust-bogus-server http-buffer-request http-ignore-probes http-keep-alive http-no-delay
      http-pretend-keepalive http-restrict-req-hdr-names http-server-close http-use-proxy-header httpchk httpclose
      httplog httpslog independent-streams ldap-check external-check idle-close-on-response log-health-checks
      log-separate-errors logasap mysql-check nolinger originalto persist pgsql-check prefer-last-server redispatch
      redis-check smtpchk socket-stats splice-auto splice-request splice-response spop-check srvtcpka ssl-hello-chk
      tcp-check tcp-smart-accept tcp-smart-connect tcpka tcplog transparent`),
  )('%s is an option', (option) => {
    expect(inListen(`option ${option}`).message ?? '').not.toContain("no option 'frobnicate'")
  })

  it.each(
    words(`allow-0rtt defer-accept generate-certificates no-ca-names no-sslv3 no-tls-tickets no-tlsv10 no-tlsv11
      no-tlsv12 no-tlsv13 force-sslv3 force-tlsv10 force-tlsv11 force-tlsv12 force-tlsv13 prefer-client-ciphers
      quic-force-retry ssl strict-sni tfo transparent v4v6 v6only accept-proxy`),
  )('%s is a bind option', (option) => {
    expect(onBind(`ssl crt a.pem ${option}`).message ?? '').not.toMatch(/bind option/)
  })

  it.each(
    words(`accept-netscaler-cip alpn backlog curves ecdhe ca-file ca-ignore-err ca-sign-file ca-sign-pass ca-verify-file
      ciphers ciphersuites crl-file crt crt-ignore-err crt-list expose-fd gid group id interface level severity-output
      maxconn mode mss name namespace nice npn process proto quic-cc-algo shards ssl-max-ver ssl-min-ver tcp-ut thread
      tls-ticket-keys uid user verify`),
  )('%s is a bind option with a value', (option) => {
    expect(onBind(`ssl crt a.pem ${option} x`).message ?? '').not.toMatch(/bind option/)
    const { status, message } = onBind(`ssl crt a.pem ${option}`)
    expect([status, message]).toEqual(['error', expect.stringMatching(`^${option} needs (?:a value$|one of: )`)])
  })
})
