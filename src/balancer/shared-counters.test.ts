// Counters of several isolates, each a whole balancer, that share one object: what one has counted, the others hear of before long.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { LimpetConfig } from '../config/options/root.ts'
import { CONVERTERS } from '../config/rules/samples/converter-rows.ts'
import { COUNTER_FETCHES } from '../config/rules/samples/counter-rows.ts'
import { configOrThrow } from '../config/validate.ts'
import { createCounters } from '../counting/counters.ts'
import { limitsIn } from '../counting/limits.ts'
import { createCountedShard } from '../counting/shard.ts'
import { countingTables } from '../counting/tables.ts'
import { ARRIVAL, hangs, holdBalancer } from './testing.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const INTERVAL_MS = 10_000
const BANNED = '192.0.2.1'

/** `shown`: a text that `/see` answers. */
function configOf(shown: string): LimpetConfig {
  return {
    frontends: [
      {
        name: 'www',
        stickTable: { type: 'ip', size: 100, expire: '60s', data: ['gpc0', 'bytes_in_cnt', 'conn_cnt'] },
        rules: [
          { if: { path: '/ban' }, do: { trackSc: { sc: 0, key: 'src' } } },
          { if: { path: '/ban' }, do: { scIncGpc: { sc: 0, gpc: 0 } } },
          ...(shown.includes('sc_') ? [{ do: { trackSc: { sc: 1, key: 'src', table: 'app' } } }] : []),
          { if: { path: '/see' }, do: { return: { status: 200, bodyTemplate: shown } } },
        ],
        defaultBackend: 'app',
      },
    ],
    backends: [
      {
        name: 'app',
        stickTable: { type: 'ip', size: 100, expire: '60s', data: ['gpc1'] },
        servers: [{ name: 's1', url: 'http://s1.example' }],
      },
    ],
    log: 'json',
  } as LimpetConfig
}

/** `answerMs`: the object takes so long; Infinity: it does not answer. */
function deployment(written: LimpetConfig, answerMs = () => 0) {
  const config = configOrThrow(written, 'serve')
  const now = () => Date.now()
  const shards = new Map(
    countingTables(config).map(({ name, stickTable }) => {
      const rows = { read: () => undefined, write: () => undefined, remove: () => undefined, expire: () => undefined }
      return [name, createCountedShard(stickTable, { size: 100, epoch: 'a', limits: limitsIn(config), rows, now })]
    }),
  )
  /** By table: the keys that the object was asked about. */
  const heard = new Map<string, Set<string>>()
  const start = async () => {
    const counters = createCounters(config, {
      now,
      intervalMs: INTERVAL_MS,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      shownKey: (_, key) => key,
      async merge(table, names, changes) {
        heard.set(table, new Set([...(heard.get(table) ?? []), ...changes.map(({ key }) => key)]))
        const delayMs = answerMs()
        if (delayMs === Infinity) return new Promise<never>(() => undefined)
        const { epoch, merged } = shards.get(table)!.merge(names, structuredClone(changes))
        if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs))
        return merged.map((each) => ({ epoch, merged: each }))
      },
      onFailure: (_, error) => {
        throw error
      },
    })
    const held = await holdBalancer(config, { counters })
    let underWay = 0
    const waitUntil = (work: Promise<unknown>) => {
      underWay += 1
      void work.then(() => void (underWay -= 1))
    }
    return {
      held,
      contexts: () => underWay,
      async ask(path: string, init: RequestInit = {}, peerAddress = BANNED) {
        const arrival = { ...ARRIVAL, peerAddress, lifetime: { waitUntil } }
        const response = await held.handle(new Request(`http://www.example${path}`, init), arrival)
        return response.text()
      },
    }
  }
  return { start, heard, shards }
}

it.each([
  ['src,in_table(www)', '0', '1'],
  ['src,table_gpc0(www)', '0', '1'],
  ['src,table_expire(www,0)', '0', '57000'],
  ['src,table_idle(www,0)', '0', '3000'],
  ['src,table_kbytes_in(www)', '0', '2'],
  ['src_get_gpc0(www)', '0', '1'],
  ['src_kbytes_in(www)', '0', '2'],
  ['sc_get_gpc0(1,www)', '0', '1'],
  ['sc_kbytes_in(1,www)', '0', '2'],
  ['sc_tracked(1,www)', '0', '1'],
])('%s hears of a key that only another isolate has counted', async (sample, before, after) => {
  const { start } = deployment(configOf(`%[${sample}]`))
  const [one, other] = [await start(), await start()]
  await one.ask('/ban', { method: 'POST', body: 'x'.repeat(2048), headers: { 'content-length': '2048' } })
  expect(await other.ask('/see')).toBe(before)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(await other.ask('/see')).toBe(after)
})

const ARGUMENTS: Readonly<Record<string, string>> = { scNumber: '1', arrayIndex: '0', 'table?': 'www', table: 'www' }
const argumentsOf = (takes: readonly string[]) => takes.flatMap((each) => ARGUMENTS[each] ?? []).join()

it.each([
  ...Object.entries(COUNTER_FETCHES)
    .filter(([name]) => !['table_cnt', 'table_avl'].includes(name))
    .map(([name, { takes }]) => `${name}(${argumentsOf(takes)})`),
  ...Object.entries(CONVERTERS)
    .filter(([name, { takes }]) => (takes as readonly string[]).includes('table') && name !== 'table_server_id')
    .map(([name, { takes }]) => `src,${name}(${argumentsOf(takes)})`),
])('%s makes its isolate ask the table about the key', async (sample) => {
  const { start, heard } = deployment(configOf(`%[${sample}]`))
  const { ask } = await start()
  await ask('/see')
  await vi.advanceTimersByTimeAsync(INTERVAL_MS)
  expect(heard.get('www')).toEqual(new Set([BANNED]))
})

it('a key that only another isolate knows can be cleared', async () => {
  const { start, shards } = deployment(configOf('%[src_clr_gpc0(www)]'))
  const [one, other] = [await start(), await start()]
  await one.ask('/ban')
  await other.ask('/see')
  await vi.advanceTimersByTimeAsync(INTERVAL_MS)
  expect(shards.get('www')!.list(1).entries[0]!.data).toContainEqual(['gpc0', 'gpc0', 0])
})

describe('a client that hangs up', () => {
  const GONE = '/'
  const config = (): LimpetConfig => {
    const { frontends, ...more } = configOf('%[src,table_trackers(www)]')
    const track = { if: { path: GONE }, do: { trackSc: { sc: 0, key: 'src' } } }
    return { ...more, frontends: [{ ...frontends![0]!, rules: [track, ...frontends![0]!.rules!] }] } as LimpetConfig
  }

  it('is counted, and is no longer in progress', async () => {
    const { start, shards } = deployment(config())
    const { held, ask, contexts } = await start()
    const aborting = new AbortController()
    held.servers.set('s1', hangs)
    void ask(GONE, { signal: aborting.signal })
    await vi.advanceTimersByTimeAsync(10)
    expect(await ask('/see')).toBe('1')
    aborting.abort()
    expect(await ask('/see')).toBe('0')
    await vi.advanceTimersByTimeAsync(INTERVAL_MS)
    expect(shards.get('www')!.list(1).entries[0]!.data).toContainEqual(['conn_cnt', 'conn_cnt', 1])
    expect(contexts()).toBe(0)
  })

  it('has its bytes counted where bodies are', async () => {
    const { start, shards } = deployment({ ...config(), countBytes: true })
    const { held, ask } = await start()
    const aborting = new AbortController()
    held.servers.set('s1', () => new Response(new ReadableStream()))
    const bytes = { method: 'POST', body: 'x', headers: { 'content-length': '1' }, signal: aborting.signal }
    ask(GONE, bytes).catch(() => undefined)
    await vi.advanceTimersByTimeAsync(10)
    aborting.abort()
    await ask('/see')
    await vi.advanceTimersByTimeAsync(INTERVAL_MS)
    expect(shards.get('www')!.list(1).entries[0]!.data).toContainEqual(['bytes_in_cnt', 'bytes_in_cnt', 1])
  })
})

describe('an exact table', () => {
  const over = (sample: string) => ({
    if: { sample, match: 'int', values: ['gt 5'] },
    do: { deny: { status: 429 } },
  })
  const limited = (exact: boolean, rules: readonly object[]): LimpetConfig => {
    const { frontends, ...more } = configOf('')
    const [www] = frontends!
    const stickTable = { ...www!.stickTable!, data: ['gpc0', 'http_req_cnt', 'http_req_rate(10s)'], exact }
    return { ...more, frontends: [{ ...www!, stickTable, rules }] } as LimpetConfig
  }
  const TRACK = { do: { trackSc: { sc: 0, key: 'src' } } }
  const passedOf = async (config: LimpetConfig, answerMs = () => 20) => {
    const { start } = deployment(config, answerMs)
    const isolates = [await start(), await start(), await start()]
    const answers = Array.from({ length: 21 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * 5))
      return isolates[i % 3]!.ask('/')
    })
    await vi.advanceTimersByTimeAsync(5_000)
    return (await Promise.all(answers)).filter((text) => text === 's1').length
  }

  it.each([
    ['the requests that are tracked', [TRACK, over('sc_http_req_rate(0)')]],
    ['a counter that an action increases', [TRACK, { do: { scIncGpc: { sc: 0, gpc: 0 } } }, over('sc_get_gpc0(0)')]],
    ['a counter that a sample increases', [over('src_inc_gpc0')]],
    ['any key of a table', [TRACK, over('src,table_http_req_cnt(www)')]],
    ['what a rule for the whole request asks twice', [TRACK, over('sc_http_req_cnt(0)'), over('sc_http_req_cnt(0)')]],
  ])('lets exactly as many requests through as its limit says, by %s', async (_, rules) => {
    expect(await passedOf(limited(true, rules))).toBe(5)
    expect(await passedOf(limited(false, rules))).toBeGreaterThan(5)
  })

  it('makes a rule wait for as long as the table may take, and then counts on by itself', async () => {
    const { start } = deployment(limited(true, [TRACK, over('sc_http_req_cnt(0)')]), () => Infinity)
    const { ask } = await start()
    const answers: string[] = []
    void ask('/').then((text) => answers.push(text))
    await vi.advanceTimersByTimeAsync(249)
    expect(answers).toEqual([])
    await vi.advanceTimersByTimeAsync(1)
    expect(answers).toEqual(['s1'])
    // The next do not wait, for a second.
    for (let i = 0; i < 6; i++) void ask('/').then((text) => answers.push(text))
    await vi.advanceTimersByTimeAsync(0)
    expect(answers.filter((text) => text === 's1')).toHaveLength(5)
    expect(answers).toHaveLength(7)
  })

  it('asks once for each request, however many rules read the key', async () => {
    let calls = 0
    const config = limited(true, [TRACK, over('sc_http_req_cnt(0)'), over('sc_get_gpc0(0)'), over('src_get_gpc0')])
    const { start } = deployment(config, () => {
      calls += 1
      return 0
    })
    const { ask } = await start()
    await ask('/')
    const before = calls
    await ask('/')
    expect(calls - before).toBe(1)
  })
})
