// A WebSocket that passes through: nobody learns when it closes, so it counts for a while.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createPool } from '../../balance/pool.ts'
import { backendOf } from '../../balance/testing.ts'
import { createHolding } from './in-flight.ts'
import type { Journey } from '../journey.ts'
import type { Outgoing, RequestPorts } from '../ports.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A backend under leastconn whose sockets pass through, unless they must be relayed. */
function start(shutsSessions = false) {
  const backend = backendOf([{ name: 's1', shutsSessions }], 'leastconn')
  const pool = createPool(backend)
  const holding = createHolding(backend, pool, undefined, false)!
  const member = pool.members[0]!
  const relayed: { end(): void; wasCut: boolean }[] = []
  const open = async () => {
    const aborting = new AbortController()
    const ports = {
      send: () => Promise.resolve({ status: 101, headers: new Headers(), body: null } as Response),
      whenClosed: (response: Response, onEnd: () => void, mustRelay: boolean) => {
        if (!mustRelay) return undefined
        const one = { end: onEnd, wasCut: false }
        relayed.push(one)
        return { response, cut: () => (one.wasCut = true), passedBytes: () => 0 }
      },
      now: () => Date.now(),
      onCloudflare: false,
    } as unknown as RequestPorts
    const journey = { request: { signal: aborting.signal }, lifetime: { waitUntil() {} } } as unknown as Journey
    const made = await holding(member, {} as Outgoing, journey, ports)
    expect(made.outcome).toBe('response')
    return aborting
  }
  return { member, open, relayed }
}

describe('a WebSocket that passes through', () => {
  it('counts for five minutes, and the next request takes note of that', async () => {
    const { member, open } = start()
    await open()
    await vi.advanceTimersByTimeAsync(100_000)
    await open()
    expect(member.inFlight).toBe(2)
    await vi.advanceTimersByTimeAsync(199_000)
    await open()
    expect(member.inFlight).toBe(3)
    await vi.advanceTimersByTimeAsync(1_000)
    await open()
    expect(member.inFlight).toBe(3)
    await vi.advanceTimersByTimeAsync(3_600_000)
    await open()
    expect(member.inFlight).toBe(1)
  })

  it('counts no more, and not twice less, when its client is known to have gone', async () => {
    const { member, open } = start()
    const aborting = await open()
    aborting.abort()
    expect(member.inFlight).toBe(0)
    await vi.advanceTimersByTimeAsync(3_600_000)
    await open()
    expect(member.inFlight).toBe(1)
  })
})

describe('a WebSocket that may have to be cut off', () => {
  it('is relayed: it counts until it closes, and is cut off when its server goes down', async () => {
    const { member, open, relayed } = start(true)
    await open()
    await vi.advanceTimersByTimeAsync(3_600_000)
    await open()
    expect([member.inFlight, relayed.length]).toEqual([2, 2])
    relayed[0]!.end()
    expect(member.inFlight).toBe(1)
    member.status = { ...member.status, health: 'down' }
    await vi.advanceTimersByTimeAsync(1_000)
    expect(relayed.map(({ wasCut }) => wasCut)).toEqual([false, true])
  })
})
