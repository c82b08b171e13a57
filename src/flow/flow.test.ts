// Several isolates, one desk: what is in use at once, how long all of it takes, who goes first. On a clock of its own.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createLeaseBook, LEASE_MS } from './lease-book.ts'
import { createLeaseDesk } from './lease-desk.ts'
import { createLimit } from './limit.ts'
import type { Limit } from './limit.ts'
import { createQueue } from './queue.ts'
import type { Turn } from './queue.ts'

const RPC_MS = 2

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 })
})
afterEach(() => {
  vi.useRealTimers()
})

const now = () => Date.now()
const after = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
const lifetime = { waitUntil: () => undefined }

interface Isolate {
  readonly limit: Limit
  /** When it ended, on the clock; undefined: it was late. */
  request(durationMs: number, deadlineMs?: number): Promise<number | undefined>
}

/** `most`: the most that were ever in use at once. */
function world(max: number, count: number) {
  const desk = createLeaseDesk(createLeaseBook(max, new Map()), now)
  const seen = { inUse: 0, most: 0, calls: 0, isDown: false, failures: 0 }
  const isolates = Array.from({ length: count }, (_, i): Isolate => {
    const queue = createQueue(now)
    const limit: Limit = createLimit(
      max,
      {
        async ask(need, isPatient) {
          seen.calls += 1
          await after(RPC_MS)
          if (seen.isDown) throw new Error('unreachable')
          const lease = await desk.ask(`isolate-${i}`, need, isPatient)
          await after(RPC_MS)
          return lease
        },
        now,
        onFailure: () => (seen.failures += 1),
      },
      () => queue.serve(limit),
    )
    return {
      limit,
      async request(durationMs, deadlineMs = Number.POSITIVE_INFINITY) {
        if (limit.waiting === 0 && limit.hasRoom()) {
          limit.take()
          limit.renew(lifetime)
        } else {
          const wish = {
            accepts: () => true,
            asks: [limit],
            isSoft: false,
            isStillGood: () => true,
            deadlineMs,
            lifetime,
            signal: new AbortController().signal,
          }
          let turn: Turn
          do turn = await queue.wait(wish)
          while (turn === 'again')
          if (turn === 'late') return undefined
        }
        seen.inUse += 1
        seen.most = Math.max(seen.most, seen.inUse)
        for (let leftMs = durationMs; leftMs > 0; leftMs -= 1_000) {
          await after(Math.min(leftMs, 1_000))
          limit.renew(lifetime)
        }
        seen.inUse -= 1
        limit.release()
        queue.serve(limit)
        limit.settle(lifetime)
        return now()
      },
    }
  })
  return { isolates, seen }
}

/** All at once, in turn to each isolate; how long all of it took. */
async function burst(isolates: readonly Isolate[], count: number, durationMs: number) {
  const startedMs = now()
  const made = Promise.all(Array.from({ length: count }, (_, i) => isolates[i % isolates.length]!.request(durationMs)))
  await vi.advanceTimersByTimeAsync(120_000)
  const ends = await made
  return { ends, tookMs: Math.max(...ends.map((end) => end ?? Infinity)) - startedMs }
}

describe('slots over several isolates', () => {
  it.each([
    { max: 1, isolates: 1, requests: 20, slackMs: 20 },
    { max: 1, isolates: 3, requests: 30, slackMs: 900 },
    { max: 5, isolates: 4, requests: 120, slackMs: 500 },
    { max: 3, isolates: 7, requests: 90, slackMs: 900 },
    { max: 200, isolates: 4, requests: 1000, slackMs: 60 },
    { max: 10, isolates: 1, requests: 500, slackMs: 60 },
  ])(
    'at most $max at once over $isolates isolates, and no slot lies idle while somebody waits',
    async ({ max, isolates: count, requests, slackMs }) => {
      const { isolates, seen } = world(max, count)
      const { tookMs, ends } = await burst(isolates, requests, 50)
      expect(ends).not.toContain(undefined)
      expect(seen.most).toBe(max)
      expect(tookMs).toBeLessThan((requests / max) * 50 + slackMs)
    },
  )

  it('a request that finds a slot makes no call', async () => {
    const { isolates, seen } = world(100, 1)
    const [isolate] = isolates
    void isolate!.request(5_000)
    await vi.advanceTimersByTimeAsync(10)
    const before = seen.calls
    for (let i = 0; i < 40; i++) void isolate!.request(100)
    await vi.advanceTimersByTimeAsync(200)
    expect(seen.calls).toBe(before)
  })

  it('what an isolate has no use for is another’s', async () => {
    const { isolates } = world(4, 2)
    await burst([isolates[0]!], 10, 50)
    const { tookMs } = await burst([isolates[1]!], 4, 50)
    expect(tookMs).toBeLessThan(80)
  })

  it('whoever waits when others hold all slots gets its part within a second', async () => {
    const { isolates, seen } = world(10, 2)
    const endless = Array.from({ length: 40 }, () => isolates[0]!.request(100))
    await vi.advanceTimersByTimeAsync(150)
    const startedMs = now()
    const asked = isolates[1]!.request(100)
    await vi.advanceTimersByTimeAsync(5_000)
    expect((await asked)! - startedMs).toBeLessThan(1_000)
    await Promise.all(endless)
    expect(seen.most).toBe(10)
  })

  it('the slots of an isolate that died are free when its lease has run out', async () => {
    const { isolates } = world(1, 2)
    const [dead, alive] = isolates
    void dead!.request(20)
    await vi.advanceTimersByTimeAsync(10)
    // It never speaks again.
    dead!.limit.settle = () => undefined
    await vi.advanceTimersByTimeAsync(100)
    const startedMs = now()
    const asked = alive!.request(10)
    await vi.advanceTimersByTimeAsync(2 * LEASE_MS)
    const tookMs = (await asked)! - startedMs
    expect(tookMs).toBeGreaterThan(LEASE_MS / 2)
    expect(tookMs).toBeLessThan(LEASE_MS + 1_500)
  })

  it('in order of arrival, and not for longer than the deadline', async () => {
    const { isolates } = world(1, 1)
    const [isolate] = isolates
    const order: string[] = []
    for (const name of ['a', 'b', 'c']) void isolate!.request(100).then(() => order.push(name))
    const late = isolate!.request(100, now() + 150)
    await vi.advanceTimersByTimeAsync(1_000)
    expect(order).toEqual(['a', 'b', 'c'])
    expect(await late).toBeUndefined()
  })

  it('the desk unreachable: the last lease holds, and when it has run out nobody is refused', async () => {
    const { isolates, seen } = world(2, 1)
    const [isolate] = isolates
    await burst(isolates, 2, 50)
    void isolate!.request(300)
    await vi.advanceTimersByTimeAsync(50)
    seen.isDown = true
    const held = Array.from({ length: 5 }, () => isolate!.request(300))
    await vi.advanceTimersByTimeAsync(100)
    expect(seen.most).toBe(2)
    await vi.advanceTimersByTimeAsync(LEASE_MS + 5_000)
    await Promise.all(held)
    seen.most = 0
    const open = Array.from({ length: 5 }, () => isolate!.request(100))
    await vi.advanceTimersByTimeAsync(3_000)
    expect(await Promise.all(open)).not.toContain(undefined)
    expect(isolate!.limit.isOpen()).toBe(true)
    expect(seen.most).toBe(5)
    expect(seen.failures).toBeGreaterThan(0)
  })

  it('a lease that nobody could renew in time is not taken for a limit of zero', async () => {
    const { isolates, seen } = world(2, 1)
    seen.isDown = true
    const asked = isolates[0]!.request(10)
    await vi.advanceTimersByTimeAsync(3_000)
    expect(await asked).toBeDefined()
  })
})
