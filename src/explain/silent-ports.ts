// The ports of a balancer that asks no server, keeps nothing and waits for nothing.

import type { BalancerPorts } from '../balancer/balancer-ports.ts'
import { createGate } from '../balancer/maxconn/frontend.ts'
import { createHolding } from '../balancer/maxconn/in-flight.ts'
import { createAdmission } from '../balancer/maxconn/server.ts'
import * as policies from '../balance/policies.ts'
import { createReleases } from '../balancer/releases/routing.ts'
import { createStick } from '../balancer/persist/stick.ts'
import type { NamedTable } from '../balancer/persist/stick-rules.ts'
import type { Config } from '../config/config.ts'
import { serverKey } from '../config/keys.ts'
import { firstNameOf } from '../config/names.ts'
import { isPageAt } from '../config/stats-uri.ts'
import { createLocalCounters } from '../counting/counters.ts'
import type { Limit } from '../flow/limit.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import { createMemoryRows } from '../persistence/memory-rows.ts'
import { createLocalStore } from '../persistence/stick-store.ts'
import type { StickStore } from '../persistence/stick-store.ts'
import { createTableClient } from '../persistence/table-client.ts'
import { createKeyOf } from '../persistence/table-key.ts'
import type { KeyOf } from '../persistence/table-key.ts'
import { createTable, NEVER } from '../persistence/table.ts'
import { patternOf } from '../pattern/compile.ts'
import { allTools } from '../rules/all-tools.ts'
import { createRulesEngine } from '../rules/engine.ts'
import type { RuleWatch } from '../rules/watch.ts'
import type { Facts } from './facts.ts'

/** Stands for a deployment's own token in the header that counts passages: twelve characters. */
const PASSAGES_TOKEN = 'explain-only'
/** For a running balancer that is asked what its tables have. */
const TABLE_TIMEOUT_MS = 30_000

export interface Silent {
  readonly rules: RuleWatch
  /** Empty: there are none, and cookies are sealed with a key that is made up. */
  readonly cookieKeys: CookieKeys
  readonly log: BalancerPorts['log']
  onStatistics(): void
  /** A stick rule has made a key. */
  onKey(table: string, value: string, key: string): void
  /** A table has an entry. */
  onEntry(table: string, key: string, server: string): void
}

export function silentPorts(config: Config, nowMs: number, facts: Facts, silent: Silent): BalancerPorts {
  const now = () => nowMs
  const { cookieKeys, log, onStatistics } = silent
  return {
    cookieKeys,
    rules: createRulesEngine(allTools(patternOf), silent.rules),
    counters: createLocalCounters(config, now),
    createStick,
    createReleases,
    policies,
    tables: tablesOf(config, now, facts, silent),
    createHolding,
    maxconn: {
      limit: (limited, max) =>
        limitOf(max, 'server' in limited && facts.full.has(serverKey(limited.backend.name, limited.server.name))),
      createAdmission,
      createGate,
    },
    pageOf: (stats) => ({
      matches: ({ path, query }) => isPageAt(stats, path + query),
      async answer() {
        onStatistics()
        return new Response()
      },
    }),
    exporter: {
      async answer() {
        onStatistics()
        return new Response()
      },
    },
    throttle: { isBlocked: () => false, fail: () => undefined },
    passagesToken: config.maxPassages === null ? undefined : PASSAGES_TOKEN,
    startsAtRandom: false,
    send: () => Promise.reject(new TypeError('explain sends nothing')),
    // At once, but after the caller has set its timers: they would keep the command from ending.
    whenEnded(response, onEnd) {
      queueMicrotask(() => onEnd({ bytes: undefined, isWhole: true }))
      return { response, cut: () => undefined, passedBytes: () => 0 }
    },
    whenClosed: () => undefined,
    countsBytes: false,
    onCloudflare: facts.onCloudflare,
    report: () => Promise.resolve(),
    now,
    random: () => 0,
    log,
  }
}

/** A slot is always given, so that nothing waits; but a server without a free one is full. */
function limitOf(max: number, isFull: boolean): Limit {
  return {
    max,
    inUse: 0,
    elsewhere: 0,
    waitingElsewhere: 0,
    waiting: 0,
    hasRoom: () => true,
    isFull: () => isFull,
    isOpen: () => false,
    take: () => undefined,
    release: () => undefined,
    ask: () => undefined,
    settle: () => undefined,
    renew: () => undefined,
  }
}

function tablesOf(
  { backends }: Config,
  now: () => number,
  facts: Facts,
  { onKey, onEntry }: Silent,
): ReadonlyMap<string, NamedTable> {
  const tables = new Map<string, NamedTable>()
  for (const backend of backends) {
    const { name, stickTable: config } = backend
    if (!config) continue
    const storedAs = firstNameOf(backend)
    const rows = createMemoryRows()
    const seed = async (key: string) => {
      const target = rows.get(key) ? undefined : await facts.entryOf(name, key)
      if (!target) return
      onEntry(name, key, target.server)
      const row = {
        ...target,
        home: target.server,
        createdMs: now(),
        untilMs: NEVER,
        kind: 'request',
        source: null,
      } as const
      rows.put(key, row, undefined)
    }
    const store = seeded(createLocalStore(createTable(rows, config, 0), now), seed)
    const client = createTableClient(store, { ...config, timeoutMs: TABLE_TIMEOUT_MS }, { now, onFailure: raise })
    const made = createKeyOf(config, storedAs)
    const keyOf: KeyOf = (sample) => {
      const key = made(sample)
      if (key === undefined) return undefined
      return Promise.resolve(key).then((known) => (onKey(name, sample, known), known))
    }
    tables.set(name, { name, storedAs, config, keyOf, client })
  }
  return tables
}

/** What the real table has is taken over before it is asked for. */
function seeded(store: StickStore, seed: (key: string) => Promise<void>): StickStore {
  return {
    match: async (key) => (await seed(key), store.match(key)),
    claim: async (key, ...rest) => (await seed(key), store.claim(key, ...rest)),
    store: (...all) => store.store(...all),
  }
}

function raise(error: unknown): never {
  throw error
}
