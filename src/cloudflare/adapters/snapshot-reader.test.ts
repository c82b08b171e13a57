import { describe, expect, it, vi } from 'vitest'

import type { Snapshot } from '../../health/snapshot.ts'
import { createSnapshotReader } from './snapshot-reader.ts'

const snapshot = (n: number, epoch = 1): Snapshot => ({ epoch, n, servers: {} })

/** A reader with a clock and a Monitor in the test's hands. */
function readerOf({ refreshMs = 1000, coldWaitMs = 300, drawn = 1 } = {}) {
  let nowMs = 0
  const loads: { resolve: (value: Snapshot, trueMs?: number) => void; reject: (error: Error) => void }[] = []
  const adopted: number[] = []
  const held: number[] = []
  /** How many had been adopted when one was shared. */
  const shared: number[] = []
  const failures: unknown[] = []
  const releases: unknown[] = []
  const work: Promise<unknown>[] = []
  const reader = createSnapshotReader(
    { refreshMs, coldWaitMs },
    {
      load: (_, { asOfMs: heldMs }) =>
        new Promise((resolve, reject) => {
          const share = async () => void shared.push(adopted.length)
          const asOfMs = nowMs
          held.push(heldMs)
          loads.push({
            resolve: (value, trueMs = asOfMs) => resolve({ snapshot: value, asOfMs: trueMs, share }),
            reject,
          })
        }),
      isOwn: ({ monitor }) => monitor !== 'another',
      now: () => nowMs,
      random: () => drawn,
      onChange(changed) {
        adopted.push(changed.n)
        releases.push(changed.releases)
      },
      onFailure: (error) => failures.push(error),
    },
  )
  return {
    reader,
    loads,
    adopted,
    held,
    shared,
    failures,
    releases,
    ensure: () => reader.ensure((promise) => work.push(promise), { url: 'https://app.example/' }),
    passMs: (ms: number) => (nowMs += ms),
    settle: async () => void (await Promise.allSettled(work)),
  }
}

describe('a view of the servers', () => {
  it('is waited for when there is none, by the first request alone', async () => {
    const { ensure, loads, adopted } = readerOf()
    const first = ensure()
    expect(first).toBeInstanceOf(Promise)
    expect(ensure()).toBeUndefined()
    loads[0]!.resolve(snapshot(1))
    await first
    expect([loads.length, adopted]).toEqual([1, [1]])
    expect(ensure()).toBeUndefined()
    expect(loads).toHaveLength(1)
  })

  it('is refreshed behind the back of requests, once for all of them', async () => {
    const { ensure, loads, passMs, settle, adopted } = readerOf()
    void ensure()
    loads[0]!.resolve(snapshot(1))
    await settle()
    passMs(1000)
    for (let i = 0; i < 5; i++) expect(ensure()).toBeUndefined()
    expect(loads).toHaveLength(2)
    loads[1]!.resolve(snapshot(2))
    await settle()
    expect(adopted).toEqual([1, 2])
  })

  it('that is twice as old as it may be counts as missing', async () => {
    const { ensure, loads, passMs, settle } = readerOf()
    void ensure()
    loads[0]!.resolve(snapshot(1))
    await settle()
    passMs(2000)
    expect(ensure()).toBeInstanceOf(Promise)
  })

  it('is refreshed by the age of what it says, not by the time at which it came', async () => {
    const { ensure, loads, passMs, settle, held } = readerOf()
    passMs(5000)
    void ensure()
    loads[0]!.resolve(snapshot(1), 4300)
    await settle()
    passMs(299)
    expect(ensure()).toBeUndefined()
    expect(loads).toHaveLength(1)
    passMs(1)
    ensure()
    expect(loads).toHaveLength(2)
    expect(held).toEqual([Number.NEGATIVE_INFINITY, 4300])
  })

  it('is refreshed, and no more often than before, when the clock has gone back', async () => {
    const { ensure, loads, passMs, settle, adopted } = readerOf()
    passMs(3_600_000)
    void ensure()
    loads[0]!.resolve(snapshot(1))
    await settle()
    passMs(-3_600_000)
    void ensure()
    expect(loads).toHaveLength(2)
    loads[1]!.resolve(snapshot(2))
    await settle()
    expect(adopted).toEqual([1, 2])
    ensure()
    expect(loads).toHaveLength(2)
    passMs(1000)
    ensure()
    expect(loads).toHaveLength(3)
  })

  it('is refreshed a quarter of its time early, by chance: isolates that share a copy take turns', async () => {
    const { ensure, loads, passMs, settle } = readerOf({ drawn: 0 })
    void ensure()
    loads[0]!.resolve(snapshot(1))
    await settle()
    passMs(750)
    ensure()
    expect(loads).toHaveLength(2)
  })

  it('is waited for so long at most as the configuration says, and once', async () => {
    vi.useFakeTimers()
    try {
      const { ensure, loads, passMs, settle } = readerOf({ coldWaitMs: 250 })
      let isOver = false
      void ensure()!.then(() => (isOver = true))
      await vi.advanceTimersByTimeAsync(249)
      expect(isOver).toBe(false)
      await vi.advanceTimersByTimeAsync(1)
      expect(isOver).toBe(true)
      loads[0]!.reject(new Error('gone'))
      await settle()
      passMs(10_000)
      expect(ensure()).toBeUndefined()
      expect(loads).toHaveLength(2)
    } finally {
      vi.useRealTimers()
    }
  })

  it('is not waited for when the configuration says so', () => {
    const { ensure, loads } = readerOf({ coldWaitMs: 0 })
    expect(ensure()).toBeUndefined()
    expect(loads).toHaveLength(1)
  })

  it('is never replaced by an older one, whichever arrives last', async () => {
    const { reader, ensure, loads, settle, adopted } = readerOf()
    void ensure()
    reader.accept(snapshot(5))
    loads[0]!.resolve(snapshot(4))
    await settle()
    reader.accept(snapshot(9, 0))
    reader.accept(snapshot(1, 2))
    expect(adopted).toEqual([5, 1])
  })

  it('keeps what is known of releases while a Monitor of another version says nothing of them', () => {
    const { reader, releases } = readerOf()
    const app = { current: 'r2', canary: null, states: {}, n: 1 }
    reader.accept({ ...snapshot(1), releases: { app } })
    reader.accept(snapshot(2))
    reader.accept({ ...snapshot(3), releases: {} })
    expect(releases).toEqual([{ app }, { app }, {}])
  })

  it('is never one of another deployment', async () => {
    const { reader, adopted } = readerOf()
    reader.accept({ ...snapshot(1), monitor: 'own' })
    reader.accept({ ...snapshot(9, 9), monitor: 'another' })
    expect(adopted).toEqual([1])
  })

  it('is adopted before it is shared', async () => {
    const { ensure, loads, settle, shared } = readerOf()
    void ensure()
    loads[0]!.resolve(snapshot(1))
    await settle()
    expect(shared).toEqual([1])
  })

  it('that cannot be loaded is asked for again with the next refresh, and complained of once', async () => {
    const { ensure, loads, failures, passMs, settle } = readerOf()
    for (let i = 0; i < 3; i++) {
      void ensure()
      loads.at(-1)!.reject(new Error('gone'))
      await settle()
      expect(ensure()).toBeUndefined()
      passMs(1000)
    }
    expect([loads.length, failures.length]).toEqual([3, 1])
  })

  it('whose refresh was cancelled with its request is asked for again', () => {
    const { ensure, loads, passMs } = readerOf()
    void ensure()
    passMs(4999)
    expect(ensure()).toBeUndefined()
    passMs(1)
    expect(ensure()).toBeUndefined()
    expect(loads).toHaveLength(2)
  })
})
