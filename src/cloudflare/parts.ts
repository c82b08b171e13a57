// What each part of config/parts.ts is, and what stands in for one that this Worker was built without: it does what there is to do
// for a configuration that does not need the part. refuseMissingPart keeps every other configuration from starting.

import type { TableCommands } from '../admin/operations.ts'
import type { LoadJwt } from '../admin/access.ts'
import type { exportMetrics } from '../admin/exporter.ts'
import type { Policies } from '../balance/policies.ts'
import type { NamedTable } from '../balancer/persist/stick-rules.ts'
import type { createStick } from '../balancer/persist/stick.ts'
import type { createReleases } from '../balancer/releases/routing.ts'
import type { Maxconn } from '../balancer/balancer-ports.ts'
import type { Config } from '../config/config.ts'
import type { StickTableConfig } from '../config/options/stick.ts'
import { missingPart } from '../config/missing-part.ts'
import type { Needs } from '../config/missing-part.ts'
import type { PartName } from '../config/parts.ts'
import { LimpetError } from '../errors.ts'
import type { PatternOf } from '../pattern/compile.ts'
import { NO_RULES } from '../rules/rules-engine.ts'
import type { RulesEngine } from '../rules/rules-engine.ts'
import type { Tools } from '../rules/tools.ts'
import type { Env } from './env.ts'
import type { ListParts } from './list-parts.ts'
import type { ReleaseStateParts } from './release-parts.ts'
import type { IsolateCounters } from './adapters/counters.ts'
import { createNoAgents } from './objects/no-agents.ts'
import type { CreateAgents } from './objects/no-agents.ts'
import { createNoAlerts } from './objects/no-alerts.ts'
import type { CreateAlerts } from './objects/no-alerts.ts'
import type { CountedObject } from './objects/counted-object.ts'
import type { openLeases } from './objects/leases.ts'
import type { OpenedShard } from './objects/shard-table.ts'
import type { inFlight } from './parts/in-flight.ts'
import type { window } from './parts/window.ts'

export interface Parts extends Record<PartName, unknown> {
  readonly accessTokens: LoadJwt
  readonly actions: Tools['actions']
  readonly agents: CreateAgents
  readonly alerts: CreateAlerts
  readonly converters: Tools['converters']
  /** Undefined: no table counts. */
  readonly counters: CountersPart | undefined
  readonly exporter: typeof exportMetrics
  readonly fetches: Tools['fetches']
  readonly inFlight: typeof inFlight
  readonly lists: ListParts | undefined
  readonly maxconn: MaxconnPart
  readonly patterns: PatternOf
  readonly policies: Partial<Policies>
  /** Undefined: no backend has releases. */
  readonly releaseStates: ReleaseStateParts | undefined
  readonly releases: typeof createReleases
  readonly rules: (tools: Tools) => RulesEngine
  readonly stickTables: StickTables
  readonly window: typeof window
}

export interface CountersPart {
  createCounters(config: Config, env: Env, intervalMs: number): IsolateCounters | undefined
  /** The table of a frontend. */
  tableOf(config: Config, frontend: string | undefined): StickTableConfig | null | undefined
  /** What one object of a table counts; undefined: the table counts nothing. */
  openCounts(storage: DurableObjectStorage, config: StickTableConfig, today: Config): CountedObject | undefined
}

export interface MaxconnPart {
  createMaxconn(env: Env): Maxconn
  /** The leases of one object. */
  readonly openLeases: typeof openLeases
}

export interface StickTables {
  /** By backend. */
  createTables(config: Config, env: Env): ReadonlyMap<string, NamedTable>
  readonly createStick: typeof createStick
  /** What operators ask of them. */
  commands(): Promise<TableCommands | undefined>
  /** The entries of one object. */
  openShard(sql: SqlStorage, config: StickTableConfig): OpenedShard
}

/** What a Worker is built with. */
export interface Built {
  readonly parts: Partial<Parts>
  /** What the configuration needs; if one is not in `parts`, it is refused, as an invalid one is. */
  readonly needs: Needs
  /** All parts that its builder has heard of. */
  readonly knows: string
}

const STAND_INS: Parts = {
  accessTokens: refuse,
  actions: {},
  agents: createNoAgents,
  alerts: createNoAlerts,
  converters: {},
  counters: undefined,
  exporter: refuse,
  fetches: {},
  inFlight: { createHolding: refuse, createWhenClosed: () => refuse, createWhenEnded: () => refuse },
  lists: undefined,
  maxconn: {
    createMaxconn: () => ({ limit: refuse, createAdmission: refuse, createGate: refuse }),
    openLeases: refuse,
  },
  patterns: refuse,
  policies: {},
  releaseStates: undefined,
  releases: refuse,
  rules: () => NO_RULES,
  stickTables: {
    createTables: () => new Map(),
    createStick: refuse,
    openShard: refuse,
    commands: async () => undefined,
  },
  window: refuse,
}

/** As `limpet build` knows them, if it is of this version. */
export const KNOWN_PARTS = Object.keys(STAND_INS).join(' ')

export function withStandIns(parts: Partial<Parts>): Parts {
  return { ...STAND_INS, ...parts }
}

/** Only a module that another version of `limpet build` wrote, or that was changed since, lacks a part. */
export function refuseMissingPart({ needs, knows, parts }: Built): void {
  const problem =
    knows === KNOWN_PARTS ? missingPart(needs, parts) : 'built by another version of Limpet: run limpet build again'
  if (problem !== undefined) throw new LimpetError('CONFIG_INVALID', problem)
}

function refuse(): never {
  throw new LimpetError('INTERNAL', 'this Worker was built without a part that it uses')
}
