// Prometheus' text format (https://prometheus.io/docs/instrumenting/exposition_formats/).

import { describe, expect, it } from 'vitest'

import type { ServerRegistry } from '../health/server-registry.ts'
import { metricsText } from './metrics.ts'
import type { CountersView, Operations } from './operations.ts'
import { CONFIG, scripted, tableOf, total } from './testing.ts'

interface Seen {
  readonly happened?: (registry: ServerRegistry) => void
  readonly totals?: CountersView['totals']
  readonly answers?: Partial<Operations>
}

async function linesOf({ happened, totals = {}, answers = {} }: Seen = {}): Promise<readonly string[]> {
  const counters = async () => ({ sinceMs: 38_500, isolates: [], totals })
  const text = await metricsText(scripted(happened, { counters, ...answers }).operations)
  expect(text.endsWith('\n')).toBe(true)
  return text.trimEnd().split('\n')
}

const SAMPLE = /^([a-z_0-9]+)(\{[^{}]*\})? (-?[0-9.]+)$/

it('every name is introduced once, with HELP before TYPE, and all of its samples behind them', async () => {
  const seen = new Set<string>()
  let current = ''
  for (const line of await linesOf()) {
    const help = /^# HELP (\S+) \S/.exec(line)
    if (help) {
      current = help[1]!
      expect(seen).not.toContain(current)
      seen.add(current)
    } else if (line.startsWith('#')) expect(line).toMatch(new RegExp(`^# TYPE ${current} (counter|gauge)$`))
    else expect(SAMPLE.exec(line)?.[1]).toBe(current)
  }
  expect(seen.size).toBeGreaterThan(70)
})

it('no sample is there twice', async () => {
  const samples = (await linesOf()).filter((line) => !line.startsWith('#')).map((line) => line.replace(/ \S+$/, ''))
  expect(new Set(samples).size).toBe(samples.length)
})

it('what only grows is called total, and is a counter', async () => {
  for (const line of await linesOf()) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? []
    if (name !== undefined) expect([name, type]).toEqual([name, name.endsWith('_total') ? 'counter' : 'gauge'])
  }
})

describe('the state of', () => {
  const stateOf = async (labels: string, happened?: (registry: ServerRegistry) => void) =>
    (await linesOf(happened ? { happened } : {})).flatMap((line) => {
      const [, state, value] = new RegExp(`_status\\{${labels},state="(\\w+)"\\} (\\d)$`).exec(line) ?? []
      return state === undefined ? [] : [`${state}=${value}`]
    })

  it.each<[string, (registry: ServerRegistry) => void]>([
    // `UP 1/3`: one failed check takes it down.
    ['UP', () => undefined],
    ['UP', (registry) => registry.setHealth('app/s1', 'up', 1)],
    ['DOWN', (registry) => registry.setHealth('app/s1', 'down', 1)],
    ['MAINT', (registry) => registry.setState('app/s1', 'maint', 1)],
    ['DRAIN', (registry) => registry.setState('app/s1', 'drain', 1)],
    ['NOLB', (registry) => registry.setHealth('app/s1', 'stopping', 1)],
  ])('a server is %s alone', async (state, happened) => {
    expect(await stateOf('proxy="app",server="s1"', happened)).toEqual(
      ['DOWN', 'UP', 'MAINT', 'DRAIN', 'NOLB'].map((each) => `${each}=${each === state ? 1 : 0}`),
    )
  })

  it('a server that is not checked is UP', async () => {
    expect(await stateOf('proxy="both",server="a1"')).toContain('UP=1')
  })

  it('a frontend is UP, a backend UP or DOWN', async () => {
    expect(await stateOf('proxy="www"')).toEqual(['UP=1', 'DOWN=0'])
    expect(await stateOf('proxy="app"')).toEqual(['UP=1', 'DOWN=0'])
    const allDown = (registry: ServerRegistry) =>
      ['s1', 's2', 'b1'].forEach((name) => registry.setHealth(`app/${name}`, 'down', 1))
    expect(await stateOf('proxy="app"', allDown)).toEqual(['UP=0', 'DOWN=1'])
  })
})

it('counts what each counts, times in seconds', async () => {
  const lines = await linesOf({
    happened: (registry) => registry.recordCheck('app/s1', { code: 'L7OK', status: 200, durationMs: 12 }, 1),
    totals: {
      'frontend:www': total({ stot: 3, dreq: 1, hrsp_5xx: 2 }),
      'backend:app': total({ stot: 4, timed: 2, rtime: 500, lbtot: 5, verdict_v: 6, failed_open: 1, table_calls: 7 }),
      'server:app/s1': total({ stot: 8, econ: 9, failed_open: 10 }),
      'server:app/s2': total({ failed_open: 100 }),
    },
  })
  expect(lines).toEqual(
    expect.arrayContaining([
      'haproxy_frontend_sessions_total{proxy="www"} 3',
      'haproxy_frontend_requests_denied_total{proxy="www"} 1',
      'haproxy_frontend_http_responses_total{proxy="www",code="5xx"} 2',
      'haproxy_frontend_http_responses_total{proxy="www",code="2xx"} 0',
      'haproxy_frontend_limit_sessions{proxy="www"} 100',
      'haproxy_backend_http_requests_total{proxy="app"} 4',
      'haproxy_backend_response_time_average_seconds{proxy="app"} 0.25',
      'haproxy_backend_loadbalanced_total{proxy="app"} 5',
      'haproxy_backend_active_servers{proxy="app"} 1',
      'haproxy_server_sessions_total{proxy="app",server="s1"} 8',
      'haproxy_server_connection_errors_total{proxy="app",server="s1"} 9',
      'haproxy_server_check_duration_seconds{proxy="app",server="s1"} 0.012',
      'haproxy_server_check_code{proxy="app",server="s1"} 200',
      'limpet_backend_cookie_valid_total{proxy="app"} 6',
      'limpet_backend_table_calls_total{proxy="app"} 7',
      // The backend's and its servers'.
      'limpet_backend_failed_open_total{proxy="app"} 111',
      'limpet_backend_failed_open_total{proxy="both"} 0',
      'haproxy_process_uptime_seconds 61',
    ]),
  )
})

it('what a kind has none of has no sample', async () => {
  const text = (await linesOf()).join('\n')
  // s2 was never checked and has no limit; servers count no requests that rules refused.
  expect(text).not.toMatch(/check_code|check_duration/)
  expect(text).not.toContain('haproxy_server_limit_sessions{proxy="app",server="s2"}')
  expect(text).not.toMatch(/haproxy_server_requests_denied_total|haproxy_frontend_connection_errors_total/)
})

it('labels are escaped: no name ends its label', async () => {
  const odd = 'a"b\\c\nd'
  const [app, ...rest] = CONFIG.backends
  const config = { ...CONFIG, backends: [{ ...app!, name: odd }, ...rest] }
  const lines = await linesOf({ answers: { config } })
  for (const line of lines) expect(line).toMatch(/^# |^\S+ \S+$/)
  expect(lines).toContain(String.raw`limpet_backend_cookie_valid_total{proxy="a\"b\\c\nd"} 0`)
  expect(lines).toContain(String.raw`haproxy_backend_sessions_total{proxy="a\"b\\c\nd"} 0`)
  expect(lines).toContain(String.raw`haproxy_server_sessions_total{proxy="a\"b\\c\nd",server="s1"} 0`)
})

describe('stick tables', () => {
  const seenOf = async (tables: Operations['tables']) =>
    (await linesOf({ answers: { tables } })).filter((line) => line.includes('_sticktable_'))

  it('have their size and their entries, as HAProxy’s exporter has them', async () => {
    const asked: unknown[] = []
    const tables = [tableOf({ a: 1, b: 2 }), tableOf({}, { name: 'in "KV"', count: undefined })]
    const seen = await seenOf(async (...given) => (asked.push(given), tables))
    expect(seen).toEqual([
      '# HELP haproxy_sticktable_size Stick table size.',
      '# TYPE haproxy_sticktable_size gauge',
      'haproxy_sticktable_size{name="app",type="string"} 100',
      'haproxy_sticktable_size{name="in \\"KV\\"",type="string"} 100',
      '# HELP haproxy_sticktable_used Number of entries used in this stick table.',
      '# TYPE haproxy_sticktable_used gauge',
      'haproxy_sticktable_used{name="app",type="string"} 2',
    ])
    expect(asked).toEqual([[0]])
  })

  it('that cannot be asked leave the rest as it is', async () => {
    expect(await seenOf(async () => Promise.reject(new Error('unreachable')))).toEqual([])
  })
})
