import { expect, it } from 'vitest'

import { configOrThrow } from '../../../config/validate.ts'
import { hasNames, withPlaces } from './with-places.ts'
import type { Place } from './places.ts'

const config = configOrThrow(
  {
    backends: [
      {
        name: 'app',
        servers: [
          { name: 'web', url: 'https://web.test', template: 2, resolvers: 'default', weight: 7 },
          { name: 'fixed', url: 'http://web.test', weight: 7 },
        ],
      },
    ],
  },
  'serve',
)

function served(places: Readonly<Record<string, Place>>) {
  return withPlaces(config, new Map(Object.entries(places))).backends[0]!.servers
}

it('a server is at its place, and its certificate has the name', () => {
  const [one, two, fixed] = served({
    'app/web1': { address: '10.0.0.1', port: 443, fqdn: 'web.test', weight: null },
    'app/web2': { address: '2001:db8::1', port: 8443, fqdn: 'a.test', weight: 0 },
  })
  expect(one).toMatchObject({ hostname: '10.0.0.1', origin: 'https://10.0.0.1', verifyhost: 'web.test', weight: 7 })
  expect(two).toMatchObject({ hostname: '[2001:db8::1]', origin: 'https://[2001:db8::1]:8443', port: 8443, weight: 0 })
  expect(two!.resolution).toMatchObject({ fqdn: 'a.test', isResolved: true })
  expect(fixed).toBe(config.backends[0]!.servers[2])
})

it('without a place it is nowhere, and says so', () => {
  const [one] = served({})
  expect(one).toMatchObject({ hostname: '255.255.255.255', resolution: { isResolved: false, fqdn: 'web.test' } })
})

it('knows whether there is anything to ask for', () => {
  expect(hasNames(config)).toBe(true)
  expect(
    hasNames(configOrThrow({ backends: [{ name: 'app', servers: [{ name: 's', url: 'http://a.test' }] }] }, 'serve')),
  ).toBe(false)
})
