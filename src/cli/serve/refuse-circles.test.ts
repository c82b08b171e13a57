// A server that is this balancer itself, by the sockets that serve is about to open.

import { expect, it } from 'vitest'

import { configOrThrow } from '../../config/validate.ts'
import { CliError } from '../cli-error.ts'
import { refuseCircles } from './refuse-circles.ts'

const config = configOrThrow(
  {
    frontends: [
      { name: 'www', hosts: ['www.example.com'], defaultBackend: 'app' },
      { name: 'api', hosts: ['api.example.com'], defaultBackend: 'api' },
    ],
    backends: [
      { name: 'app', servers: [{ name: 's1', url: 'http://127.0.0.1:9001' }] },
      { name: 'api', servers: [{ name: 'a1', url: 'http://127.0.0.1:9002' }] },
    ],
  },
  'serve',
)
const at = (port: number, frontends?: readonly string[], address = '127.0.0.1') => ({ address, port, frontends })

it.each([
  ['elsewhere', [at(8080)], 1],
  ['another address', [at(9001, undefined, '127.0.0.2')], 1],
  // The request goes to `api`, and from there to another machine's port.
  ['a socket that serves the other frontend', [at(9001, ['api'])], 1],
] as const)('%s is no circle', (_, sockets, isolates) => {
  expect(() => refuseCircles(config, sockets, isolates)).not.toThrow()
})

it.each([
  ['the socket itself', [at(9001, ['www'])], 1, 'app/s1: http://127.0.0.1:9001'],
  ['every address', [at(9001, ['www'], '0.0.0.0')], 1, 'app/s1: http://127.0.0.1:9001'],
  ['the port of a further isolate', [at(9000, ['www'])], 2, 'app/s1: http://127.0.0.1:9001'],
  ['one of several sockets', [at(8080), at(9002, ['api'])], 1, 'api/a1: http://127.0.0.1:9002'],
  ['each by way of the other', [at(9001, ['api']), at(9002, ['www'])], 1, 'app/s1: http://127.0.0.1:9001'],
] as const)('%s is', (_, sockets, isolates, server) => {
  expect(() => refuseCircles(config, sockets, isolates)).toThrow(
    new CliError(`${server} is this balancer itself: requests would go round in a circle`),
  )
})

it('what may come back or go elsewhere is let through: the count of passages ends it', () => {
  const rules = (condition: object) => [{ ...condition, do: { useBackend: 'api' } }]
  const backends = [
    { name: 'app', servers: [{ name: 's1', url: 'http://127.0.0.1:9001' }] },
    { name: 'api', servers: [{ name: 'a1', url: 'http://127.0.0.1:9002' }] },
  ]
  const refuse = (condition: object, defaultBackend: string) =>
    refuseCircles(
      configOrThrow({ frontends: [{ name: 'www', rules: rules(condition), defaultBackend }], backends }, 'serve'),
      [at(9001)],
      1,
    )
  expect(() => refuse({ if: { pathBeg: '/api' } }, 'app')).not.toThrow()
  // Where a rule always sends them elsewhere, none comes back.
  expect(() => refuse({}, 'app')).not.toThrow()
  expect(() => refuse({ if: { pathBeg: '/api' } }, 'api')).not.toThrow()
})
