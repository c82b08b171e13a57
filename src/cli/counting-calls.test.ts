// How often an isolate calls the objects of a table that counts, beside what `limpet check --cost` says of it.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import { countingUses } from '../cost/counting.ts'
import { MONTH_S } from '../cost/traffic.ts'
import { createCounters } from '../counting/counters.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const SECONDS = 60
const TICK_MS = 20
const ANSWER_MS = 40

const CONFIG = configOrThrow(
  {
    frontends: [
      {
        name: 'www',
        stickTable: { type: 'integer', size: '100k', expire: '10m', data: ['http_req_rate(10s)'], shards: 1 },
        rules: [
          { do: { trackSc: { sc: 0, key: 'src_port' } } },
          {
            if: { sample: 'sc_http_req_rate(0)', match: 'int', values: ['gt 1000000'] },
            do: { deny: { status: 429 } },
          },
        ],
        defaultBackend: 'app',
      },
    ],
    backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example' }] }],
  },
  'cloudflare',
)

/** Calls of all isolates, whose clients take turns. */
async function callsOf(isolates: number, keys: number, perSecond: number): Promise<number> {
  let calls = 0
  const all = Array.from({ length: isolates }, () => {
    const counters = createCounters(CONFIG, {
      now: () => Date.now(),
      intervalMs: 10_000,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      shownKey: (_, key) => key,
      async merge(_, names, changes) {
        calls += 1
        await new Promise((resolve) => setTimeout(resolve, ANSWER_MS))
        const merged = { untilMs: Date.now() + 600_000, cells: names.map(() => [Date.now(), 1, 0] as const) }
        return changes.map(() => ({ epoch: 'a', merged }))
      },
      onFailure: () => undefined,
    })
    return counters.table('www')!
  })
  let sent = 0
  for (let ms = 0; ms < SECONDS * 1_000; ms += TICK_MS) {
    for (; sent < (ms * perSecond) / 1_000; sent++) {
      const table = all[sent % isolates]!
      table.add(table.open(String(Math.floor(sent / isolates) % keys))!, 0, 1)
      table.later({ waitUntil: () => undefined })
    }
    await vi.advanceTimersByTimeAsync(TICK_MS)
  }
  return calls
}

it.each([
  [1, 1, 50],
  [1, 1_000, 500],
  [1, 100_000, 500],
  [1, 100_000, 2_000],
  [8, 1, 500],
  [8, 1_000, 500],
  [8, 100_000, 2_000],
])(
  '%i isolates, %i keys, %i requests a second: no more calls than `--cost` bills',
  async (isolates, keys, perSecond) => {
    const requests = perSecond * MONTH_S
    const traffic = { requests, locations: isolates, isolates, requestsPerVisit: 20, visitS: 600 }
    const billed = (countingUses(CONFIG, traffic)[0]!.amounts.objectRequests! * SECONDS) / MONTH_S
    const calls = await callsOf(isolates, keys, perSecond)
    // A first call of each at once.
    expect(calls).toBeLessThanOrEqual(billed + isolates)
    // Each ten seconds without new keys, each 2.5 with them; the bill is for the latter.
    const isNew = keys > perSecond * SECONDS
    expect(calls).toBeGreaterThanOrEqual(Math.floor(isNew ? billed * 0.9 : billed / 4.5))
  },
)
