// What a configuration uses of Cloudflare for a given traffic: the counted operations (test/workerd/cost.test.ts,
// stick-requests.test.ts) times how often they happen. At most, not on average.

import type { Backend, Config, Server } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import type { StickTableConfig } from '../config/options/stick.ts'
import { INVOCATION_REQUESTS } from '../health/check-schedule.ts'
import { SWEPT_ROWS, sweepAfterMs } from '../persistence/sweep.ts'
import { AHEAD } from '../persistence/table.ts'
import { CHECK_ROUND_ROWS, ENTRY_ROWS, EXPIRY_READ_ROWS, EXPIRY_ROWS, reportRows } from './operations.ts'
import { MONTH_S, timesAMonth } from './traffic.ts'
import type { Traffic } from './traffic.ts'
import type { Item } from './prices.ts'

/** One purpose and what it needs a month. */
export interface Use {
  readonly what: string
  readonly amounts: Partial<Record<Item, number>>
}

export interface Bindings {
  /** A KV namespace from which isolates read servers' states. */
  readonly hasSnapshot: boolean
}

/** CPU of a request, measured by `npm run bench`, rounded up. */
const REQUEST_CPU_MS = 1
/** A JSON log line with what Cloudflare adds to it. */
const LOG_LINE_MB = 0.001
const OBJECT_GB = 0.128
/** How long an object is busy with a call. An object that waits and could sleep is not billed. */
const CALL_S = 0.005
/** How long it waits for the checks of a round. */
const CHECK_ROUND_S = 0.25
const CRON_S = 60
/** Unless somebody looks. */
const REPORT_S = 60
const SNAPSHOT_REFRESH_S = 10
const PUBLISH_S = 300
const LEASE_S = 3
/** How often an isolate tells a table's objects what it has counted. */
const COUNTS_S = 10

export function usageOf(config: Config, traffic: Traffic, bindings: Bindings): readonly Use[] {
  const servers = config.backends.flatMap((backend) => backend.servers)
  return [
    { what: 'requests', amounts: { requests: traffic.requests, cpuMs: traffic.requests * REQUEST_CPU_MS } },
    checksUse(servers),
    statesUse(config, traffic, bindings),
    countersUse(config, traffic),
    ...config.backends.flatMap((backend) => tableUse(backend, traffic)),
    ...[...config.frontends, ...config.backends].flatMap((section) => countsUse(section, traffic)),
    ...limitUses(config, traffic),
    logUse(config, traffic),
  ].filter(({ amounts }) => Object.values(amounts).some((amount) => amount > 0))
}

/** Of all together. */
export function amountOf(uses: readonly Use[], item: Item): number {
  return uses.reduce((sum, { amounts }) => sum + (amounts[item] ?? 0), 0)
}

function calls(count: number, seconds = CALL_S): Partial<Record<Item, number>> {
  return { objectRequests: count, objectGbS: count * seconds * OBJECT_GB }
}

/** Servers with the same interval share the alarm of a round, up to a number of requests. Cron also wakes the Monitor. */
function checksUse(servers: readonly Server[]): Use {
  const checks = servers.flatMap(({ check }) => check ?? [])
  const cron = MONTH_S / CRON_S
  const isCronAlone = checks.every(
    ({ interMs, fastinterMs, downinterMs }) => Math.min(interMs, fastinterMs, downinterMs) >= CRON_S * 1_000,
  )
  if (isCronAlone) {
    const rows = checks.reduce((sum, { interMs }) => sum + (MONTH_S * 1_000) / interMs, 0)
    return { what: 'checks by cron', amounts: { requests: cron, ...calls(cron, CHECK_ROUND_S), rowsWritten: rows } }
  }
  const requestsOf = new Map<number, number>()
  for (const { interMs, exchanges } of checks) {
    requestsOf.set(interMs, (requestsOf.get(interMs) ?? 0) + exchanges.length)
  }
  const rounds = [...requestsOf].reduce(
    (sum, [interMs, requests]) => sum + ((MONTH_S * 1_000) / interMs) * Math.ceil(requests / INVOCATION_REQUESTS),
    0,
  )
  return {
    what: 'checks',
    amounts: { requests: cron, ...calls(cron + rounds, CHECK_ROUND_S), rowsWritten: rounds * CHECK_ROUND_ROWS },
  }
}

/** Isolates of one location share what one of them has asked for. */
function statesUse({ snapshotRefreshMs }: Config, traffic: Traffic, { hasSnapshot }: Bindings): Use {
  const refreshS = snapshotRefreshMs === null ? SNAPSHOT_REFRESH_S : snapshotRefreshMs / 1_000
  if (!hasSnapshot) {
    const asked = timesAMonth(refreshS, traffic.locations, traffic)
    return { what: "servers' states", amounts: calls(asked) }
  }
  return {
    what: "servers' states from KV",
    amounts: { kvReads: timesAMonth(refreshS, traffic.isolates, traffic), kvWrites: MONTH_S / PUBLISH_S },
  }
}

function countersUse({ counters, frontends, backends }: Config, traffic: Traffic): Use {
  const reports = counters ? timesAMonth(REPORT_S, traffic.isolates, traffic) : 0
  const counted = frontends.length + backends.length + backends.reduce((sum, { servers }) => sum + servers.length, 0)
  return { what: 'counters', amounts: { ...calls(reports), rowsWritten: reports * reportRows(counted) } }
}

/** As if every visitor came to this backend, and every request asked the table. */
function tableUse({ name, stickTable }: Backend, traffic: Traffic): readonly Use[] {
  if (!stickTable) return []
  const what = `stick table ${name}`
  const keys = traffic.requests / traffic.requestsPerVisit
  const refreshes = keys * refreshesOfAVisit(stickTable, traffic)
  if (stickTable.store === 'kv') {
    return [{ what, amounts: { kvReads: traffic.requests, kvWrites: keys + refreshes } }]
  }
  const asked =
    stickTable.cacheMs > 0 ? Math.min(traffic.requests, asksOfAVisit(stickTable, traffic) * keys) : traffic.requests
  const sweepMs = sweepAfterMs(stickTable)
  const sweeps =
    sweepMs === undefined ? 0 : Math.max(timesAMonth(sweepMs / 1_000, stickTable.shards, traffic), keys / SWEPT_ROWS)
  return [
    {
      what,
      amounts: {
        ...calls(asked + sweeps),
        rowsRead: asked + EXPIRY_READ_ROWS * keys,
        // Written, refreshed, deleted; and each sweep sets an alarm.
        rowsWritten: ENTRY_ROWS * (keys + refreshes) + EXPIRY_ROWS * keys + sweeps,
      },
    },
  ]
}

/** A table that counts; one that is `exact` as if every request asked it for one key. */
function countsUse({ name, stickTable }: Frontend | Backend, traffic: Traffic): readonly Use[] {
  if (!stickTable || stickTable.data.length === 0 || stickTable.store !== 'durable-object') return []
  const told = timesAMonth(COUNTS_S, traffic.isolates * stickTable.shards, traffic)
  const asked = stickTable.exact ? traffic.requests : 0
  return [{ what: `counts of table ${name}`, amounts: calls(told + asked) }]
}

/** At most one in the part of `expire` that each writes ahead. */
function refreshesOfAVisit({ expireMs }: StickTableConfig, { visitS, requestsPerVisit }: Traffic): number {
  return expireMs === null ? 0 : Math.min(requestsPerVisit, Math.floor((visitS * 1_000) / (expireMs * AHEAD)))
}

/** An isolate remembers a key for `cache`. */
function asksOfAVisit({ cacheMs }: StickTableConfig, { visitS, requestsPerVisit }: Traffic): number {
  return Math.min(requestsPerVisit, Math.ceil((visitS * 1_000) / cacheMs))
}

/** Each isolate that uses a limit renews its lease. */
function limitUses({ frontends, backends }: Config, traffic: Traffic): readonly Use[] {
  const renewed = timesAMonth(LEASE_S, traffic.isolates, traffic)
  const use = (what: string, count: number): Use => ({
    what,
    amounts: { ...calls(renewed * count), rowsWritten: renewed * count },
  })
  const ofServers = backends.flatMap(({ servers }) => servers).filter(({ maxconn }) => maxconn !== null).length
  const ofFrontends = frontends.filter(({ maxconn }) => maxconn !== null).length
  return [use('maxconn of servers', ofServers), use('maxconn of frontends', ofFrontends)]
}

function logUse({ log, logSampling }: Config, { requests }: Traffic): Use {
  return { what: 'log lines', amounts: { logMb: log === 'off' ? 0 : requests * logSampling * LOG_LINE_MB } }
}
