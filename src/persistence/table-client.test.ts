import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createTableClient } from './table-client.ts'
import { createMemoryRows } from './memory-rows.ts'
import { createLocalStore } from './stick-store.ts'
import type { StickStore } from './stick-store.ts'
import { createTable } from './table.ts'

beforeEach(() => vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => vi.useRealTimers())

const A = { server: 'a', id: 1 }
const LIMITS = { expireMs: 60_000, maxlifeMs: null }

function clientOf({ cacheMs = 5_000 } = {}) {
  const sizes = { size: 10, nopurge: false, issuedDisplaces: true, sourceShare: 1 }
  const table = createTable(createMemoryRows(), { ...LIMITS, ...sizes }, 1)
  const local = createLocalStore(table, () => Date.now())
  const failures: string[] = []
  const network = { calls: 0, fails: false, hangs: false }
  const through = <T>(work: () => Promise<T>): Promise<T> => {
    network.calls += 1
    if (network.hangs) return new Promise(() => undefined)
    return network.fails ? Promise.reject(new Error('unreachable')) : work()
  }
  const store: StickStore = {
    match: (...given) => through(() => local.match(...given)),
    claim: (...given) => through(() => local.claim(...given)),
    store: (...given) => through(() => local.store(...given)),
  }
  const client = createTableClient(
    store,
    { ...LIMITS, cacheMs, timeoutMs: 100 },
    { now: () => Date.now(), onFailure: (error) => void failures.push(String(error)) },
  )
  return { client, local, network, failures }
}

describe('what was read lately', () => {
  it.each<[string, (client: ReturnType<typeof clientOf>['client']) => Promise<unknown>]>([
    ['stored', (client) => client.store('k', A, 'request')],
    ['claimed', (client) => client.claim('k', A, [])],
  ])('is known without asking for as long as it is cached: %s', async (_, write) => {
    const { client } = clientOf()
    expect(client.known('k')).toBeUndefined()
    await write(client)
    vi.advanceTimersByTime(4_999)
    expect(client.known('k')).toMatchObject(A)
    vi.advanceTimersByTime(1)
    expect(client.known('k')).toBeUndefined()
  })

  it('is what others wrote, once it has been asked for', async () => {
    const { client, local } = clientOf()
    await local.store('k', A, 'request')
    expect(client.known('k')).toBeUndefined()
    expect(await client.match('k')).toMatchObject({ value: A })
    expect(client.known('k')).toMatchObject(A)
  })

  it('is not known longer than it lives', async () => {
    const { client } = clientOf({ cacheMs: 3_600_000 })
    await client.store('k', A, 'request')
    vi.advanceTimersByTime(74_999)
    expect(client.known('k')).toMatchObject(A)
    vi.advanceTimersByTime(1)
    expect(client.known('k')).toBeUndefined()
  })

  it('is nothing where there was nothing', async () => {
    const { client, network } = clientOf()
    expect(await client.match('k')).toEqual({ value: undefined })
    expect([client.known('k'), network.calls]).toEqual([undefined, 1])
  })
})

it('answers what a claim came to', async () => {
  const { client } = clientOf()
  expect(await client.claim('k', A, [])).toMatchObject({ value: { isNew: true, entry: A } })
  expect(await client.claim('k', { server: 'b', id: 2 }, [])).toMatchObject({ value: { isNew: false, entry: A } })
})

it('says when a use has to be written', async () => {
  const { client, local } = clientOf()
  const entry = (await local.store('k', A, 'request'))!
  expect(client.isDue(entry)).toBe(false)
  vi.advanceTimersByTime(15_001)
  expect(client.isDue(entry)).toBe(true)
})

describe('a table that does not answer', () => {
  it('is waited for no longer than its timeout', async () => {
    const { client, network, failures } = clientOf()
    network.hangs = true
    let answer: unknown
    void client.match('k').then((given) => (answer = given))
    await vi.advanceTimersByTimeAsync(99)
    expect(answer).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(answer).toEqual({ unreachable: true })
    expect(failures).toEqual(['Error: no answer in 100 ms'])
  })

  it('is left alone for a second, and is logged once per outage', async () => {
    const { client, network, failures } = clientOf()
    network.fails = true
    expect(await client.match('k')).toEqual({ unreachable: true })
    vi.advanceTimersByTime(999)
    expect(await client.store('k', A, 'request')).toEqual({ unreachable: true })
    expect(network.calls).toBe(1)
    vi.advanceTimersByTime(1)
    expect(await client.claim('k', A, [])).toEqual({ unreachable: true })
    expect([network.calls, failures]).toEqual([2, ['Error: unreachable']])
    network.fails = false
    vi.advanceTimersByTime(1_000)
    expect(await client.match('k')).toEqual({ value: undefined })
    network.fails = true
    await client.match('k')
    expect(failures).toHaveLength(2)
  })

  it('is asked again after a second, too, when the clock has gone back', async () => {
    const { client, network } = clientOf()
    network.fails = true
    await client.match('k')
    network.fails = false
    vi.setSystemTime(Date.now() - 3_600_000)
    expect(await client.match('k')).toEqual({ value: undefined })
  })

  it('leaves what was read before, until it ends', async () => {
    const { client } = clientOf()
    await client.store('k', A, 'request')
    vi.advanceTimersByTime(74_999)
    expect([client.known('k'), client.remembered('k')]).toEqual([undefined, expect.objectContaining(A)])
    vi.advanceTimersByTime(1)
    expect(client.remembered('k')).toBeUndefined()
  })

  it('leaves no timer behind when it has answered', async () => {
    const { client } = clientOf()
    await client.match('k')
    expect(vi.getTimerCount()).toBe(0)
  })
})
