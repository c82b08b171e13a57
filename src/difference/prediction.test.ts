// What is predicted for a client is what the balancer then does with it: 500 pairs of configurations, made up of everything that
// decides where clients go, each with clients that come to the first and then to the second.

import { expect, it } from 'vitest'

import { seeded } from '../balance/testing.ts'
import { createSide } from './side.ts'
import { createPrediction } from './prediction.ts'
import { clientOf } from './client.ts'
import { createTestPair, visitorOf } from './testing.ts'
import type { Visit } from './testing.ts'
import { importCookieKeys } from '../persistence/sealed.ts'

const PAIRS = 500
const CLIENTS = 4

it(`a client goes where the prediction says (${PAIRS} pairs)`, async () => {
  const keys = await importCookieKeys('a-key-for-the-unit-tests')
  const seen: Record<string, number> = {}
  for (let pair = 0; pair < PAIRS; pair++) {
    const { before, after, inputs, first, second } = await createTestPair(seeded(pair + 1))
    const [old] = before.backends
    const [today] = after.backends
    const side = await createSide(before, old!, keys)
    const prediction = createPrediction(side, await createSide(after, today!, keys))
    const clients = Array.from({ length: CLIENTS }, (_, n) => clientOf(n))
    const visitors = clients.map(visitorOf)
    const came: Visit[] = []
    for (const visitor of visitors) came.push(await visitor(first))
    // The other way round: a balancer that knows none of them would give each the server that it had.
    for (let n = CLIENTS - 1; n >= 0; n--) {
      const member = side.pool.members.find(({ server }) => server.name === came[n]!.server)
      if (!member) continue
      const outcome = await prediction.outcomeOf(member, clients[n]!)
      const went = await visitors[n]!(second)
      const kind = outcome ? (outcome.by ?? 'anew') : 'not kept'
      seen[kind] = (seen[kind] ?? 0) + 1
      const where = JSON.stringify({ pair, n, came: came[n], went, inputs })
      if (outcome?.to) expect(went.server, where).toBe(outcome.to.server.name)
      // Whatever server it got, nothing led it there.
      else if (outcome) expect(went.isKnown, where).toBe(false)
    }
  }
  // Each of them often enough to be worth the claim.
  for (const kind of ['cookie', 'table', 'hash', 'anew', 'not kept'])
    expect([kind, (seen[kind] ?? 0) > 40]).toEqual([kind, true])
})
