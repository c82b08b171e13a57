import { describe, expect, it } from 'vitest'

import type { Backend } from '../../config/config.ts'
import type { RetryReason } from '../../config/options/retries.ts'
import { answeredBy } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import { mayRedispatch, mayRetry, turnAroundMs } from './retry.ts'

const FAILURES = ['conn-failure', 'empty-response', 'junk-response'] as const
const backendOn = (...reasons: readonly RetryReason[]) => ({
  retries: 2,
  retryMethods: 'idempotent' as const,
  retryOn: new Set(reasons),
})
const failed = (delivered: 'no' | 'unknown'): Attempt => ({ outcome: 'failed', delivered })

describe('another attempt', () => {
  const backend = backendOn(...FAILURES)
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

  it('is never made of what was cut off: it may have run', () => {
    const backendOnAll = { ...backendOn(...FAILURES, 'response-timeout'), retryMethods: 'all' as const }
    expect(mayRetry(backendOnAll, { outcome: 'cut' }, request)).toBe(false)
  })

  it('is made after a timeout, an unusable answer or a status only when that was asked for', () => {
    const answered = answeredBy(new Response(null, { status: 503 }))
    const cases: [Attempt, RetryReason][] = [
      [{ outcome: 'timeout' }, 'response-timeout'],
      [{ outcome: 'unusable' }, 'junk-response'],
      [answered, 503],
    ]
    for (const [made, reason] of cases) {
      expect(mayRetry(backendOn('conn-failure'), made, request)).toBe(false)
      expect(mayRetry(backendOn(reason), made, request)).toBe(true)
      expect(mayRetry(backendOn(reason), made, { ...request, method: 'POST' })).toBe(false)
      expect(mayRetry({ ...backendOn(reason), retryMethods: 'all' }, made, { ...request, method: 'POST' })).toBe(true)
    }
    expect(mayRetry(backendOn(502), answered, request)).toBe(false)
    expect(mayRetry(backendOn(503), failed('no'), request)).toBe(false)
  })

  it('is made of lost connections alone where rules say so', () => {
    const answered = answeredBy(new Response(null, { status: 503 }))
    const backendOnBoth = backendOn('conn-failure', 503)
    for (const isL7RetryOff of [false, true]) {
      expect(mayRetry(backendOnBoth, answered, { ...request, isL7RetryOff })).toBe(!isL7RetryOff)
      expect(mayRetry(backendOnBoth, failed('no'), { ...request, isL7RetryOff })).toBe(true)
    }
  })

  it('is made of what may be repeated when any of the ways to lose a connection is named', () => {
    for (const reason of FAILURES) expect(mayRetry(backendOn(reason), failed('unknown'), request)).toBe(true)
    expect(mayRetry(backendOn('response-timeout'), failed('unknown'), request)).toBe(false)
  })

  it('of a request that must not be sent twice needs leave for lost connections', () => {
    const post = { ...request, method: 'POST' }
    const all = { retryMethods: 'all' as const }
    expect(mayRetry({ ...backendOn('conn-failure', 503), ...all }, failed('unknown'), post)).toBe(false)
    expect(mayRetry({ ...backendOn('conn-failure', 'empty-response'), ...all }, failed('unknown'), post)).toBe(true)
  })
})

describe('another server', () => {
  const roundrobin: Backend['balance'] = { policy: 'roundrobin' }
  const persistent = { persistent: true, down: false, active: 2 }
  /** At which of five retries a persistent request moves. */
  const moves = (redispatch: number) =>
    [1, 2, 3, 4, 5].filter((retry) => mayRedispatch({ retries: 5, redispatch, balance: roundrobin }, retry, persistent))

  it("follows HAProxy's interval", () => {
    expect(moves(0)).toEqual([])
    expect(moves(1)).toEqual([1, 2, 3, 4, 5])
    expect(moves(2)).toEqual([2, 4])
    expect(moves(-1)).toEqual([5])
    expect(moves(-2)).toEqual([4])
    expect(moves(-4)).toEqual([2, 4])
    expect(moves(-9)).toEqual([1, 2, 3, 4, 5])
  })

  it('is taken at once by who belongs nowhere, and when the server is down; never when redispatch is off', () => {
    const last = { retries: 3, redispatch: -1, balance: roundrobin }
    const free = { ...persistent, persistent: false }
    const down = { ...persistent, down: true }
    expect(mayRedispatch(last, 1, free)).toBe(true)
    expect(mayRedispatch(last, 1, { ...free, active: 1 })).toBe(false)
    expect(mayRedispatch({ ...last, balance: { policy: 'source' } }, 1, free)).toBe(false)
    expect(mayRedispatch(last, 1, down)).toBe(true)
    expect(mayRedispatch({ ...last, redispatch: 0 }, 1, free)).toBe(false)
    expect(mayRedispatch({ ...last, redispatch: 0 }, 1, down)).toBe(false)
  })
})

describe('the turn-around', () => {
  const backend = { timeoutConnectMs: 5000, turnAroundAlone: true }

  it('is a second at most, before the same server', () => {
    expect(turnAroundMs(backend, failed('no'), false, 3)).toBe(1000)
    expect(turnAroundMs({ ...backend, timeoutConnectMs: 200 }, failed('no'), false, 3)).toBe(200)
    expect(turnAroundMs(backend, { outcome: 'timeout' }, false, 3)).toBe(0)
  })

  it('precedes another server only where that may be the same again, and it is wanted', () => {
    expect(turnAroundMs(backend, failed('no'), true, 2)).toBe(0)
    expect(turnAroundMs(backend, failed('no'), true, 1)).toBe(1000)
    expect(turnAroundMs({ ...backend, turnAroundAlone: false }, failed('no'), true, 1)).toBe(0)
  })
})
