// A canary from its first share to its end, with ten thousand clients that come back for each step. Two isolates serve them in turns, by one
// snapshot of what the Monitor keeps.

import { beforeAll, describe, expect, it } from 'vitest'

import { resolveConfig } from '../../config/resolve.ts'
import type { ReleaseChange } from '../../health/release-change.ts'
import { createReleaseRegistry } from '../../health/release-registry.ts'
import { createServerRegistry } from '../../health/server-registry.ts'
import { bucketsOf, BUCKETS } from '../../releases/arm.ts'
import { SERVERS, site } from './testing.ts'

const CLIENTS = 10_000

/** The same numbers each time, so that a failure comes back. */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

/** What the Monitor does with commands, and two isolates that hear of it. */
async function deployment() {
  const releases = { list: ['r1', 'r2'], current: 'r1', documents: 'current' } as const
  const config = resolveConfig({ backends: [{ name: 'app', releases, servers: SERVERS }] })
  const registry = createReleaseRegistry(config, new Map(), createServerRegistry(config, new Map(), 0), 0)
  const random = createRandom(42)
  const isolates = [
    await site({ cookie: undefined }, { documents: 'current' }, { random }),
    await site({ cookie: undefined }, { documents: 'current' }, { random }),
  ] as const
  const say = (change: Omit<ReleaseChange, 'release'>) => {
    expect(registry.change('app', { release: 'r2', ...change }, 'ann', 0)).not.toHaveProperty('problem')
    for (const isolate of isolates) isolate.set(registry.states()['app']!)
  }
  return { isolates, say }
}

interface Step {
  readonly to: string
  /** Of the clients, in percent. */
  readonly share: number
  readonly expected: number
  readonly forward: number
  readonly back: number
}

const CANARY = /^b/
const percent = (count: number) => (100 * count) / CLIENTS

describe('10,000 clients', () => {
  const steps: Step[] = []
  /** Of clients that were on the canary when it was aborted: who serves what their open pages ask for. */
  let tabs: string[] = []

  beforeAll(async () => {
    const { isolates, say } = await deployment()
    const clients = Array.from({ length: CLIENTS }, (_, i) => {
      const [one, other] = isolates.map((isolate) => isolate.browser(`10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`))
      return { one: one!, other: other! }
    })
    let turn = 0
    /** Of one browser, whichever isolate it meets. */
    const ask = async ({ one, other }: (typeof clients)[number], what: 'document' | 'part') => {
      const [used, unused] = turn++ % 2 === 0 ? [one, other] : [other, one]
      const { body } = await used[what]()
      for (const [name, value] of used.jar) unused.jar.set(name, value)
      return body
    }
    let before: readonly boolean[] = clients.map(() => false)
    const step = async (to: string, share: number, change: Omit<ReleaseChange, 'release'>) => {
      say(change)
      const now: boolean[] = []
      for (const client of clients) now.push(CANARY.test(await ask(client, 'document')))
      steps.push({
        to,
        share: percent(now.filter(Boolean).length),
        expected: (100 * bucketsOf(share)) / BUCKETS,
        forward: percent(now.filter((is, i) => is && !before[i]).length),
        back: percent(now.filter((is, i) => !is && before[i]).length),
      })
      before = now
    }
    await step('10 %', 0.1, { state: 'canary', share: 0.1 })
    await step('25 %', 0.25, { share: 0.25 })
    await step('50 %', 0.5, { share: 0.5 })
    await step('25 %', 0.25, { share: 0.25 })
    say({ state: 'aborted' })
    const open = clients.filter((_, i) => before[i]).slice(0, 100)
    for (const client of open) tabs.push(await ask(client, 'part'))
    await step('abort', 0, { state: 'aborted' })
  }, 300_000)

  it('go forward by as much as the share grows, and back when it shrinks', () => {
    expect(
      steps.map(
        ({ to, forward, back, share }) => `${to}: +${forward.toFixed(2)} -${back.toFixed(2)} = ${share.toFixed(2)}`,
      ),
    ).toMatchInlineSnapshot(`
      [
        "10 %: +10.42 -0.00 = 10.42",
        "25 %: +14.86 -0.00 = 25.28",
        "50 %: +24.62 -0.00 = 49.90",
        "25 %: +0.00 -24.62 = 25.28",
        "abort: +0.00 -25.28 = 0.00",
      ]
    `)
    const [, raised, doubled, lowered] = steps
    expect(Math.abs(raised!.forward - 15)).toBeLessThanOrEqual(0.8)
    expect([raised!.back, doubled!.back, lowered!.forward]).toEqual([0, 0, 0])
  })

  it('get the share that was set, within two deviations', () => {
    for (const { share, expected } of steps) {
      const deviation = Math.sqrt((expected * (100 - expected)) / CLIENTS)
      expect(Math.abs(share - expected)).toBeLessThanOrEqual(2 * deviation)
    }
  })

  it('are all gone from a canary that is aborted, while their open pages are served by it', () => {
    expect(steps.at(-1)!.share).toBe(0)
    expect(new Set(tabs)).toEqual(new Set(['b1', 'b2']))
  })
})

it('a client without cookies has one arm, however often it asks and whichever isolate', async () => {
  const { isolates, say } = await deployment()
  say({ state: 'canary', share: 0.5 })
  const arms = new Set<string>()
  for (let address = 0; address < 20; address++) {
    const seen = new Set<string>()
    for (let i = 0; i < 100; i++) {
      const { body } = await isolates[i % 2]!.browser(`192.0.2.${address}`).part()
      seen.add(CANARY.test(body) ? 'canary' : 'current')
    }
    expect(seen.size).toBe(1)
    for (const arm of seen) arms.add(arm)
  }
  expect(arms.size).toBe(2)
})
