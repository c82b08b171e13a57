import { expect, it } from 'vitest'

import { configOrThrow } from '../../../config/validate.ts'
import type { Plan } from '../plan.ts'
import { placedPlan } from './served-names.ts'

const config = configOrThrow(
  {
    backends: [
      { name: 'app', servers: [{ name: 's', url: 'http://web.test:8080', template: 2, resolvers: 'default' }] },
    ],
  },
  'serve',
)
const BIND = { address: '127.0.0.1', port: 8080, frontends: undefined }
const plan = { file: 'f', source: { path: '/f', isOfEnv: true }, config, binds: [BIND], statsSockets: [], vars: {} }
const at = (address: string) => ({ address, port: 8080, fqdn: 'web.test', weight: null })

it('a server whose name has this balancer’s address has none, and the others are served', () => {
  const places = new Map([
    ['app/s1', at('127.0.0.1')],
    ['app/s2', at('10.0.0.2')],
  ])
  const { placed, circles } = placedPlan(plan as unknown as Plan, places, 1)
  expect([...circles]).toEqual([['app/s1', 'http://127.0.0.1:8080']])
  expect(placed.config.backends[0]!.servers.map(({ hostname }) => hostname)).toEqual(['255.255.255.255', '10.0.0.2'])
  // The Worker must not ask the file.
  expect(placed.source.isOfEnv).toBe(false)
})
