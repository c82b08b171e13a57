import { expect, it } from 'vitest'

import { createPool } from '../../balance/pool.ts'
import { resolveConfig } from '../../config/resolve.ts'
import type { LimpetConfig } from '../../config/options/root.ts'
import { haproxyFormat } from '../../persistence/haproxy-format.ts'
import { createAssign } from './assign.ts'
import { BARE_VIEW, transactionOf } from '../../rules/testing.ts'
import { NO_RULES } from '../../rules/rules-engine.ts'

type Server = Omit<LimpetConfig['backends'][number]['servers'][number], 'url'>

/** Where a client with this cookie belongs; undefined: nowhere. */
function wishOf(servers: readonly Server[], cookie: string): string | undefined {
  const [backend] = resolveConfig({
    backends: [
      {
        name: 'app',
        cookie: { name: 'SRV', format: 'haproxy' },
        servers: servers.map((server) => ({ ...server, url: 'http://s' })),
      },
    ],
  }).backends
  const assign = createAssign(backend!, createPool(backend!), [haproxyFormat], [], NO_RULES)
  const assigned = assign(transactionOf({ headers: { cookie: `SRV=${cookie}` } }), BARE_VIEW, 0)
  return 'recalled' in assigned ? assigned.recalled.wish?.server.name : undefined
}

const RENAMED: readonly Server[] = [{ name: 'web2' }, { name: 'app1', formerly: ['www1', 'web1'] }]

it.each([
  ['app1', 'app1'],
  ['web1', 'app1'],
  ['www1', 'app1'],
  ['web2', 'web2'],
  ['web3', undefined],
])('a cookie that says %s leads to %s', (cookie, server) => {
  expect(wishOf(RENAMED, cookie)).toBe(server)
})

it('a former name that is another server’s cookie today leads there', () => {
  expect(
    wishOf(
      [
        { name: 'a', formerly: ['old'] },
        { name: 'b', cookie: 'old' },
      ],
      'old',
    ),
  ).toBe('b')
})

it('a renamed server whose `cookie` stayed keeps its clients without more', () => {
  expect(wishOf([{ name: 'app1', cookie: 'web1' }], 'web1')).toBe('app1')
})
