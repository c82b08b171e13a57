// What each part of config/parts.ts is, and what stands in for one that this Worker was built without: it does what there is to do
// for a configuration that does not need the part. refuseMissingPart keeps every other configuration from starting.

import type { TableCommands } from '../admin/operations.ts'
import type { LoadJwt } from '../admin/access.ts'
import type { Policies } from '../balance/policies.ts'
import type { NamedTable } from '../balancer/persist/stick-rules.ts'
import type { createStick } from '../balancer/persist/stick.ts'
import type { Maxconn } from '../balancer/balancer-ports.ts'
import type { Config } from '../config/config.ts'
import type { StickTableConfig } from '../config/options/stick.ts'
import { missingPart } from '../config/parts.ts'
import type { PartName } from '../config/parts.ts'
import { LimpetError } from '../errors.ts'
import type { PatternOf } from '../pattern/compile.ts'
import { NO_RULES } from '../rules/rules-engine.ts'
import type { RulesEngine } from '../rules/rules-engine.ts'
import type { Tools } from '../rules/tools.ts'
import type { Env } from './env.ts'
import type { IsolateCounters } from './adapters/counters.ts'
import { createNoAgents } from './objects/no-agents.ts'
import type { CreateAgents } from './objects/no-agents.ts'
import { createNoAlerts } from './objects/no-alerts.ts'
import type { CreateAlerts } from './objects/no-alerts.ts'
import type { CountedObject } from './objects/counted-object.ts'
import type { OpenedShard } from './objects/shard-table.ts'
import type { window } from './parts/window.ts'

export interface Parts extends Record<PartName, unknown> {
  readonly accessTokens: LoadJwt
  readonly actions: Tools['actions']
  readonly agents: CreateAgents
  readonly alerts: CreateAlerts
  readonly converters: Tools['converters']
  /** Undefined: no table counts. */
  readonly counters: CountersPart | undefined
  readonly fetches: Tools['fetches']
  readonly maxconn: (env: Env) => Maxconn
  readonly patterns: PatternOf
  readonly policies: Partial<Policies>
  readonly rules: (tools: Tools) => RulesEngine
  readonly stickTables: StickTables
  readonly window: typeof window
}

export interface CountersPart {
  createCounters(config: Config, env: Env, intervalMs: number): IsolateCounters | undefined
  /** The table of a frontend. */
  tableOf(config: Config, frontend: string | undefined): StickTableConfig | null | undefined
  /** What one object of a table counts; undefined: the table counts nothing. */
  openCounts(storage: DurableObjectStorage, config: StickTableConfig): CountedObject | undefined
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
export type BuiltParts = Partial<Parts>

export function withStandIns(parts: BuiltParts): Parts {
  return {
    accessTokens: refuse,
    actions: {},
    agents: createNoAgents,
    alerts: createNoAlerts,
    converters: {},
    counters: undefined,
    fetches: {},
    maxconn: () => ({ limit: refuse, createAdmission: refuse, createGate: refuse }),
    patterns: refuse,
    policies: {},
    rules: () => NO_RULES,
    stickTables: {
      createTables: () => new Map(),
      createStick: refuse,
      openShard: refuse,
      commands: async () => undefined,
    },
    window: refuse,
    ...parts,
  }
}

/** Only a module that `limpet build` wrote for another configuration, or not at all, lacks a part. */
export function refuseMissingPart(config: Config, parts: BuiltParts): void {
  const problem = missingPart(config, parts)
  if (problem !== undefined) throw new LimpetError('CONFIG_INVALID', problem)
}

function refuse(): never {
  throw new LimpetError('INTERNAL', 'this Worker was built without a part that it uses')
}
