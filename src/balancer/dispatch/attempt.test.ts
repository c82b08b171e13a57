// What gives an attempt up: its own connection, or silence where a connection should open; never a server's health.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { createPool } from '../../balance/pool.ts'
import type { Member } from '../../balance/pool.ts'
import { backendOf } from '../../balance/testing.ts'
import { fieldsOf } from '../../http/fields.ts'
import { targetOf } from '../../http/target.ts'
import { attempt } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import type { Opening, Outgoing, RequestPorts } from '../ports.ts'

const OUTGOING: Outgoing = {
  target: targetOf(new URL('http://www.example.com/')),
  askedHost: 'www.example.com',
  method: 'GET',
  headers: fieldsOf(new Headers()),
  body: null,
  host: 'client',
  timeoutServerMs: undefined,
}

const backend = { ...backendOf([{ name: 's1' }]), timeoutConnectMs: 1_000, timeoutServerMs: 20_000 }

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

interface Run {
  readonly member: Member
  /** How it ended, and after how many milliseconds; undefined: it has not. */
  ended(): { readonly made: Attempt; readonly ms: number } | undefined
  readonly probes: () => number
  answer(response: Response): void
  fail(): void
}

/** One attempt at a server that says nothing until it is told to. */
function begin(opening: { found: Opening; afterMs: number }, isCutOff?: () => boolean): Run {
  const member = createPool(backend).members[0]!
  const { promise, resolve, reject } = Promise.withResolvers<Response>()
  let probes = 0
  const ports = {
    send: () => promise,
    probe: (_: unknown, timeoutMs: number) => {
      probes += 1
      const { found, afterMs } = opening
      return new Promise<Opening>((done) => {
        if (afterMs < timeoutMs) setTimeout(done, afterMs, found)
        else setTimeout(done, timeoutMs, 'silent')
      })
    },
    onCloudflare: false,
  } as unknown as RequestPorts
  const startedMs = Date.now()
  let ended: { made: Attempt; ms: number } | undefined
  void attempt(ports, backend, member, OUTGOING, isCutOff).then(
    (made) => (ended = { made, ms: Date.now() - startedMs }),
  )
  return {
    member,
    ended: () => ended,
    probes: () => probes,
    answer: resolve,
    fail: () => reject(new Error('Network connection lost.')),
  }
}

const SILENT = { found: 'silent', afterMs: Infinity } as const

describe('an attempt without headers', () => {
  it('costs timeout connect where no connection opens', async () => {
    const run = begin(SILENT)
    await vi.advanceTimersByTimeAsync(999)
    expect(run.ended()).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(run.ended()).toEqual({ made: { outcome: 'failed', delivered: 'unknown' }, ms: 1000 })
  })

  it.each(['opens', 'refused'] as const)(
    'is waited for when one %s beside it, and none is tried again',
    async (found) => {
      const run = begin({ found, afterMs: 5 })
      await vi.advanceTimersByTimeAsync(19_999)
      expect(run.ended()).toBeUndefined()
      expect(run.probes()).toBe(1)
      await vi.advanceTimersByTimeAsync(1)
      expect(run.ended()).toEqual({ made: { outcome: 'timeout' }, ms: 20_000 })
    },
  )

  it('is waited for, and no connection is tried, when the server has answered somebody since', async () => {
    const run = begin(SILENT)
    run.member.signsOfLife += 1
    await vi.advanceTimersByTimeAsync(6_000)
    expect([run.ended(), run.probes()]).toEqual([undefined, 0])
  })

  it('is waited for when the server answers somebody while a connection is tried', async () => {
    const run = begin(SILENT)
    await vi.advanceTimersByTimeAsync(700)
    run.member.signsOfLife += 1
    await vi.advanceTimersByTimeAsync(5_300)
    expect([run.ended(), run.probes()]).toEqual([undefined, 1])
    run.answer(new Response('at last'))
    await vi.advanceTimersByTimeAsync(0)
    expect(run.ended()).toMatchObject({ made: { outcome: 'response' }, ms: 6_000 })
  })

  it('is given up by nobody who would have tried a connection: it has been answered', async () => {
    const run = begin(SILENT)
    run.answer(new Response('at once'))
    await vi.advanceTimersByTimeAsync(30_000)
    expect([run.ended(), run.probes()]).toMatchObject([{ made: { outcome: 'response' }, ms: 0 }, 0])
  })

  it('is a sign of life of its server when a connection opens beside it, or it is answered', async () => {
    const run = begin({ found: 'opens', afterMs: 5 })
    const before = run.member.signsOfLife
    await vi.advanceTimersByTimeAsync(600)
    const opened = run.member.signsOfLife
    expect(opened).not.toBe(before)
    run.answer(new Response('at last'))
    await vi.advanceTimersByTimeAsync(0)
    expect(run.member.signsOfLife).not.toBe(opened)
  })

  it.each([
    ['nobody can try a connection', undefined, 1_000, 20_000],
    ['timeout server comes first', async () => 'silent' as const, 40_000, 20_000],
  ])('costs timeout server where %s', async (_, probe, timeoutConnectMs, timeoutServerMs) => {
    const slow = { ...backend, timeoutConnectMs, timeoutServerMs }
    const ports = { send: () => new Promise(() => {}), probe, onCloudflare: false } as unknown as RequestPorts
    let made: Attempt | undefined
    void attempt(ports, slow, createPool(slow).members[0]!, OUTGOING).then((each) => (made = each))
    await vi.advanceTimersByTimeAsync(timeoutServerMs - 1)
    expect(made).toBeUndefined()
    await vi.advanceTimersByTimeAsync(1)
    expect(made).toEqual({ outcome: 'timeout' })
  })

  it("does not care about the server's health", async () => {
    const run = begin({ found: 'opens', afterMs: 5 })
    run.member.status = { ...run.member.status, health: 'down' }
    await vi.advanceTimersByTimeAsync(6_000)
    expect(run.ended()).toBeUndefined()
  })

  it('ends when its connection does', async () => {
    const run = begin({ found: 'opens', afterMs: 5 })
    await vi.advanceTimersByTimeAsync(6_000)
    run.fail()
    await vi.advanceTimersByTimeAsync(0)
    expect(run.ended()).toEqual({ made: { outcome: 'failed', delivered: 'unknown' }, ms: 6_000 })
  })

  it('ends within half a second of being cut off', async () => {
    let isCut = false
    const run = begin({ found: 'opens', afterMs: 5 }, () => isCut)
    await vi.advanceTimersByTimeAsync(2_100)
    isCut = true
    await vi.advanceTimersByTimeAsync(500)
    expect(run.ended()).toEqual({ made: { outcome: 'cut' }, ms: 2_500 })
  })
})

describe('an answer of Cloudflare in place of a server', () => {
  const judged = async (status: number, via: 'tunnel' | null, headers: Record<string, string>) => {
    const tunnelled = { ...backendOf([{ name: 's1', via }]), timeoutConnectMs: 1_000, timeoutServerMs: 20_000 }
    const send = async () => new Response('<h1>Bad gateway</h1>', { status, headers })
    const ports = { send, onCloudflare: false } as unknown as RequestPorts
    return attempt(ports, tunnelled, createPool(tunnelled).members[0]!, OUTGOING)
  }

  it('is a failure under serve, too, where the server is behind a Tunnel, and only there', async () => {
    const cloudflare = { server: 'cloudflare' }
    for (const status of [502, 504]) {
      expect(await judged(status, 'tunnel', cloudflare)).toEqual({ outcome: 'failed', delivered: 'unknown' })
    }
    expect(await judged(530, 'tunnel', cloudflare)).toEqual({ outcome: 'failed', delivered: 'no' })
    expect(await judged(501, 'tunnel', cloudflare)).toMatchObject({ outcome: 'response' })
    expect(await judged(503, 'tunnel', cloudflare)).toMatchObject({ outcome: 'response' })
    expect(await judged(502, 'tunnel', { server: 'nginx' })).toMatchObject({ outcome: 'response' })
    expect(await judged(530, null, cloudflare)).toMatchObject({ outcome: 'response' })
  })
})

it.each([
  [522, true, ['s1']],
  [521, true, []],
  // Under serve it is the server's own answer.
  [522, false, []],
])('a %i, on Cloudflare %s, is reported as perhaps this Worker itself: %j', async (status, onCloudflare, told) => {
  const noted: string[] = []
  const ports = {
    send: async () => new Response(null, { status, headers: { server: 'cloudflare' } }),
    noteUnreached: ({ name }: { name: string }) => void noted.push(name),
    onCloudflare,
  } as unknown as RequestPorts
  const made = await attempt(ports, backend, createPool(backend).members[0]!, OUTGOING)
  expect(made.outcome).toBe(onCloudflare ? 'failed' : 'response')
  expect(noted).toEqual(told)
})
