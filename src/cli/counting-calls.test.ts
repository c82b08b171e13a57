// How often isolates call the object of a table that counts, and how many rows it writes: as docs/rate-limits.md says, and no more than
// `limpet check --cost` bills.

import { readFileSync } from 'node:fs'

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { configOrThrow } from '../config/validate.ts'
import { countingUses } from '../cost/counting.ts'
import { COUNTS_ROWS, SAVE_ROWS } from '../cost/operations.ts'
import { MONTH_S } from '../cost/traffic.ts'
import { createCounters } from '../counting/counters.ts'
import { createCountedShard, SAVE_EACH_MS } from '../counting/shard.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const SECONDS = 60
const TICK_MS = 20
const ANSWER_MS = 40
const DOCUMENT = readFileSync(new URL('../../docs/rate-limits.md', import.meta.url), 'utf8')

const configWith = (...rules: object[]) =>
  configOrThrow(
    {
      frontends: [
        {
          name: 'www',
          stickTable: { type: 'integer', size: '100k', expire: '10m', data: ['http_req_rate(10s)', 'gpc0'], shards: 1 },
          rules: [
            { do: { trackSc: { sc: 0, key: 'src_port' } } },
            {
              if: { sample: 'sc_http_req_rate(0)', match: 'int', values: ['gt 1000000'] },
              do: { deny: { status: 429 } },
            },
            ...rules,
          ],
          defaultBackend: 'app',
        },
      ],
      backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example' }] }],
    },
    'cloudflare',
  )
const CONFIG = configWith({ do: { scIncGpc: { sc: 0, gpc: 0 } } })

function createObject() {
  const { stickTable } = CONFIG.frontends[0]!
  let rows = 0
  const used = { calls: 0, rows: () => rows }
  const shard = createCountedShard(stickTable!, {
    size: stickTable!.size,
    epoch: 'a',
    limits: new Map(),
    now: () => Date.now(),
    rows: {
      read: () => undefined,
      write: () => void (rows += COUNTS_ROWS),
      remove: () => undefined,
      expire: () => undefined,
    },
  })
  let isAlarmSet = false
  return {
    used,
    async merge(isolate: string, ...[names, changes, settled]: [string[], Parameters<typeof shard.merge>[1], number]) {
      used.calls += 1
      const { epoch, merged } = shard.merge(names, changes, { isolate, settled })
      if (shard.unsavedMs !== undefined && !isAlarmSet) {
        isAlarmSet = true
        rows += SAVE_ROWS
        setTimeout(() => {
          isAlarmSet = false
          used.calls += 1
          shard.save()
        }, SAVE_EACH_MS)
      }
      await new Promise((resolve) => setTimeout(resolve, ANSWER_MS))
      return merged.map((each) => ({ epoch, merged: each }))
    },
  }
}

/** Each request counts, and changes a general counter unless it is said not to; each isolate's clients take turns. */
async function usedBy(isolates: number, keys: number, perSecond: number, isChanged = true) {
  const { used, merge } = createObject()
  const all = Array.from({ length: isolates }, (_, i) => {
    const counters = createCounters(CONFIG, {
      now: () => Date.now(),
      intervalMs: 10_000,
      wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      shownKey: (_table, key) => key,
      merge: (_table, names, changes, settled) => merge(`isolate ${i}`, [...names], changes, settled),
      onFailure: () => undefined,
    })
    return counters.table('www')!
  })
  let sent = 0
  for (let ms = 0; ms < SECONDS * 1_000; ms += TICK_MS) {
    for (; sent < (ms * perSecond) / 1_000; sent++) {
      const table = all[sent % isolates]!
      const entry = table.open(String(Math.floor(sent / isolates) % keys))!
      table.add(entry, table.layout.slotOf('http_req_rate')!, 1)
      if (isChanged) table.add(entry, table.layout.slotOf('gpc0')!, 1)
      table.later({ waitUntil: () => undefined })
    }
    await vi.advanceTimersByTimeAsync(TICK_MS)
  }
  return { sent, calls: used.calls, rows: used.rows() }
}

/** 2,000 requests a second are in the document, too, and take a minute to count. */
const CASES = [1, 8].flatMap((isolates) =>
  [1, 1_000, 100_000].flatMap((keys) => [50, 500].map((perSecond) => [isolates, keys, perSecond] as const)),
)

it.each(CASES)(
  '%i isolates, %i keys, %i requests a second: calls and rows are as documented, and as billed',
  async (isolates, keys, perSecond) => {
    const { sent, calls, rows } = await usedBy(isolates, keys, perSecond)
    // A visitor of the bill changes a general counter once.
    const changes = Math.min(sent, keys * Math.ceil((SECONDS * 1_000) / SAVE_EACH_MS))
    const traffic = {
      requests: perSecond * MONTH_S,
      locations: isolates,
      isolates,
      requestsPerVisit: sent / changes,
      visitS: 600,
    }
    const { objectRequests, rowsWritten } = countingUses(CONFIG, traffic)[0]!.amounts
    // The first call of each isolate is made at once.
    const billed = (objectRequests! * SECONDS) / MONTH_S + isolates
    expect(calls).toBeLessThanOrEqual(billed)
    expect(calls).toBeGreaterThan(billed / 4.5)
    expect(rows).toBeLessThanOrEqual((rowsWritten! * SECONDS) / MONTH_S + 1)
    const million = (n: number) => Math.round((n * 1_000_000) / sent).toLocaleString('en')
    const cells = [isolates, keys.toLocaleString('en'), perSecond.toLocaleString('en'), million(calls), million(rows)]
    expect(DOCUMENT).toContain(`| ${cells.join(' | ')} |`)
  },
)

it('of a general counter that no rule changes nothing is written, nor billed', async () => {
  const { calls, rows } = await usedBy(8, 1_000, 50, false)
  const traffic = { requests: 50 * MONTH_S, locations: 8, isolates: 8, requestsPerVisit: 3, visitS: 600 }
  const { objectRequests, rowsWritten } = countingUses(configWith(), traffic)[0]!.amounts
  expect([rows, rowsWritten]).toEqual([0, undefined])
  expect(calls).toBeLessThanOrEqual((objectRequests! * SECONDS) / MONTH_S + 8)
  expect(objectRequests).toBeLessThan(countingUses(CONFIG, traffic)[0]!.amounts.objectRequests!)
})
