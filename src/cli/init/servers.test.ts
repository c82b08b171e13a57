// What `limpet init` makes of servers and hosts: a configuration that passes `limpet check`, whatever they are called.

import { expect, it } from 'vitest'

import { adviceFor, validateForOperator } from '../issues.ts'
import { UsageError } from '../cli-error.ts'
import { configOfServers, EXAMPLE_SERVERS, parseHost, parseServer } from './servers.ts'

const made = (servers: readonly string[], hosts: readonly string[] = []) =>
  configOfServers(servers.map(parseServer), hosts)
const named = (servers: readonly string[]) =>
  made(servers).backends.map(({ name, servers: its }) => [name, ...its.map((server) => `${server.name}=${server.url}`)])

it('names servers and backends as they are named, and numbers the others', () => {
  expect(named(['https://a.example', 'https://b.example'])).toEqual([
    ['app', 's1=https://a.example', 's2=https://b.example'],
  ])
  expect(named(['https://a.example', 's1=https://b.example', 'https://c.example'])).toEqual([
    ['app', 's2=https://a.example', 's1=https://b.example', 's3=https://c.example'],
  ])
  expect(
    named(['api/x=https://a.example/?q=https://z.example', 'y=https://b.example', 'api/z=https://c.example']),
  ).toEqual([
    ['api', 'x=https://a.example/?q=https://z.example', 'z=https://c.example'],
    ['app', 'y=https://b.example'],
  ])
})

it.each([
  's1.example.com',
  'ftp://a.example',
  'a/b/c=https://x.example',
  '=https://x.example',
  'a=',
  'a=b=https://x.example',
])('does not take %j for a server', (text) => {
  expect(() => parseServer(text)).toThrow(
    new UsageError(
      `--server ${text}: must be a URL, NAME=URL or BACKEND/NAME=URL, such as app/s1=https://s1.example.com`,
    ),
  )
})

it('takes a DNS name for a host, and nothing else', () => {
  expect(parseHost('App.Example.com')).toBe('app.example.com')
  for (const text of [
    'https://app.example.com',
    'app.example.com:443',
    '*.example.com',
    'localhost',
    '10.0.0.1',
    'a/b.example',
    `${'a.'.repeat(126)}bc`,
  ])
    expect(() => parseHost(text)).toThrow(/^--host .*: must be a DNS name/)
})

it.each([
  ['the examples', EXAMPLE_SERVERS, []],
  ['one server', ['https://a.example'], []],
  ['a host', ['https://a.example', 'https://b.example'], ['www.site.example']],
  ['backends', ['https://a.example', 'api/a=https://b.example', 'my-api/c=https://c.example'], []],
  ['backends and hosts', ['x/a=https://a.example', 'y/a=https://b.example'], ['a.site.example', 'b.site.example']],
])('can be deployed: %s', (_, servers, hosts) => {
  const written = made(servers, hosts)
  expect(validateForOperator(written, 'cloudflare').issues).toEqual([])
  expect(validateForOperator(written, 'serve').issues).toEqual([])
  const unlike = adviceFor(written).filter(({ code }) => code !== 'placeholder-server')
  expect(unlike).toEqual([])
})

it('leads to the first backend, and below its name to each other', () => {
  expect(made(['a=https://a.example'])).not.toHaveProperty('frontends')
  expect(made(['https://a.example', 'api/a=https://b.example'], ['www.site.example']).frontends).toEqual([
    {
      name: 'www',
      hosts: ['www.site.example'],
      rules: [{ if: { pathBeg: '/api/' }, do: { useBackend: 'api' } }],
      defaultBackend: 'app',
    },
  ])
})
