import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { createLeaseBook } from './lease-book.ts'
import type { Lease, Need } from './lease-book.ts'
import { createLeaseDesk } from './lease-desk.ts'

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

const needing = (inUse: number, waiting: number, share = 0): Need => ({ keeps: inUse, share, inUse, waiting })

/** One slot, which A has. */
async function taken() {
  const desk = createLeaseDesk(createLeaseBook(1, new Map()), () => Date.now())
  await desk.ask('a', needing(1, 0), false)
  const answers: (readonly [number, Lease])[] = []
  const startMs = Date.now()
  const ask = (holder: string, need: Need) =>
    void desk.ask(holder, need, true).then((lease) => answers.push([Date.now() - startMs, lease]))
  return { desk, ask, answers }
}

it('answers at once who is not patient, whatever there is', async () => {
  const { desk } = await taken()
  expect(await desk.ask('b', needing(0, 1), false)).toMatchObject({ slots: 0, elsewhere: 1 })
})

it('lets who is patient wait for a slot, and answers as soon as there is one', async () => {
  const { desk, ask, answers } = await taken()
  ask('b', needing(0, 1))
  await vi.advanceTimersByTimeAsync(400)
  expect(answers).toEqual([])
  await desk.ask('a', needing(0, 0), false)
  await vi.advanceTimersByTimeAsync(0)
  expect(answers).toEqual([[400, { slots: 1, share: 1, elsewhere: 0, waitingElsewhere: 0 }]])
  expect(vi.getTimerCount()).toBe(0)
})

it('answers with what there is after a second', async () => {
  const { ask, answers } = await taken()
  ask('b', needing(0, 1))
  await vi.advanceTimersByTimeAsync(999)
  expect(answers).toEqual([])
  await vi.advanceTimersByTimeAsync(1)
  expect(answers).toMatchObject([[1_000, { slots: 0, elsewhere: 1 }]])
})

it('answers in order of arrival', async () => {
  const { desk, ask, answers } = await taken()
  ask('b', needing(0, 1))
  ask('c', needing(0, 1))
  await desk.ask('a', needing(0, 0), false)
  await vi.advanceTimersByTimeAsync(0)
  expect(answers).toMatchObject([[0, { slots: 1, waitingElsewhere: 1 }]])
})

it('takes the last call of an isolate for the one that counts', async () => {
  const { ask, answers } = await taken()
  ask('b', needing(0, 1))
  await vi.advanceTimersByTimeAsync(100)
  ask('b', needing(0, 2))
  await vi.advanceTimersByTimeAsync(0)
  expect(answers).toEqual([[100, { slots: 0, share: 0, elsewhere: 0, waitingElsewhere: 0 }]])
  await vi.advanceTimersByTimeAsync(2_000)
  expect(answers).toHaveLength(2)
})

it('answers who waits for nothing at once, and who has to give something back', async () => {
  const { ask, answers } = await taken()
  ask('b', needing(0, 0))
  await vi.advanceTimersByTimeAsync(0)
  expect(answers).toHaveLength(1)
  ask('c', needing(0, 1, 10))
  await vi.advanceTimersByTimeAsync(0)
  expect(answers).toHaveLength(2)
})
