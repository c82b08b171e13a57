import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { Lease, Need } from './lease-book.ts'
import { createLimit } from './limit.ts'

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

const ALONE: Lease = { slots: 4, share: 4, elsewhere: 0, waitingElsewhere: 0 }

/** A limit whose desk answers as the test says, after so long. */
function limited() {
  const asked: { readonly need: Need; readonly isPatient: boolean; readonly atMs: number }[] = []
  const desk: {
    lease: Lease | Error | ((need: Need) => Lease)
    afterMs: number
    answers: number
    failures: unknown[]
  } = {
    lease: ALONE,
    afterMs: 0,
    answers: 0,
    failures: [],
  }
  const startMs = Date.now()
  const limit = createLimit(
    10,
    {
      async ask(need, isPatient) {
        const { lease } = desk
        asked.push({ need, isPatient, atMs: Date.now() - startMs })
        if (desk.afterMs > 0) await new Promise((resolve) => setTimeout(resolve, desk.afterMs))
        if (lease instanceof Error) throw lease
        return typeof lease === 'function' ? lease(need) : lease
      },
      now: () => Date.now(),
      onFailure: (error) => void desk.failures.push(error),
    },
    () => (desk.answers += 1),
  )
  return { limit, asked, desk }
}

const lifetime = { waitUntil: () => undefined }
const soon = () => vi.advanceTimersByTimeAsync(0)

it('has no room before it has asked, and as much as its lease afterwards', async () => {
  const { limit, asked, desk } = limited()
  expect([limit.hasRoom(), limit.isFull(), limit.isOpen()]).toEqual([false, false, false])
  limit.waiting = 2
  limit.ask(lifetime)
  await soon()
  expect(asked).toEqual([{ need: { keeps: 0, share: 0, inUse: 0, waiting: 2 }, isPatient: false, atMs: 0 }])
  expect(desk.answers).toBe(1)
  for (let i = 0; i < 4; i++) {
    expect(limit.hasRoom()).toBe(true)
    limit.take()
  }
  expect([limit.hasRoom(), limit.inUse]).toEqual([false, 4])
  limit.release()
  expect([limit.hasRoom(), limit.inUse]).toEqual([true, 3])
})

it('says what it heard of the others', async () => {
  const { limit, desk } = limited()
  expect([limit.elsewhere, limit.waitingElsewhere]).toEqual([0, 0])
  desk.lease = { ...ALONE, elsewhere: 5, waitingElsewhere: 6 }
  limit.take()
  limit.ask(lifetime)
  await soon()
  expect([limit.elsewhere, limit.waitingElsewhere]).toEqual([5, 6])
})

it('is full when it has asked and got nothing, and asks patiently from then on', async () => {
  const { limit, asked, desk } = limited()
  desk.lease = { slots: 0, share: 0, elsewhere: 10, waitingElsewhere: 0 }
  desk.afterMs = 100
  limit.waiting = 1
  limit.ask(lifetime)
  await vi.advanceTimersByTimeAsync(99)
  expect(limit.isFull()).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  expect(limit.isFull()).toBe(true)
  expect(asked.map(({ isPatient }) => isPatient)).toEqual([false, true])
  desk.lease = ALONE
  await vi.advanceTimersByTimeAsync(1_000)
  expect([limit.isFull(), limit.hasRoom()]).toEqual([false, true])
})

it('makes one call at a time', async () => {
  const { limit, asked, desk } = limited()
  desk.afterMs = 500
  limit.take()
  for (let i = 0; i < 5; i++) limit.ask(lifetime)
  await vi.advanceTimersByTimeAsync(400)
  limit.ask(lifetime)
  expect(asked).toHaveLength(1)
})

it('calls again after two seconds without an answer, and believes the newer call only', async () => {
  const { limit, asked, desk } = limited()
  desk.afterMs = 5_000
  limit.take()
  limit.ask(lifetime)
  await vi.advanceTimersByTimeAsync(1_999)
  limit.ask(lifetime)
  expect(asked).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  desk.lease = { ...ALONE, slots: 2, share: 2 }
  desk.afterMs = 100
  limit.ask(lifetime)
  expect(asked).toHaveLength(2)
  await vi.advanceTimersByTimeAsync(6_000)
  limit.take()
  expect([desk.answers, limit.hasRoom()]).toEqual([1, false])
})

it('overtakes a call that waits at the desk when there is something to say', async () => {
  const { limit, asked, desk } = limited()
  desk.lease = { slots: 0, share: 0, elsewhere: 10, waitingElsewhere: 1 }
  limit.waiting = 1
  desk.afterMs = 1
  limit.ask(lifetime)
  desk.afterMs = 1_000
  await vi.advanceTimersByTimeAsync(300)
  limit.ask(lifetime)
  expect(asked.map(({ isPatient }) => isPatient)).toEqual([false, true])
  limit.renew(lifetime)
  expect(asked.map(({ isPatient }) => isPatient)).toEqual([false, true, false])
})

it('renews a lease every three seconds, every quarter of one while others wait', async () => {
  const { limit, asked, desk } = limited()
  limit.take()
  limit.ask(lifetime)
  await soon()
  const callsAfter = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms)
    const before = asked.length
    limit.renew(lifetime)
    await soon()
    return asked.length - before
  }
  expect(await callsAfter(2_999)).toBe(0)
  desk.lease = { ...ALONE, waitingElsewhere: 1 }
  expect(await callsAfter(1)).toBe(1)
  expect(await callsAfter(249)).toBe(0)
  expect(await callsAfter(1)).toBe(1)
})

it('uses no more than its share while others wait, and gives the rest back', async () => {
  const { limit, asked, desk } = limited()
  // As the desk does: nothing is taken away, and what is given back is gone.
  desk.lease = ({ keeps, share }) => ({
    slots: share === 0 ? 4 : keeps,
    share: 2,
    elsewhere: 6,
    waitingElsewhere: 3,
  })
  for (let i = 0; i < 3; i++) limit.take()
  limit.ask(lifetime)
  await soon()
  expect(limit.hasRoom()).toBe(false)
  // Until it has less in use than its share, what it uses.
  expect(asked.at(-1)!.need).toMatchObject({ keeps: 3, share: 2, inUse: 3 })
  const before = asked.length
  limit.release()
  limit.release()
  limit.settle(lifetime)
  await soon()
  expect(asked.slice(before).map(({ need }) => need.keeps)).toEqual([2])
  expect(limit.hasRoom()).toBe(true)
})

it('uses no more than its share when that has become less than it has, even if nobody waits', async () => {
  const { limit, desk } = limited()
  desk.lease = ({ keeps, share }) => ({ slots: share === 0 ? 4 : keeps, share: 2, elsewhere: 0, waitingElsewhere: 0 })
  for (let i = 0; i < 2; i++) limit.take()
  desk.afterMs = 10
  limit.ask(lifetime)
  await vi.advanceTimersByTimeAsync(10)
  expect(limit.hasRoom()).toBe(false)
})

it('gives everything back after half a second without a request', async () => {
  const { limit, asked } = limited()
  limit.take()
  limit.ask(lifetime)
  await soon()
  limit.release()
  limit.settle(lifetime)
  await vi.advanceTimersByTimeAsync(499)
  expect(asked).toHaveLength(1)
  await vi.advanceTimersByTimeAsync(1)
  expect(asked.at(1)).toMatchObject({ need: { keeps: 0, share: 0, inUse: 0, waiting: 0 }, isPatient: false, atMs: 500 })
})

it.each<[string, (limit: ReturnType<typeof createLimit>) => void]>([
  ['took and gave back a slot', (limit) => (limit.take(), limit.release())],
  ['holds a slot', (limit) => limit.take()],
  ['waits', (limit) => (limit.waiting = 1)],
])('gives nothing back when meanwhile a request %s', async (_, happens) => {
  const { limit, asked } = limited()
  limit.take()
  limit.ask(lifetime)
  await soon()
  limit.release()
  limit.settle(lifetime)
  await vi.advanceTimersByTimeAsync(200)
  happens(limit)
  await vi.advanceTimersByTimeAsync(1_000)
  expect(asked).toHaveLength(1)
})

it('tells of an outage once, pauses a second between calls, and is open when the lease has run out', async () => {
  const { limit, asked, desk } = limited()
  limit.take()
  limit.ask(lifetime)
  await soon()
  desk.lease = new Error('unreachable')
  await vi.advanceTimersByTimeAsync(3_000)
  limit.renew(lifetime)
  await soon()
  limit.renew(lifetime)
  await soon()
  expect([asked.length, desk.failures.length, limit.isOpen(), limit.hasRoom()]).toEqual([2, 1, false, true])
  await vi.advanceTimersByTimeAsync(1_000)
  limit.renew(lifetime)
  await soon()
  expect([asked.length, desk.failures.length]).toEqual([3, 1])
  // Ten seconds after the call that was answered.
  await vi.advanceTimersByTimeAsync(5_999)
  expect(limit.isOpen()).toBe(false)
  await vi.advanceTimersByTimeAsync(1)
  for (let i = 0; i < 20; i++) limit.take()
  expect([limit.isOpen(), limit.hasRoom(), limit.isFull()]).toEqual([true, true, false])
  desk.lease = ALONE
  limit.renew(lifetime)
  await soon()
  expect([limit.isOpen(), limit.hasRoom()]).toEqual([false, false])
})

it('has no room with a lease that has run out while the desk can be asked', async () => {
  const { limit } = limited()
  limit.take()
  limit.ask(lifetime)
  await soon()
  await vi.advanceTimersByTimeAsync(10_000)
  expect([limit.hasRoom(), limit.isOpen()]).toEqual([false, false])
})
