// Where an isolate gets its view of the servers from, as Cloudflare may answer: a cache that two deployments share, one that
// fails, a KV namespace that holds something else.

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'

import { SNAPSHOT_KEY } from '../../src/cloudflare/env.ts'
import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import { createSnapshotReader } from '../../src/cloudflare/adapters/snapshot-reader.ts'
import { loadSnapshot } from '../../src/cloudflare/adapters/snapshot-source.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'

const bindings = testEnv as unknown as Required<Env>

const CONFIG: LimpetConfig = {
  counters: false,
  log: 'off',
  backends: [
    {
      name: 'app',
      check: true,
      servers: [
        { name: 's1', url: 'https://s1.example' },
        { name: 's2', url: 'https://s2.example' },
      ],
    },
  ],
}

type Admin = 'ready' | 'maint'
const states = (s1: Admin, s2: Admin) => ({
  'app/s1': { admin: s1, health: 'up', weight: 1 },
  'app/s2': { admin: s2, health: 'up', weight: 1 },
})

/** A deployment whose Monitor answers this, and counts how often it was asked. */
function deployment(monitor: string, snapshot: unknown, kv?: unknown) {
  const asked = vi.fn(async () => snapshot)
  const get = vi.fn(async () => (typeof kv === 'function' ? (kv() as unknown) : kv))
  const env = {
    ...bindings,
    MONITOR: { idFromName: () => monitor, getByName: () => ({ snapshot: asked }) },
    SNAPSHOT: kv === undefined ? undefined : { get },
  } as unknown as Env
  return { env, asked, get }
}

/** Which servers a new isolate asks. */
async function askedBy(env: Env, host = 'app.example'): Promise<ReadonlySet<string>> {
  const servers = new Set<string>()
  const fetched = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    servers.add(new URL(input instanceof Request ? input.url : input).hostname.split('.')[0]!)
    return new Response('served')
  })
  const limpet = createLimpet(CONFIG)
  for (let i = 0; i < 4; i++) {
    const ctx = createExecutionContext()
    const request = new Request(`https://${host}/`) as Request<unknown, IncomingRequestCfProperties>
    await (await limpet.worker.fetch!(request, env, ctx)).text()
    await waitOnExecutionContext(ctx)
  }
  fetched.mockRestore()
  return servers
}

afterEach(() => vi.restoreAllMocks())

let names = 0
const fresh = () => `monitor-${names++}`

describe('the cache of a zone', () => {
  it('is shared by two deployments, and neither sees the states of the other', async () => {
    const production = deployment(fresh(), { epoch: 1, n: 1, servers: states('maint', 'ready') })
    const staging = deployment(fresh(), { epoch: 2, n: 9, servers: states('ready', 'maint') })
    expect(await askedBy(staging.env)).toEqual(new Set(['s1']))
    expect(await askedBy(production.env)).toEqual(new Set(['s2']))
    expect(await askedBy(staging.env)).toEqual(new Set(['s1']))
    // Each asked its own Monitor, once: what it said is shared by its isolates.
    expect([production.asked.mock.calls.length, staging.asked.mock.calls.length]).toEqual([1, 1])
  })

  it('is asked under the host of the request, never under a foreign one', async () => {
    const keys: string[] = []
    vi.spyOn(caches.default, 'match').mockImplementation(async (key) => void keys.push(String(key)))
    vi.spyOn(caches.default, 'put').mockImplementation(async (key) => void keys.push(String(key)))
    const { env } = deployment(fresh(), { epoch: 1, n: 1, servers: {} })
    await askedBy(env, 'www.example.com')
    expect(keys.map((key) => new URL(key).host)).toEqual(['www.example.com', 'www.example.com'])
  })

  it('whose entry names another Monitor is as good as empty', async () => {
    const own = deployment(fresh(), { epoch: 1, n: 1, servers: states('maint', 'ready') })
    vi.spyOn(caches.default, 'match').mockImplementation(async () =>
      Response.json({ epoch: 9, n: 9, monitor: 'another', servers: states('ready', 'maint') }),
    )
    expect(await askedBy(own.env)).toEqual(new Set(['s2']))
    expect(own.asked).toHaveBeenCalledTimes(1)
  })

  it.each(['match', 'put'] as const)('that fails in %s costs nothing', async (method) => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    vi.spyOn(caches.default, method).mockRejectedValue(new Error('no cache here'))
    const own = deployment(fresh(), { epoch: 1, n: 1, servers: states('maint', 'ready') })
    expect(await askedBy(own.env)).toEqual(new Set(['s2']))
    expect(errors).not.toHaveBeenCalled()
  })

  it('that never takes an entry keeps nobody from its view', async () => {
    vi.spyOn(caches.default, 'put').mockReturnValue(new Promise(() => undefined))
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => new Response(String(input)))
    const own = deployment(fresh(), { epoch: 1, n: 1, servers: states('maint', 'ready') })
    const limpet = createLimpet({ ...CONFIG, snapshotWait: '10s' })
    const request = new Request('https://app.example/') as Request<unknown, IncomingRequestCfProperties>
    const startedMs = Date.now()
    await limpet.worker.fetch!(request, own.env, createExecutionContext())
    expect(Date.now() - startedMs).toBeLessThan(5_000)
  })

  it.each(['nonsense', { epoch: 'x', n: 1, servers: {} }, { epoch: 5, n: 5, servers: null }])(
    'holds nothing that is no snapshot, and believes none: %j',
    async (nonsense) => {
      const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined)
      const put = vi.spyOn(caches.default, 'put')
      const match = vi.spyOn(caches.default, 'match').mockImplementation(async () => Response.json(nonsense))
      const good = deployment(fresh(), { epoch: 1, n: 1, servers: states('maint', 'ready') })
      expect(await askedBy(good.env)).toEqual(new Set(['s2']))
      expect(put).toHaveBeenCalledTimes(1)
      match.mockResolvedValue(undefined)
      const broken = deployment(fresh(), nonsense)
      expect(await askedBy(broken.env)).toEqual(new Set(['s1', 's2']))
      expect(put).toHaveBeenCalledTimes(1)
      expect(errors.mock.calls).toEqual([[expect.stringContaining('monitor-unreachable')]])
    },
  )
})

describe('a KV namespace', () => {
  it('that another deployment writes to as well is no source of states', async () => {
    const foreign = { epoch: 9, n: 9, monitor: 'another', servers: states('ready', 'maint') }
    const own = deployment(fresh(), { epoch: 1, n: 1, servers: states('maint', 'ready') }, foreign)
    expect(await askedBy(own.env)).toEqual(new Set(['s2']))
    expect(own.get).toHaveBeenCalledWith(SNAPSHOT_KEY, expect.anything())
  })

  it('with what the release before published is read', async () => {
    const before = { epoch: 1, n: 1, servers: states('maint', 'ready') }
    const own = deployment(fresh(), { epoch: 1, n: 2, servers: states('ready', 'maint') }, before)
    expect(await askedBy(own.env)).toEqual(new Set(['s2']))
    expect(own.asked).not.toHaveBeenCalled()
  })

  it.each([
    ['cannot be read', () => Promise.reject(new Error('KV GET failed: 500'))],
    ['holds something else', () => 'nonsense'],
  ])('that %s costs a call to the Monitor', async (_, kv) => {
    const own = deployment(fresh(), { epoch: 1, n: 1, servers: states('maint', 'ready') }, kv)
    expect(await askedBy(own.env)).toEqual(new Set(['s2']))
    expect(own.asked).toHaveBeenCalledTimes(1)
  })
})

describe('the age of the states that a request is served by', () => {
  /** A location with a cache, isolates that share it, and a Monitor whose every answer tells its time as a weight. */
  async function worstAgeMs(eachMs: number, isolates: number, monitorAheadMs = 0): Promise<number> {
    let nowMs = 4_000_000_000_000
    const startMs = nowMs
    vi.spyOn(Date, 'now').mockImplementation(() => nowMs)
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('served'))
    const entries = new Map<string, { readonly text: string; readonly untilMs: number }>()
    vi.spyOn(caches.default, 'match').mockImplementation(async (key) => {
      const entry = entries.get(String(key))
      return entry && nowMs < entry.untilMs ? new Response(entry.text) : undefined
    })
    vi.spyOn(caches.default, 'put').mockImplementation(async (key, response) => {
      const maxAgeS = Number(/max-age=(\d+)/.exec(response.headers.get('cache-control')!)![1])
      entries.set(String(key), { text: await response.text(), untilMs: nowMs + maxAgeS * 1_000 })
    })
    const { env } = deployment(fresh(), undefined)
    let asked = 0
    const monitor = {
      snapshot: async () => {
        asked += 1
        const n = nowMs - startMs
        return { epoch: 1, n, atMs: nowMs + monitorAheadMs, servers: {} }
      },
    }
    const own = { ...env, MONITOR: { ...env.MONITOR, getByName: () => monitor } } as unknown as Env
    // Each begins at a time of its own.
    const members = Array.from({ length: isolates }, (_, i) => {
      const seen: number[] = []
      return { reader: readerFor(own, seen), seen, nextMs: startMs + i * 1_300 }
    })
    let worst = 0
    for (const endMs = startMs + 200_000; nowMs < endMs; nowMs += 100) {
      for (const member of members) {
        if (nowMs < member.nextMs) continue
        member.nextMs = nowMs + eachMs
        const work: Promise<unknown>[] = []
        const waiting = member.reader.ensure((promise) => work.push(promise), { url: 'https://app.example/' })
        if (waiting) await waiting
        worst = Math.max(worst, nowMs - startMs - (member.seen.at(-1) ?? 0))
        await Promise.all(work)
      }
    }
    // What is shared is asked for once in a while, not by each.
    expect(asked).toBeLessThan(isolates * 30)
    return worst
  }

  const readerFor = (env: Env, seen: number[]) =>
    createSnapshotReader(
      { refreshMs: 10_000, coldWaitMs: 300 },
      {
        load: (url, held) => loadSnapshot(env, { refreshMs: 10_000, near: null }, url, held),
        isOwn: () => true,
        now: () => Date.now(),
        random: Math.random,
        onChange: ({ n }) => void seen.push(n),
        onFailure: (error) => {
          throw error
        },
      },
    )

  it.each([
    ['10 s where requests come steadily', 100, 10_100],
    ['20 s where they are rare', 9_700, 20_000],
    ['that of a shared copy where there was none for long: that one waits', 25_000, 7_500],
  ])('is at most %s', async (_, eachMs, mostMs) => {
    const worst = await worstAgeMs(eachMs, 7)
    expect(worst).toBeLessThanOrEqual(mostMs)
    expect(worst).toBeGreaterThan(0)
  })

  it.each([
    ['behind: nobody believes a copy', -60_000, 10_100],
    ['ahead: a copy is as old as the cache lets it be', 60_000, 20_100],
  ])('is bounded when the Monitor’s clock is a minute %s', async (_, aheadMs, mostMs) => {
    expect(await worstAgeMs(100, 7, aheadMs)).toBeLessThanOrEqual(mostMs)
  })
})

describe('a KV namespace that nobody publishes to any more', () => {
  it('costs a call to the Monitor: it is written every five minutes', async () => {
    const stale = { epoch: 1, n: 1, atMs: Date.now() - 700_000, servers: states('ready', 'maint') }
    const own = deployment(fresh(), { epoch: 1, n: 2, servers: states('maint', 'ready') }, stale)
    expect(await askedBy(own.env)).toEqual(new Set(['s2']))
    const recent = deployment(fresh(), { epoch: 1, n: 2, servers: {} }, { ...stale, atMs: Date.now() - 500_000 })
    expect(await askedBy(recent.env)).toEqual(new Set(['s1']))
    expect(recent.asked).not.toHaveBeenCalled()
  })
})
