import { expect, it } from 'vitest'

import { createLeaseBook, LEASE_MS } from './lease-book.ts'
import type { Need } from './lease-book.ts'

const needing = (inUse: number, waiting: number, more: Partial<Need> = {}): Need => ({
  keeps: inUse,
  share: 0,
  inUse,
  waiting,
  ...more,
})

it('gives one that is alone what it asks for and half of the rest', () => {
  const book = createLeaseBook(10, new Map())
  expect(book.ask('a', needing(0, 2), 0)).toEqual({ slots: 6, share: 6, elsewhere: 0, waitingElsewhere: 0 })
})

it('divides the rest by twice as many as there are', () => {
  const book = createLeaseBook(10, new Map())
  book.ask('a', needing(2, 0), 0)
  expect(book.ask('b', needing(0, 2), 0)).toMatchObject({ slots: 3, share: 3 })
})

it('tells each what the others have in use and who waits there', () => {
  const book = createLeaseBook(10, new Map())
  book.ask('a', needing(2, 1), 0)
  book.ask('b', needing(3, 4), 0)
  expect(book.lease('a', 0)).toMatchObject({ elsewhere: 3, waitingElsewhere: 4 })
  expect(book.ask('c', needing(0, 1), 0)).toMatchObject({ elsewhere: 5, waitingElsewhere: 5 })
})

it('shares in proportion to what each would use when there is not enough for all', () => {
  const book = createLeaseBook(10, new Map())
  book.ask('a', needing(0, 30), 0)
  book.ask('b', needing(0, 10), 0)
  expect(book.lease('a', 0)?.share).toBe(7)
  expect(book.lease('b', 0)?.share).toBe(3)
})

it('gives what does not divide to one that has nothing, and no more than there is', () => {
  const book = createLeaseBook(1, new Map())
  expect(book.ask('a', needing(0, 5), 0)).toMatchObject({ slots: 1, share: 1 })
  expect(book.ask('b', needing(0, 5), 0)).toMatchObject({ slots: 0, share: 1 })
  expect(book.lease('a', 0)).toMatchObject({ slots: 1, share: 0 })
})

it('never gives out more than there are, and takes nothing away', () => {
  const book = createLeaseBook(4, new Map())
  book.ask('a', needing(0, 4), 0)
  expect(book.ask('b', needing(0, 4), 0).slots).toBe(0)
  expect(book.ask('a', needing(1, 0, { keeps: 1 }), 0).slots).toBe(1)
  expect(book.ask('b', needing(0, 4), 0).slots).toBe(3)
})

it('puts one that gives back behind those who wait', () => {
  const book = createLeaseBook(2, new Map())
  book.ask('a', needing(0, 2), 0)
  book.ask('b', needing(0, 1), 0)
  book.ask('a', needing(1, 1), 0)
  expect([...book.holders().keys()]).toEqual(['b', 'a'])
  book.ask('b', needing(1, 0), 0)
  expect([...book.holders().keys()]).toEqual(['b', 'a'])
})

it('believes one that comes back with more in use than there is', () => {
  const book = createLeaseBook(2, new Map())
  book.ask('a', needing(0, 2), 0)
  expect(book.ask('b', needing(2, 0), 0)).toMatchObject({ slots: 2, elsewhere: 0 })
})

it('forgets one that needs nothing and has nothing', () => {
  const book = createLeaseBook(2, new Map())
  book.ask('a', needing(1, 0), 0)
  expect(book.ask('a', needing(0, 0), 0)).toMatchObject({ slots: 0, share: 0 })
  expect(book.holders().size).toBe(0)
  expect(book.lease('a', 0)).toBeUndefined()
})

it('takes a lease for run out when it is, not a moment before, and goes on with what was saved', () => {
  const before = createLeaseBook(2, new Map())
  before.ask('a', needing(2, 0), 1_000)
  const book = createLeaseBook(2, before.holders())
  expect(book.lease('a', 1_000 + LEASE_MS - 1)?.slots).toBe(2)
  expect(book.lease('a', 1_000 + LEASE_MS)).toBeUndefined()
  expect(book.ask('b', needing(0, 2), 1_000 + LEASE_MS).slots).toBe(2)
})

it('takes a lease that has run out from whoever asks next', () => {
  const book = createLeaseBook(2, new Map())
  book.ask('a', needing(2, 0), 0)
  expect(book.ask('b', needing(0, 2), LEASE_MS).slots).toBe(2)
})

it('knows one that needs nothing as long as it keeps a slot', () => {
  const book = createLeaseBook(2, new Map())
  book.ask('a', needing(0, 1), 0)
  expect(book.ask('a', needing(0, 0, { keeps: 1 }), 0).slots).toBe(1)
  expect(book.holders().has('a')).toBe(true)
})

it('leaves what does not divide where it is, when nobody has nothing', () => {
  const holder = (slots: number) => ({ ...needing(slots, 5 - slots), slots, untilMs: LEASE_MS })
  for (const holders of [
    new Map([
      ['a', holder(2)],
      ['b', holder(1)],
    ]),
    new Map([
      ['b', holder(1)],
      ['a', holder(2)],
    ]),
  ]) {
    const book = createLeaseBook(3, holders)
    expect([book.lease('a', 0)?.share, book.lease('b', 0)?.share]).toEqual([2, 1])
  }
})

it('divides the rest among those who want something', () => {
  const idle = { ...needing(0, 0), slots: 1, untilMs: LEASE_MS }
  const eager = { ...needing(1, 4), slots: 1, untilMs: LEASE_MS }
  const book = createLeaseBook(
    3,
    new Map([
      ['idle', idle],
      ['a', eager],
      ['b', eager],
    ]),
  )
  expect(['idle', 'a', 'b'].map((name) => book.lease(name, 0)?.share)).toEqual([0, 2, 1])
})
