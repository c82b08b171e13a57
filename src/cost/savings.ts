// What would make a configuration cheaper: each change is tried, and reported if it saves something.

import type { Backend, Config, Server } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import { billOf } from './bill.ts'
import type { Bill } from './bill.ts'
import type { Traffic } from './traffic.ts'
import { usageOf } from './usage.ts'
import type { Bindings } from './usage.ts'

export interface Saving {
  /** What to write, and what is given up. */
  readonly change: string
  readonly dollars: number
  /** The free plan would be enough. */
  readonly fitsFreePlan: boolean
}

interface Change {
  readonly change: string
  readonly config: (config: Config) => Config
  readonly bindings?: (bindings: Bindings) => Bindings
}

const MINUTE_MS = 60_000
/** Not worth a line. */
const LEAST_DOLLARS = 0.25

const CHANGES: readonly Change[] = [
  {
    change: "check each minute (`inter: '1m'`): cron does it without alarms; a dead server is noticed minutes later",
    config: (config) =>
      withServers(config, (server) => ({ ...server, check: server.check && eachMinute(server.check) })),
  },
  {
    change: "`snapshotRefresh: '60s'`: isolates hear of a change within a minute or two",
    config: (config) => ({ ...config, snapshotRefreshMs: Math.max(config.snapshotRefreshMs ?? 0, MINUTE_MS) }),
  },
  {
    change: 'remove the KV namespace SNAPSHOT: isolates ask the Monitor through the cache of their location',
    config: (config) => config,
    bindings: () => ({ hasSnapshot: false }),
  },
  { change: '`counters: false`: no statistics', config: (config) => ({ ...config, counters: false }) },
  {
    change: '`logSampling: 0.01`: one request in a hundred is logged',
    config: (config) => ({ ...config, logSampling: Math.min(config.logSampling, 0.01) }),
  },
  {
    change: 'a cookie in place of stick tables',
    config: (config) => withBackends(config, (backend) => ({ ...backend, stick: [] })),
  },
  {
    change: '`shards: 1` for tables that count: an isolate merges with one object in place of several',
    config: (config) => ({
      ...withBackends(config, withOneShard),
      frontends: config.frontends.map(withOneShard),
    }),
  },
  {
    change: 'no `maxconn` in frontends: it protects the memory of an HAProxy',
    config: (config) => ({ ...config, frontends: config.frontends.map((each) => ({ ...each, maxconn: null })) }),
  },
  {
    change: 'no `maxconn` on servers: they get as many requests as there are',
    config: (config) => withServers(config, (server) => ({ ...server, maxconn: null })),
  },
]

/** The greatest first; changes that let the free plan be enough before all others. */
export function savingsOf(config: Config, traffic: Traffic, bindings: Bindings, bill: Bill): readonly Saving[] {
  return CHANGES.map(({ change, ...changed }) => {
    const other = billOf(usageOf(changed.config(config), traffic, changed.bindings?.(bindings) ?? bindings))
    return {
      change,
      dollars: bill.dollars - other.dollars,
      fitsFreePlan: !bill.isFreePlanEnough && other.isFreePlanEnough,
    }
  })
    .filter(({ dollars, fitsFreePlan }) => dollars >= LEAST_DOLLARS || fitsFreePlan)
    .toSorted((a, b) => Number(b.fitsFreePlan) - Number(a.fitsFreePlan) || b.dollars - a.dollars)
}

function withBackends(config: Config, change: (backend: Backend) => Backend): Config {
  return { ...config, backends: config.backends.map(change) }
}

function withServers(config: Config, change: (server: Server) => Server): Config {
  return withBackends(config, (backend) => ({ ...backend, servers: backend.servers.map(change) }))
}

/** A table that keeps clients' servers, too, would have to be moved. */
function withOneShard<Proxy extends Frontend | Backend>(proxy: Proxy): Proxy {
  const { stickTable } = proxy
  const isStuck = 'stick' in proxy && proxy.stick.length > 0
  return stickTable && stickTable.data.length > 0 && !isStuck
    ? { ...proxy, stickTable: { ...stickTable, shards: 1 } }
    : proxy
}

function eachMinute<Check extends { interMs: number; fastinterMs: number; downinterMs: number }>(check: Check): Check {
  const atLeast = (ms: number) => Math.max(ms, MINUTE_MS)
  return {
    ...check,
    interMs: atLeast(check.interMs),
    fastinterMs: atLeast(check.fastinterMs),
    downinterMs: atLeast(check.downinterMs),
  }
}
