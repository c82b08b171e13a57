// What an operator can see and do, wherever it is stored. Built in cloudflare/adapters/operations.ts.

import type { Answer } from './answer.ts'
import type { Config } from '../config/config.ts'
import type { Place } from '../config/place.ts'
import type { Deployment } from '../deployment.ts'
import type { StickTableConfig } from '../config/options/stick.ts'
import type { Limits } from '../counting/limits.ts'
import type { BackendView } from '../health/backend-record.ts'
import type { ServerView } from '../health/server-view.ts'
import type { StateChange } from '../health/state-change.ts'
import type { StateEvent } from '../health/state-event.ts'
import type { Level, Visitor } from './level.ts'
import type { ReleaseOperations } from './release-operations.ts'
import type { Entry, Target } from '../persistence/table.ts'
import type { IsolateView, TotalView } from '../stats/totals.ts'

export interface CountersView {
  /** Unix milliseconds: counting began then. */
  readonly sinceMs: number
  /** Those that reported within the last minute. */
  readonly isolates: readonly IsolateView[]
  /** By `frontend:NAME`, `backend:NAME`, `server:BACKEND/NAME`. */
  readonly totals: Readonly<Record<string, TotalView>>
}

export interface TableView {
  readonly name: string
  readonly config: StickTableConfig
  /** `count`: undefined if the store cannot be listed. */
  readonly count: number | undefined
  readonly entries: readonly TableRow[]
  /** How many of them each server has, by name. */
  readonly servers: Readonly<Record<string, number>>
  /** Of a table whose highest entries these are. */
  readonly limits?: Limits
}

/** What a table has of a key: its server, what was counted of it, or both. */
export interface TableRow extends Partial<Entry> {
  readonly key: string
  /** Unix milliseconds. */
  readonly untilMs: number
  /** In HAProxy's order, and as it shows it: `http_req_rate(10000)`. */
  readonly data?: readonly (readonly [type: string, name: string, value: number])[]
}

/** Where a server's clients go from now on. */
export interface AddressChange {
  readonly backend: string
  readonly server: string
  /** IPv6 in brackets. */
  readonly hostname: string
  readonly port: number
}

/** Where the Monitor lives. */
export interface MonitorPlace {
  /** The Durable Object's name. */
  readonly name: string
  /** The place asked for when it was made; null: none, or unknown. */
  readonly near: Place | null
  /** Unix milliseconds: when it was made. */
  readonly bornMs: number
  /** The data centre that answers its requests, as an IATA code; null: not known. */
  readonly colo: string | null
}

/** One of HAProxy's, or one like them. */
export interface Command {
  readonly usage: string
  readonly about: string
  readonly level: Level
  run(words: readonly string[], operations: Operations, visitor: Visitor): Promise<Answer>
}

/** What is asked of stick tables (table-commands.ts). */
export type TableCommand = (words: readonly string[], operations: Operations) => Promise<Answer>
export type TableCommands = Readonly<Record<'showTable' | 'setTable' | 'clearTable', TableCommand>>

export interface Operations {
  /** Undefined: there are no tables. */
  tableCommands(): Promise<TableCommands | undefined>
  readonly config: Config
  /** Besides those that are always there: for maps, lists and releases, where there are some. */
  readonly commands: Readonly<Record<string, Command>> | undefined
  /** Undefined: no backend has releases. */
  readonly releases: ReleaseOperations | undefined
  readonly deployment: Deployment
  servers(): Promise<readonly ServerView[]>
  backends(): Promise<readonly BackendView[]>
  counters(): Promise<CountersView>
  clearCounters(all: boolean): Promise<void>
  /** Undefined: there is no such server. `who`: the operator's name. */
  change(backend: string, server: string, change: StateChange, who: string): Promise<ServerView | undefined>
  /** Until the configuration is read again. Returns why it cannot; undefined: done. */
  setAddress(to: AddressChange): Promise<string | undefined>
  /** The latest changes, newest first. */
  events(most: number): Promise<readonly StateEvent[]>
  monitor(): Promise<MonitorPlace>
  /** Moves the Monitor near a place; null: into its first object. `problem`: why it did not move. */
  moveMonitor(to: Place | null, who: string): Promise<{ readonly to: string } | { readonly problem: string }>
  /** `most`: how many entries of each are listed at most. `highest`: those that come nearest to a limit, only of tables that count. */
  tables(most: number, order?: 'highest'): Promise<readonly TableView[]>
  storeEntry(table: string, key: string, target: Target): Promise<boolean>
  removeEntry(table: string, key: string): Promise<boolean>
  /** Makes an entry of it if there is none; `values` may be none. False: the table has no room. Of an array the first is set. */
  setCounts(table: string, key: string, values: readonly (readonly [type: string, n: number])[]): Promise<boolean>
  /** As the table stores it; undefined: not of its type. */
  tableKey(table: string, key: string): Promise<string | undefined>
  /** Unix milliseconds. */
  now(): number
}
