import { describe, expect, it } from 'vitest'

import type { Attempt } from './attempt.ts'
import { mayRedispatch, mayRetry, turnAroundMs } from './retry.ts'

describe('another attempt', () => {
  const backend = { retries: 2, retryMethods: 'idempotent' as const }
  const failed = (delivered: 'no' | 'unknown'): Attempt => ({ outcome: 'failed', delivered })
  const request = { method: 'GET', replayable: true, retries: 0 }

  it('is made of what may be repeated, as often as allowed', () => {
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])
      expect(mayRetry(backend, failed('unknown'), { ...request, method })).toBe(true)
    for (const method of ['POST', 'PATCH', 'X']) {
      expect(mayRetry(backend, failed('unknown'), { ...request, method })).toBe(false)
      expect(mayRetry(backend, failed('no'), { ...request, method })).toBe(true)
      expect(mayRetry({ ...backend, retryMethods: 'all' }, failed('unknown'), { ...request, method })).toBe(true)
    }
    expect(mayRetry(backend, failed('no'), { ...request, retries: 2 })).toBe(false)
    expect(mayRetry(backend, failed('no'), { ...request, replayable: false })).toBe(false)
  })

  it('is never made after a timeout or an unusable answer', () => {
    for (const outcome of ['timeout', 'unusable'] as const) expect(mayRetry(backend, { outcome }, request)).toBe(false)
  })
})

describe('another server', () => {
  const persistent = { persistent: true, down: false }
  /** At which of five retries a persistent request moves. */
  const moves = (redispatch: number) =>
    [1, 2, 3, 4, 5].filter((retry) => mayRedispatch({ retries: 5, redispatch }, retry, persistent))

  it("follows HAProxy's interval", () => {
    expect(moves(0)).toEqual([])
    expect(moves(1)).toEqual([1, 2, 3, 4, 5])
    expect(moves(2)).toEqual([2, 4])
    expect(moves(-1)).toEqual([5])
    expect(moves(-2)).toEqual([4])
  })

  it('is taken at once by who belongs nowhere, and when the server is down; never when redispatch is off', () => {
    const free = { persistent: false, down: false }
    const down = { persistent: true, down: true }
    expect(mayRedispatch({ retries: 3, redispatch: -1 }, 1, free)).toBe(true)
    expect(mayRedispatch({ retries: 3, redispatch: -1 }, 1, down)).toBe(true)
    expect(mayRedispatch({ retries: 3, redispatch: 0 }, 1, free)).toBe(false)
    expect(mayRedispatch({ retries: 3, redispatch: 0 }, 1, down)).toBe(false)
  })
})

it('the turn-around is a second at most', () => {
  expect(turnAroundMs({ timeoutConnectMs: 5000 })).toBe(1000)
  expect(turnAroundMs({ timeoutConnectMs: 200 })).toBe(200)
})
