import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Limit } from './limit.ts'
import { createQueue } from './queue.ts'
import type { Turn, Wish } from './queue.ts'

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

/** A limit of this isolate alone, whose slots the test hands out. */
function limitOf(slots: number) {
  let inUse = 0
  const seen = { asked: 0, renewed: 0 }
  const limit: Limit = {
    max: slots,
    get inUse() {
      return inUse
    },
    elsewhere: 0,
    waitingElsewhere: 0,
    waiting: 0,
    hasRoom: () => inUse < slots,
    isFull: () => inUse >= slots,
    isOpen: () => false,
    take: () => void (inUse += 1),
    release: () => void (inUse -= 1),
    ask: () => void (seen.asked += 1),
    settle: () => undefined,
    renew: () => void (seen.renewed += 1),
  }
  return { limit, seen }
}

const wishFor = (limits: readonly Limit[], more: Partial<Wish> = {}): Wish => ({
  accepts: (limit) => limits.includes(limit),
  asks: limits,
  isSoft: false,
  isStillGood: () => true,
  deadlineMs: Number.POSITIVE_INFINITY,
  lifetime: { waitUntil: () => undefined },
  signal: new AbortController().signal,
  ...more,
})

function waitingIn(queue: ReturnType<typeof createQueue>, wish: Wish) {
  const outcome: { turn?: Turn; afterMs?: number } = {}
  const startMs = Date.now()
  void queue.wait(wish).then((turn) => Object.assign(outcome, { turn, afterMs: Date.now() - startMs }))
  return outcome
}

const newQueue = () => createQueue(() => Date.now())

it('takes a slot that is free at once, renews the lease, and waits no longer', async () => {
  const { limit, seen } = limitOf(1)
  const outcome = waitingIn(newQueue(), wishFor([limit]))
  await vi.advanceTimersByTimeAsync(0)
  expect(outcome).toEqual({ turn: limit, afterMs: 0 })
  expect([limit.inUse, limit.waiting, seen.asked, seen.renewed]).toEqual([1, 0, 0, 1])
  expect(vi.getTimerCount()).toBe(0)
})

it('is counted as waiting where it asks, and asks again each second', async () => {
  const { limit, seen } = limitOf(0)
  waitingIn(newQueue(), wishFor([limit]))
  expect([limit.waiting, seen.asked]).toEqual([1, 1])
  await vi.advanceTimersByTimeAsync(2_000)
  expect([limit.waiting, seen.asked]).toEqual([1, 3])
})

it('gives a slot of either of two limits, whichever is free first', async () => {
  const [a, b] = [limitOf(1), limitOf(1)]
  a.limit.take()
  b.limit.take()
  const queue = newQueue()
  const outcome = waitingIn(queue, wishFor([a.limit, b.limit]))
  await vi.advanceTimersByTimeAsync(300)
  b.limit.release()
  queue.serve(b.limit)
  await vi.advanceTimersByTimeAsync(0)
  expect(outcome).toEqual({ turn: b.limit, afterMs: 300 })
  expect([a.limit.waiting, b.limit.waiting, a.limit.inUse]).toEqual([0, 0, 1])
})

it('passes by who does not accept the limit', async () => {
  const [a, b] = [limitOf(0), limitOf(1)]
  b.limit.take()
  const queue = newQueue()
  const first = waitingIn(queue, wishFor([a.limit]))
  const second = waitingIn(queue, wishFor([b.limit]))
  b.limit.release()
  queue.serve(b.limit)
  await vi.advanceTimersByTimeAsync(0)
  expect([first.turn, second.turn]).toEqual([undefined, b.limit])
})

it('is late at its deadline, not before', async () => {
  const { limit } = limitOf(0)
  const outcome = waitingIn(newQueue(), wishFor([limit], { deadlineMs: Date.now() + 2_500 }))
  await vi.advanceTimersByTimeAsync(2_499)
  expect(outcome).toEqual({})
  await vi.advanceTimersByTimeAsync(1)
  expect(outcome).toEqual({ turn: 'late', afterMs: 2_500 })
  expect(limit.waiting).toBe(0)
})

it('sends who is soft away as soon as a limit turns out to be full, and no other', async () => {
  const { limit } = limitOf(1)
  limit.take()
  const queue = newQueue()
  const patient = waitingIn(queue, wishFor([limit]))
  const soft = waitingIn(queue, wishFor([limit], { isSoft: true }))
  queue.serve(limit)
  await vi.advanceTimersByTimeAsync(0)
  expect([patient.turn, soft.turn, limit.waiting]).toEqual([undefined, 'again', 1])
})

it('lets everybody wait while it is not known whether a limit is full', async () => {
  const { limit } = limitOf(0)
  limit.isFull = () => false
  const queue = newQueue()
  const soft = waitingIn(queue, wishFor([limit], { isSoft: true }))
  queue.serve(limit)
  await vi.advanceTimersByTimeAsync(0)
  expect([soft.turn, limit.waiting]).toEqual([undefined, 1])
})

it('asks now and then whether it is worth waiting, and lets go when it is not', async () => {
  const { limit } = limitOf(0)
  let isStillGood = true
  const outcome = waitingIn(newQueue(), wishFor([limit], { isStillGood: () => isStillGood }))
  await vi.advanceTimersByTimeAsync(1_500)
  isStillGood = false
  await vi.advanceTimersByTimeAsync(500)
  expect(outcome).toEqual({ turn: 'again', afterMs: 2_000 })
})

it('takes the place of a client that has gone', async () => {
  const { limit } = limitOf(0)
  const gone = new AbortController()
  waitingIn(newQueue(), wishFor([limit], { signal: gone.signal }))
  gone.abort()
  expect(limit.waiting).toBe(0)
})

it('gives the slot of a client that goes before it has gone on to the next', async () => {
  const { limit } = limitOf(1)
  limit.take()
  const queue = newQueue()
  const gone = new AbortController()
  waitingIn(queue, wishFor([limit], { signal: gone.signal }))
  const next = waitingIn(queue, wishFor([limit]))
  limit.release()
  queue.serve(limit)
  gone.abort()
  await vi.advanceTimersByTimeAsync(0)
  expect([next.turn, limit.inUse, limit.waiting]).toEqual([limit, 1, 0])
})

it('passes by who was not seen for five seconds: its request has been cancelled', async () => {
  const { limit } = limitOf(1)
  limit.take()
  const queue = newQueue()
  // No timer of its own comes again.
  vi.stubGlobal('setTimeout', () => 0)
  waitingIn(queue, wishFor([limit]))
  vi.unstubAllGlobals()
  const alive = waitingIn(queue, wishFor([limit]))
  await vi.advanceTimersByTimeAsync(5_001)
  limit.release()
  queue.serve(limit)
  await vi.advanceTimersByTimeAsync(0)
  expect([alive.turn, limit.inUse, limit.waiting]).toEqual([limit, 1, 0])
})

it('takes a slot back from who has not gone on with it within a second', async () => {
  const { limit } = limitOf(1)
  limit.take()
  const queue = newQueue()
  const stuck = waitingIn(queue, wishFor([limit]))
  const next = waitingIn(queue, wishFor([limit]))
  limit.release()
  queue.serve(limit)
  vi.setSystemTime(Date.now() + 1_000)
  queue.serve(limit)
  expect(limit.waiting).toBe(1)
  vi.setSystemTime(Date.now() + 1)
  queue.serve(limit)
  await vi.advanceTimersByTimeAsync(0)
  expect([stuck.turn, next.turn, limit.inUse]).toEqual(['again', limit, 1])
})
