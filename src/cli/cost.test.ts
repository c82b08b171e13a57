import { readFileSync } from 'node:fs'

import { describe, expect, it } from 'vitest'

import type { Config } from '../config/config.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { configOrThrow } from '../config/validate.ts'
import { billOf } from '../cost/bill.ts'
import { MERGE_S, SAVE_S } from '../cost/counting.ts'
import { SAVE_EACH_MS } from '../counting/shard.ts'
import { ITEMS, PAID_PLAN, PRICES } from '../cost/prices.ts'
import { loadBalancingDollars, SAMPLE_SITES } from '../cost/sample-sites.ts'
import { savingsOf } from '../cost/savings.ts'
import { assumedTraffic, MONTH_DAYS } from '../cost/traffic.ts'
import { amountOf, usageOf } from '../cost/usage.ts'
import { costText } from './cost.ts'

const NO_KV = { hasSnapshot: false }
const servers = ['a', 'b'].map((name) => ({ name, url: `https://${name}.example.com` }))

function configOf(backend: object, more: object = {}): Config {
  return configOrThrow({ ...more, backends: [{ name: 'app', servers, ...backend }] } as LimpetConfig, 'cloudflare')
}

const usesOf = (config: Config, requests = 1e6, bindings = NO_KV) => usageOf(config, assumedTraffic(requests), bindings)

/** A month has so many of what happens once in so many seconds. */
const monthly = (seconds: number) => (MONTH_DAYS * 86_400) / seconds

describe('what is used', () => {
  it('a table that counts is asked by each request if it is exact', () => {
    const callsOf = (exact: boolean) => {
      const stickTable = { type: 'ip', size: '1k', data: ['gpc0'], exact }
      const config = configOf({}, { frontends: [{ name: 'www', stickTable, defaultBackend: 'app' }] })
      return usesOf(config).find(({ what }) => what === 'counting table www')!.amounts.objectRequests!
    }
    expect(callsOf(false)).toBeGreaterThan(0)
    expect(callsOf(true) - callsOf(false)).toBe(1e6)
  })

  const plain = configOf({ cookie: { name: 'S' } }, { counters: false, log: 'off' })

  it('with a cookie and no checks is requests, cron and the servers’ states', () => {
    expect(usesOf(plain).map(({ what }) => what)).toEqual(['requests', 'checks by cron', "servers' states"])
    expect(amountOf(usesOf(plain), 'rowsWritten')).toBe(0)
  })

  it('by checks is one alarm a round, whether two servers share it or twenty', () => {
    const rows = (count: number) => {
      const many = Array.from({ length: count }, (_, i) => ({ name: `s${i}`, url: `https://s${i}.example.com` }))
      return amountOf(usesOf(configOf({ check: { inter: '2s' }, servers: many }, { counters: false })), 'rowsWritten')
    }
    expect(rows(2)).toBeCloseTo(monthly(2))
    expect(rows(20)).toBe(rows(2))
    // One invocation makes 40 requests, on whatever plan.
    expect(rows(41)).toBe(2 * rows(2))
  })

  it('by checks each minute is a row for each server, and no call beyond cron’s', () => {
    const uses = usesOf(configOf({ check: { inter: '1m' } }, { counters: false })).filter(({ what }) =>
      what.startsWith('checks'),
    )
    expect(amountOf(uses, 'rowsWritten')).toBeCloseTo(2 * monthly(60))
    expect(amountOf(uses, 'objectRequests')).toBeCloseTo(monthly(60))
  })

  it('by anything that requests set off is never more often than there are requests', () => {
    const table = { type: 'ip', size: '1k', expire: '30m', cache: '10s' }
    const config = configOf({
      stickTable: table,
      stick: [{ on: 'src' }],
      servers: servers.map((each) => ({ ...each, maxconn: 9 })),
    })
    const setOff = usesOf(config, 100).filter(({ what }) => !/cron/.test(what))
    expect(setOff.length).toBeGreaterThan(2)
    for (const { what, amounts } of setOff) {
      expect([what, amounts.objectRequests ?? 0]).toEqual([what, expect.toSatisfy((count: number) => count <= 300)])
    }
  })

  it('counts the sweeps of entries that end by maxlife alone', () => {
    const callsOf = (life: object) => {
      const config = configOf({ stickTable: { type: 'ip', size: '1k', ...life }, stick: [{ on: 'src' }] })
      return amountOf(
        usesOf(config, 1e6).filter(({ what }) => what === 'stick table app'),
        'objectRequests',
      )
    }
    expect(callsOf({ maxlife: '30m' })).toBeGreaterThan(callsOf({}))
    expect(callsOf({ maxlife: '30m' })).toBe(callsOf({ expire: '30m' }))
  })

  it('of KV is counted apart: states, and stick tables', () => {
    const config = configOf({
      stickTable: { type: 'ip', size: '1k', expire: '30m', store: 'kv' },
      stick: [{ on: 'src' }],
    })
    const uses = usesOf(config, 1e6, { hasSnapshot: true })
    const ofTable = uses.filter(({ what }) => what === 'stick table app')
    expect(amountOf(ofTable, 'kvReads')).toBe(1e6)
    expect(amountOf(ofTable, 'kvWrites')).toBe(2e6 / 20)
    expect(amountOf(ofTable, 'objectRequests')).toBe(0)
    expect(amountOf(uses, 'kvWrites')).toBeCloseTo(2e6 / 20 + monthly(300))
  })
})

describe('a table that counts', () => {
  const WEEK = { type: 'ip', size: '100k', expire: '10m', shards: 8 }
  const CHANGED = { do: { scIncGpc: { sc: 0, gpc: 0 } } }
  const counting = (data: readonly string[], more: object = {}, table: object = {}, change: object = CHANGED) =>
    configOf(more, {
      counters: false,
      frontends: [
        {
          name: 'www',
          stickTable: { ...WEEK, data, ...table },
          rules: [{ do: { trackSc: { sc: 0, key: 'src' } } }, change],
          defaultBackend: 'app',
        },
      ],
    })
  const ofTable = (config: Config, requests = 1e6) => {
    const [use] = usesOf(config, requests).filter(({ what }) => what === 'counting table www')
    return use?.amounts
  }

  it('is merged by each isolate with each of its objects, as often as new keys let it', () => {
    const { isolates } = assumedTraffic(1e9)
    expect(ofTable(counting(['http_req_rate(10s)']), 1e9)?.objectRequests).toBeCloseTo(8 * isolates * monthly(MERGE_S))
    expect(ofTable(counting(['http_req_rate(10s)'], {}, { shards: 1 }), 1e9)?.objectRequests).toBeCloseTo(
      isolates * monthly(MERGE_S),
    )
    // Not more often than there are requests.
    expect(ofTable(counting(['http_req_rate(10s)']), 1e6)?.objectRequests).toBe(1e6)
  })

  it('writes what is kept on disk alone, by an alarm', () => {
    for (const data of [['http_req_rate(10s)'], ['gpc0_rate(10s)'], ['gpc_rate(2,10s)']]) {
      expect(ofTable(counting(data))?.rowsWritten).toBeUndefined()
    }
    for (const data of [['gpc0'], ['gpt0'], ['gpc(3)']]) {
      const rates = ofTable(counting(['http_req_rate(10s)']))!
      const { rowsWritten, objectRequests } = ofTable(counting(data))!
      expect(rowsWritten).toBe(1e5 + 5e4)
      expect(objectRequests! - rates.objectRequests!).toBe(1e6 / 20)
    }
    const always = ofTable(counting(['gpc0']), 1e9)!
    const rates = ofTable(counting(['http_req_rate(10s)']), 1e9)!
    expect(always.objectRequests! - rates.objectRequests!).toBeCloseTo(8 * monthly(SAVE_S))
    expect(SAVE_S * 1000).toBe(SAVE_EACH_MS)
  })

  it.each<[object, boolean]>([
    [{ do: { scSetGpt: { sc: 0, gpt: 0, value: 1 } } }, true],
    [{ do: { setVar: { name: 'txn.n', value: 'sc_inc_gpc0(0)' } } }, true],
    [{ do: { setHeader: { name: 'x-n', value: '%[src_inc_gpc(0,www)]' } } }, true],
    [{ if: { sample: 'src_clr_gpc1', match: 'int', values: ['gt 5'] }, do: { deny: { status: 429 } } }, true],
    [{ if: { sample: 'sc_get_gpc0(0)', match: 'int', values: ['gt 5'] }, do: { deny: { status: 429 } } }, false],
    [{ do: { setHeader: { name: 'x-n', value: '%[src_get_gpt0]' } } }, false],
  ])('writes what a rule changes, and nothing without one: %o', (change, isWritten) => {
    const amounts = ofTable(counting(['gpc0', 'gpc1', 'gpt0', 'gpc(3)'], {}, {}, change))!
    expect(amounts.rowsWritten).toBe(isWritten ? 1e5 + 5e4 : undefined)
    expect(amounts.objectRequests).toBe(1e6 + (isWritten ? 1e6 / 20 : 0))
    // Each new key is looked for on disk.
    expect(amounts.rowsRead).toBe(1e5)
  })

  it('asks for no servers, unless it keeps them, too', () => {
    const table = { stickTable: { ...WEEK, data: ['http_req_cnt'] } }
    const whats = (backend: object) => usesOf(configOf({ ...table, ...backend })).map(({ what }) => what)
    expect(whats({})).toContain('counting table app')
    expect(whats({})).not.toContain('stick table app')
    expect(whats({ stick: [{ on: 'src' }] })).toEqual(expect.arrayContaining(['stick table app', 'counting table app']))
  })

  it('is cheaper with one object, and is not for a cookie to replace', () => {
    const savings = (config: Config) => {
      const traffic = assumedTraffic(1e8)
      return savingsOf(config, traffic, NO_KV, billOf(usageOf(config, traffic, NO_KV))).map(({ change }) => change)
    }
    expect(savings(counting(['http_req_rate(10s)'])).join()).toMatch(/`shards: 1` for tables that count/)
    expect(savings(counting(['http_req_rate(10s)'])).join()).not.toMatch(/a cookie in place/)
    const both = configOf({ stickTable: { ...WEEK, data: ['http_req_cnt'] }, stick: [{ on: 'src' }] })
    expect(savings(both).join()).not.toMatch(/`shards: 1`/)
    expect(savings(both).join()).toMatch(/a cookie in place/)
  })
})

describe('a bill', () => {
  it('takes what is beyond the included, of each item, and the plan', () => {
    for (const item of ITEMS) {
      const { included, perMillion } = PRICES[item]
      const bill = billOf([{ what: 'x', amounts: { [item]: included + 2e6 } }])
      expect(bill.dollars).toBeCloseTo(PAID_PLAN + 2 * perMillion)
      expect(billOf([{ what: 'x', amounts: { [item]: included } }]).dollars).toBe(PAID_PLAN)
    }
  })

  it('says whether the free plan’s day is enough, to the last request', () => {
    const a = (perDay: number) => billOf([{ what: 'x', amounts: { rowsWritten: perDay * MONTH_DAYS } }])
    expect(a(100_000).isFreePlanEnough).toBe(true)
    expect(a(100_001).isFreePlanEnough).toBe(false)
  })

  it('comes with changes that make it cheaper, the greatest saving first', () => {
    const config = configOf(
      { stickTable: { type: 'ip', size: '1k', expire: '30m' }, stick: [{ on: 'src' }], check: { inter: '2s' } },
      { frontends: [{ name: 'www', defaultBackend: 'app', maxconn: 100 }] },
    )
    const traffic = assumedTraffic(1e8)
    const savings = savingsOf(config, traffic, NO_KV, billOf(usageOf(config, traffic, NO_KV)))
    expect(savings.map(({ change }) => change.split(/[:,] /)[0])).toEqual([
      'a cookie in place of stick tables',
      '`logSampling',
      'no `maxconn` in frontends',
      '`snapshotRefresh',
    ])
    for (const [i, { dollars }] of savings.entries())
      expect(dollars).toBeLessThanOrEqual(savings[i - 1]?.dollars ?? Infinity)
  })

  it('names the one change after which the free plan is enough', () => {
    const config = configOf({ cookie: { name: 'S' }, check: { inter: '1s' } })
    const text = costText(config, 1e6, NO_KV)
    expect(text).toContain('free plan: not enough')
    expect(text).toMatch(/^cheaper: check each minute .* The free plan is enough then\.$/m)
  })
})

describe('docs/cost.md', () => {
  const doc = readFileSync(new URL('../../docs/cost.md', import.meta.url), 'utf8')

  it.each(SAMPLE_SITES)('has the figures of $name', ({ name, config, requestsAMonth, machines }) => {
    const resolved = configOrThrow(config, 'cloudflare')
    const traffic = assumedTraffic(requestsAMonth)
    const { dollars, isFreePlanEnough } = billOf(usageOf(resolved, traffic, NO_KV))
    const balancing = loadBalancingDollars(
      resolved.backends[0]!.servers.length,
      requestsAMonth / traffic.requestsPerVisit,
    )
    const limpet = isFreePlanEnough ? '0 (free plan)' : dollars.toFixed(2)
    const [, site] = /^(an? \w+):/.exec(name)!
    const row = doc.split('\n').find((line) => line.startsWith(`| **${site}**`))
    expect(
      row
        ?.split('|')
        .slice(2, 5)
        .map((cell) => cell.trim()),
    ).toEqual([limpet, balancing.toFixed(2), String(machines)])
    if (!isFreePlanEnough) expect(doc).toContain(costText(resolved, requestsAMonth, NO_KV))
  })
})
