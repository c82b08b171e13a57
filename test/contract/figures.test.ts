// What programs read of the counters, byte for byte: `show stat` in each of its forms, `show info`, metrics, and the statistics page's
// figures. Every counter of every frontend, backend and server has a number of its own, so one that is shown in another's place is
// seen. What deployments have stored is found by the names in COUNTED: more may be added behind them.

import { describe, expect, it } from 'vitest'

import { runCommands } from '../../src/admin/commands.ts'
import { metricsText } from '../../src/admin/metrics.ts'
import { proxySection } from '../../src/admin/stats-page-proxy.ts'
import { allRows } from '../../src/admin/stat-command.ts'
import { scripted } from '../../src/admin/testing.ts'
import { VERSION } from '../../src/deployment.ts'
import { createCounts } from '../../src/stats/tally.ts'
import type { Counts } from '../../src/stats/tally.ts'

const COUNTED =
  `stot bin bout dreq dresp ereq econ eresp wretr wredis hrsp_1xx hrsp_2xx hrsp_3xx hrsp_4xx hrsp_5xx hrsp_other lbtot
  cli_abrt srv_abrt intercepted timed qtime rtime ttime verdict_n verdict_i verdict_d verdict_v verdict_e verdict_o verdict_u
  table_calls failed_open`.split(/\s+/)

const KEYS = ['frontend:www', 'frontend:both', 'backend:app', 'backend:both']
const SERVERS = ['server:app/s1', 'server:app/s2', 'server:app/b1', 'server:both/a1', 'server:both/a2']

/** Ten thousand for each tally, and a hundred for each counter. */
const totals = Object.fromEntries(
  [...KEYS, ...SERVERS].map((key, i) => {
    const figures = COUNTED.map((name, j) => [name, (i + 1) * 10_000 + (j + 1) * 100])
    const counts = Object.fromEntries(figures) as Counts
    const now = { current: 10 * i + 1, queued: 10 * i + 2, rate: 10 * i + 3 }
    const most = { smax: 10 * i + 4, qmax: 10 * i + 5, rateMax: 10 * i + 6 }
    return [key, { counts, ...now, ...most, lastMs: 60_000 + 1000 * i, history: [i, 2 * i, 3] }]
  }),
)
const counters = { sinceMs: 38_500, isolates: [{ isolate: 'a', atMs: 90_000, current: 3, queued: 1 }], totals }
const { operations } = scripted(
  (ledger) => {
    ledger.recordCheck('app/s1', { code: 'L7OK', status: 200, durationMs: 12 }, 50_000)
    ledger.setHealth('app/b1', 'down', 70_000)
  },
  { counters: async () => counters },
)
const say = async (line: string) => (await runCommands(line, operations, { who: 'ann', level: 'admin' })).text

interface Field {
  readonly objType: string
  readonly proxyId: number
  readonly id: number
  readonly field: { readonly pos: number; readonly name: string }
  readonly value: { readonly type: string; readonly value: string | number }
}

describe('are what they were:', () => {
  it.each([
    ['show stat', 'show-stat.csv'],
    ['show stat typed desc', 'show-stat-typed.txt'],
  ])('%s', async (line, file) => {
    await expect(await say(line)).toMatchFileSnapshot(`figures/${file}`)
  })

  it('show stat json, which says the same as typed', async () => {
    const fields = (JSON.parse(await say('show stat json')) as Field[][]).flat()
    const lines = fields.map(({ objType, proxyId, id, field: { pos, name }, value: { type, value } }) => {
      return `${objType[0]}.${proxyId}.${id}.${pos}.${name}.1:${type}:${value}`
    })
    const typed = (await say('show stat typed')).trimEnd().split('\n')
    expect(lines).toEqual(typed.map((line) => line.replace(/:\w{3}:/, ':')))
  })

  it('show info', async () => {
    const text = (await say('show info desc')).replaceAll(VERSION, 'VERSION').replace(/(?<=Release_date: )\S+/, 'DATE:')
    await expect(text).toMatchFileSnapshot('figures/show-info.txt')
  })

  it('metrics', async () => {
    await expect(await metricsText(operations)).toMatchFileSnapshot('figures/metrics.txt')
  })

  it('the statistics page’s figures', async () => {
    const part = {
      uri: '/stats',
      rows: await allRows(operations),
      counters,
      releases: [],
      isAdmin: false,
      identity: 'here',
    }
    const sections = ['www', 'app', 'both'].map((name) => String(proxySection(name, part)))
    // Blanks beside tags are no figures.
    const text = sections
      .join('\n')
      .replaceAll(/\s*(<[^>]*>)\s*/g, '\n$1\n')
      .replaceAll(/\n{2,}/g, '\n')
    await expect(text).toMatchFileSnapshot('figures/page.txt')
  })
})

it('every counter has a figure that nobody else has', () => {
  const figures = Object.values(totals).flatMap(({ counts }) => Object.values(counts))
  expect(new Set(figures).size).toBe(figures.length)
})

it('what deployments have stored keeps its names', () => {
  expect(Object.keys(createCounts())).toEqual(expect.arrayContaining(COUNTED))
})
