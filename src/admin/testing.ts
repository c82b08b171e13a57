// Builders for this room's tests: a configuration with a server of each kind, Operations that show what a registry knows and
// write down what they are asked to do, and a statistics page on top of them. Time stands at NOW_MS.

import * as tableCommands from './table-commands.ts'
import type { Config } from '../config/config.ts'
import { configOrThrow } from '../config/validate.ts'
import { createThrottle } from '../credentials/throttle.ts'
import type { StatsAccess } from './stats-access.ts'
import { createReleaseRegistry } from '../health/release-registry.ts'
import { createServerRegistry } from '../health/server-registry.ts'
import type { ServerRegistry } from '../health/server-registry.ts'
import { createCounts } from '../stats/tally.ts'
import type { Counts } from '../stats/tally.ts'
import { createTotal } from '../stats/totals.ts'
import type { TotalView } from '../stats/totals.ts'
import { createListSet } from '../rules/lists/list-set.ts'
import { createListVersions } from '../rules/lists/versions.ts'
import type { Outcome } from '../rules/lists/list-set.ts'
import { TOOLS } from '../rules/testing.ts'
import { createListCommands } from './list-commands.ts'
import { createReleaseCommands, createReleaseOperations } from './release-window.ts'
import type { Operations, TableView } from './operations.ts'
import { createStatsWindow } from './stats-window.ts'
import type { StatsWindowOptions } from './stats-window.ts'

export const NOW_MS = 100_000

const server = (name: string, more: object = {}) => ({ name, url: `https://${name}.example.com`, ...more })

/** `www` before `app`, which checks; `both` is one of each, of which `a2` tracks another and `a1` is not checked. */
export const CONFIG: Config = configOrThrow(
  {
    frontends: [
      { name: 'www', maxconn: 100, hosts: ['www.example.com'], defaultBackend: 'app' },
      { name: 'both', maxconn: 50, hosts: ['both.example.com'], defaultBackend: 'both' },
    ],
    backends: [
      {
        name: 'app',
        cookie: { name: 'SERVERID' },
        stickTable: { type: 'string', size: 100, expire: '30m' },
        check: { rise: 2, fall: 3, port: 8080 },
        servers: [
          server('s1', { weight: 10, maxconn: 7, maxqueue: 5 }),
          server('s2', { weight: 20, url: 'http://192.0.2.2:81', state: 'drain' }),
          server('b1', { backup: true, id: 9 }),
        ],
      },
      {
        name: 'both',
        balance: 'leastconn',
        servers: [
          server('a1', { check: false, agent: { port: 9777, addr: '10.0.0.9' } }),
          server('a2', { check: false, track: 'app/s1' }),
        ],
      },
    ],
  },
  'either',
)

export function total(counts: Partial<Counts> = {}, more: Partial<TotalView> = {}): TotalView {
  return { ...createTotal(), current: 0, queued: 0, rate: 0, counts: { ...createCounts(), ...counts }, ...more }
}

export interface Scripted {
  readonly operations: Operations
  /** What was asked to be changed, in order: the method's name and what it was given. */
  readonly calls: readonly (readonly unknown[])[]
}

/** `happened`: what befell the servers before; `answers`: what to say in place of the rest. */
export function scripted(
  happened: (registry: ServerRegistry) => void = () => undefined,
  answers: Partial<Operations> & { readonly outcome?: Outcome } = {},
): Scripted {
  const { outcome } = answers
  const config = answers.config ?? CONFIG
  const registry = createServerRegistry(config, new Map(), 0)
  happened(registry)
  const views = () => [...registry.entries.values()].map((entry) => registry.view(entry))
  const calls: unknown[][] = []
  const lists = createListSet(config, {})
  const versions = createListVersions(lists)
  const hasReleases = config.backends.some(({ releases }) => releases !== null)
  const operations: Operations = {
    config,
    deployment: { name: null, version: '0.1.0', digest: '00000000' },
    now: () => NOW_MS,
    servers: async () => views(),
    backends: async () => [],
    counters: async () => ({ sinceMs: 0, isolates: [], totals: {} }),
    clearCounters: async (...given) => void calls.push(['clearCounters', ...given]),
    async change(...given) {
      calls.push(['change', ...given])
      const [backend, name] = given
      return views().find((view) => view.backend === backend && view.server === name)
    },
    async setAddress(...given) {
      calls.push(['setAddress', ...given])
      return undefined
    },
    events: async () => [],
    monitor: async () => ({ name: 'monitor', near: null, bornMs: 0, colo: null }),
    moveMonitor: async () => ({ to: 'monitor/1/weur' }),
    tables: async () => [],
    tableCommands: async () => tableCommands,
    async storeEntry(...given) {
      calls.push(['storeEntry', ...given])
      return true
    },
    async removeEntry(...given) {
      calls.push(['removeEntry', ...given])
      return true
    },
    async setCounts(...given) {
      calls.push(['setCounts', ...given])
      return true
    },
    tableKey: async (_, key) => key,
    commands: {
      ...(hasReleases ? createReleaseCommands() : {}),
      ...(Object.keys({ ...config.maps, ...config.lists }).length === 0
        ? {}
        : createListCommands({
            config,
            patternOf: TOOLS.patternOf,
            differences: async () => JSON.stringify(lists.differences()),
            async change(change, who) {
              calls.push(['changeList', change, who])
              return outcome ?? lists.change(change)
            },
            async arrange(list, order, who) {
              if (order.does !== 'look') calls.push(['arrangeList', list, order, who])
              return versions.arrange(list, order)
            },
          })),
    },
    releases: hasReleases ? releaseOperations(config, registry, calls) : undefined,
    ...answers,
  }
  return { operations, calls }
}

/** As the Monitor answers. */
function releaseOperations(config: Config, registry: ServerRegistry, calls: unknown[][]): Operations['releases'] {
  const releases = createReleaseRegistry(config, new Map(), registry, 0)
  return createReleaseOperations({
    views: async () => releases.views(),
    async change(...given) {
      calls.push(['changeRelease', ...given])
      const changed = releases.change(...given, NOW_MS)
      return changed === undefined || 'problem' in changed ? changed : { isDone: true }
    },
  })
}

const STICK_TABLE = CONFIG.backends[0]!.stickTable!

/** Table `app`, with a key for each server's number. */
export function tableOf(ids: Readonly<Record<string, number>>, more: Partial<TableView> = {}): TableView {
  const entries = Object.entries(ids).map(([key, id]) => {
    const name = CONFIG.backends[0]!.servers.find((each) => each.id === id)!.name
    return { key, server: name, id, home: name, createdMs: 0, untilMs: NOW_MS + 60_000 }
  })
  return { name: 'app', config: STICK_TABLE, count: entries.length, entries, servers: {}, ...more }
}

export const TOKEN = 'the-admin-token-of-this'
export const LOOK = 'the-token-that-looks-on'
const SECRET = `${TOKEN},ann/user:${LOOK}`
export const BASIC_BOB = `Basic ${btoa('bob:hunter2')}`
const OPEN: StatsAccess = { who: 'open', realm: 'numbers', mayChange: true }

export interface StatsAsk {
  readonly access?: Partial<StatsAccess>
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  readonly body?: string
  readonly clientAddress?: string
}

export function openWindow(
  options: Partial<StatsWindowOptions> = {},
  happened?: (registry: ServerRegistry) => void,
  answers: Partial<Operations> = {},
) {
  const { operations, calls } = scripted(happened, { tables: async () => [tableOf({ k: 1 })], ...answers })
  const accounts = [{ name: 'bob', password: 'hunter2' }]
  const written = { uri: '/stats', accounts, scope: [], refreshS: null, showsLegends: true, ...options }
  const page = createStatsWindow(
    written,
    operations,
    createThrottle(() => NOW_MS),
  )
  const ask = async (
    path: string,
    { access = {}, headers = {}, method = 'GET', body, clientAddress }: StatsAsk = {},
  ) => {
    const url = new URL(path, 'https://www.example.com')
    const request = new Request(url, { method, headers, ...(body === undefined ? {} : { body }) })
    const response = await page.answer({
      request,
      url,
      clientAddress: clientAddress ?? '192.0.2.1',
      secret: SECRET,
      access: { ...OPEN, ...access },
    })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  const post = (form: string, more: StatsAsk = {}) => ask(written.uri, { method: 'POST', body: form, ...more })
  return { page, ask, post, calls }
}
