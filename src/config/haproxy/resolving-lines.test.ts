// `resolvers` sections, `server-template`, and what a server line says about its name. What HAProxy does with them: test/e2e/names.test.ts.

import { expect, it } from 'vitest'

import { HTTP } from './testing.ts'
import { translateHaproxy } from './translate.ts'

function read(text: string) {
  return translateHaproxy([HTTP, { file: 'x.cfg', text }], { env: {}, hash64: () => 0n, text: () => undefined })
}
const serversOf = (...lines: string[]) => {
  const { config } = read(`backend b\n${lines.join('\n')}\n`)
  return config.backends[0]!.servers
}
const statusOf = (section: string, line: string) => {
  const { status, message } = read(`${section}\n${line}\n`).diagnostics.at(-1)!
  return `${status}${message === undefined ? '' : `: ${message}`}`
}

it('a section becomes resolvers, wherever it stands', () => {
  const { config } = read(`backend b
  server s1 a.test:80 resolvers dns
resolvers dns
  nameserver n1 10.0.0.2:53
  nameserver n2 udp@[2001:db8::1]:5353
  parse-resolv-conf
  resolve_retries 4
  timeout resolve 2s
  timeout retry 300
  hold nx 10s
  hold valid 5s
  hold obsolete 1m
`)
  expect(config.resolvers).toEqual([
    {
      name: 'dns',
      nameservers: ['10.0.0.2:53', '[2001:db8::1]:5353'],
      parseResolvConf: true,
      resolveRetries: 4,
      timeouts: { resolve: '2s', retry: '300ms' },
      hold: { nx: '10s', obsolete: '1m' },
    },
  ])
})

it.each([
  ['nameserver n1 10.0.0.2:53', /^translated/],
  ['nameserver n1 tcp@10.0.0.2:53', /^differs: .*over UDP/],
  ['nameserver n1 dns.test:53', /^unsupported: .*must be an address/],
  ['nameserver n1 unix@/run/dns', /^unsupported/],
  ['nameserver n1', /^error/],
  ['hold valid 10s', /^platform/],
  ['hold never 10s', /^error/],
  ['hold nx soon', /^error/],
  ['timeout connect 1s', /^error/],
  ['resolve_retries 0', /^error/],
  ['accepted_payload_size 8192', /^platform/],
  ['namserver n1 10.0.0.2:53', /^error: .*nameserver/],
])('in resolvers, %s', (line, said) => {
  expect(statusOf('resolvers dns', line)).toMatch(said)
})

it('a template is one server with a number of them', () => {
  const more = 'resolvers dns resolve-prefer ipv4 resolve-opts allow-dup-ip resolve-net 10.0.0.0/8 init-addr last,none'
  expect(serversOf(`server-template web 1-3 web.test:8080 cookie c weight 3 ${more}`)).toMatchObject([
    {
      name: 'web',
      url: 'http://web.test:8080',
      template: '1-3',
      cookie: 'c',
      weight: 3,
      resolvers: 'dns',
      resolvePrefer: 'ipv4',
      resolveOpts: 'allow-dup-ip',
      resolveNet: '10.0.0.0/8',
      initAddr: 'last,none',
    },
  ])
  expect(
    serversOf('default-server resolvers dns', 'server-template w 2 _http._tcp.web.test', 'server s 10.0.0.1:80'),
  ).toMatchObject([
    { name: 'w', url: 'http://_http._tcp.web.test', template: 2, resolvers: 'dns' },
    { name: 's', url: 'http://10.0.0.1:80' },
  ])
})

it.each([
  ['server-template web 3 web.test:80 resolvers dns', /^differs: under limpet serve alone/],
  ['server s web.test:80 resolvers dns', /^differs: under limpet serve; Cloudflare/],
  ['server s web.test:80', /^translated/],
  ['server-template web 0 web.test:80 resolvers dns', /^error/],
  ['server-template web 3-1 web.test:80 resolvers dns', /^error/],
  ['server-template web 3', /^error/],
  ['server-template web 3 _http._tcp.web.test', /^error: .*SRV records needs resolvers/],
  ['server s web.test:80 resolvers dns resolve-prefer ipv5', /^error/],
])('in a backend, %s', (line, said) => {
  expect(statusOf('backend b', line)).toMatch(said)
})
