// A line that HAProxy 2.6 refuses because of a word or a value is an error, whatever the operator gives up: a typing error in
// what keeps people out, or in what keeps them on their server, is not skipped. Each was put to `haproxy -c`. What HAProxy takes
// and Limpet does not stays unsupported.

import { describe, expect, it } from 'vitest'

import { translateHaproxy } from './translate.ts'

function lastOf(text: string) {
  const ports = { env: {}, hash64: () => 0n, text: () => undefined }
  return translateHaproxy([{ file: 'x.cfg', text: `${text}\n` }], ports).diagnostics.at(-1)!
}

describe('an unknown word', () => {
  it.each([
    ['listen app\nstats authentication admin:pw', "HAProxy 2.6 has no stats option 'authentication'"],
    ['listen app\nstats', 'stats option missing'],
    ['listen app\nstick wherever src', "HAProxy 2.6 has no stick rule 'wherever'"],
    ['listen app\nemail-alert receivers a@b', "HAProxy 2.6 has no email-alert option 'receivers'"],
    ['mailers m\nserver a 10.0.0.1:25', "HAProxy 2.6 has no mailers line 'server'"],
    ['global\nstats socket /run/x permissions admin', "HAProxy 2.6 has no stats socket option 'permissions'"],
    ['global\nstats sock /run/x', "unknown stats line 'sock'; did you mean 'socket'?"],
  ])('is an error: %j', (text, message) => {
    expect(lastOf(text)).toMatchObject({ status: 'error', message: expect.stringContaining(message) })
  })
})

const inListen = (line: string) => lastOf(`listen app\nacl adm src 10.0.0.0/8\n${line}`).status

describe('a value that HAProxy refuses', () => {
  it.each([
    'mode htpp',
    'stick-table type ip size 10xk',
    'stick-table type ip size 10g',
    'stick-table type ip size 0',
    'stick-table type ip',
    'stick-table size 10k',
    'stick-table type ip size 10k srvkey adr',
    'stick on srxc',
    'stick on src,lowxer',
    'stick on src ixf adm',
    'stick on src tabel app',
    'stick on src table',
    'stick on src table app adm',
    'stick on src if nobody',
    'stick on',
    'use-server s1 ixf adm',
    'use-server s1 adm',
    'use-server s1 if nobody',
    'use-server s1 if { srxc 10.0.0.1 }',
    'use-server s1 if { src 10.0.0.1',
    'force-persist ixf adm',
    'ignore-persist adm',
    'acl new srxc 10.0.0.1',
    'acl new path_bxg /a',
    'acl new path,lowxer /a',
    'acl new path -m zzz /a',
    'acl new path -q /a',
    'server s1',
    'server s1 127.0.0.1:x',
    'server s1 127.0.0.1:99999',
    'server s1 127.0.0.1:80-90',
    'http-check expect status 20x0',
    'http-check expect status abc',
    'http-check expect status 300-200',
    'http-check expect status 200 x',
    'http-check expect string a b',
    'http-check expect hdr nxme x',
    'http-check expect hdr name -m zzz x',
    'http-check expect hdr name x vxlue y',
    'capture requesxt header Host len 10',
    'capture request headr Host len 10',
    'capture request header Host lxn 10',
    'capture cookie A',
    'capture body x len 3',
    'http-request capture srxc len 10',
    'http-request capture src lxn 10',
    'http-request capture src len 10 ixf adm',
    'http-request allow ixf adm',
    'http-request add-header A b ixf adm',
    'http-request disable-l7-retry x',
    'tcp-request connection accept ixf adm',
    'tcp-request content accept x',
    'http-error status 503 zzz y',
    'errorloc303 503',
    'errorloc303 50x /y',
    'hash-type consistent zzz',
    'hash-type map-based sdbm zzz',
    'rate-limit sesions 5',
    'balance uri zzz 3',
    'balance uri len x',
    'balance uri len 0',
    'balance uri len',
    'balance url_param',
    'balance url_param a zzz',
    'balance hdr',
    'balance hdr(a) x',
    'balance random(2x)',
    'http-check connect port 8x',
    'log 127.0.0.1 len x local0',
    'tcp-request connnection accept if adm',
    'tcp-request inspect-dealy 5s',
    'log 127.0.0.1 format zzz local0',
    'log zz@127 local0',
    'unique-id-format',
    'unique-id-header',
  ])('is an error: %s', (line) => {
    expect(inListen(line)).toBe('error')
  })

  it.each(['stats socket /run/x level operatoxr', 'stats socket /run/x level', 'stats socket'])(
    'is an error: %s',
    (line) => expect(lastOf(`global\n${line}`).status).toBe('error'),
  )
})

describe('what HAProxy takes and Limpet does not is unsupported', () => {
  it.each([
    'mode tcp',
    'maxconn 10x0',
    'option redispatch zzz',
    'server s1 127.0.0.1:8x0',
    'server s1 /run/x.sock',
    'server s1 unix@/run/x.sock',
    'stick on fc_rtt',
    'stick on src,aes_gcm_dec(128,txn.n,txn.k,txn.t)',
    'stick on hdr(x),regsub("a(b)","c")',
    'stick on lua.user',
    'use-server s1 if HTTP_1.1',
    'use-server s1 if { ssl_fc_alpn h2 }',
    'acl new req.ssl_sni -i a.example',
    'acl new src localhost',
    'acl new int(5) gt 1:3',
    'acl new int(5) ne 3',
    'capture request header Host len 1x',
    'capture cookie A lxn 10',
    'http-check expect status 200 comment x',
    'log ring@b local0',
    'stats socket /run/x maxconn 5',
    'rate-limit sessions 5',
    'balance roundrobin x',
    'balance uri len 3x',
    'balance hdr(a) use_domain_only',
    'balance rdp-cookie(a)',
    'http-check connect port src',
  ])('%s', (line) => {
    const section = line.startsWith('stats socket') ? 'global' : 'listen app\nacl adm src 10.0.0.0/8'
    // What changes a request's headers restricts access, and is not skipped either.
    expect(lastOf(`${section}\n${line}`).status).toBe('unsupported')
  })
})

it.each(['http-check expect !status 500', 'http-check expect ! status 500'])('%s is translated', (line) => {
  expect(inListen(line)).toBe('translated')
})
