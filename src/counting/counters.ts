// All counting tables of an isolate, and when they are merged with what others have counted. There is no timer but those of requests:
// the runtime ends one with the request that it belongs to.

import type { Config } from '../config/config.ts'
import type { StickTableConfig } from '../config/options/stick.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Change, Merged } from './change.ts'
import { limitsIn } from './limits.ts'
import { createCountedTable } from './table.ts'
import type { CountedTable, Merging } from './table.ts'
import { countingTables } from './tables.ts'

export interface Counters {
  table(name: string): CountedTable | undefined
  /** Now: somebody looks. */
  flush(): Promise<void>
}

export interface CountersPorts {
  now(): number
  /** How old what others have counted may become. */
  readonly intervalMs: number
  /** The object's answer for changes of one table's keys, in their order. `names`: of the slots, in the changes' order. */
  merge(
    table: string,
    names: readonly string[],
    changes: readonly Change[],
  ): Promise<readonly { readonly epoch: string; readonly merged: Merged }[]>
  wait(ms: number): Promise<void>
  /** As logs and operators see it; undefined: its hash is not known yet. */
  shownKey(table: string, key: string): string | undefined
  onFailure(table: string, error: unknown): void
}

/** So many keys one merge carries. */
const MOST_SENT = 1_000
/** What is urgent, and what is not known yet, waits for these parts of an interval. */
const PATIENCE = { now: 0.005, soon: 0.25, later: 1 } as const
/** A merge that has not come back by then is given up: its request may have been cancelled. */
const LOST_MS = 15_000
/** The longest that Cloudflare lets a request's work go on after its answer, with room for the merge. */
const MOST_WAIT_MS = 18_000

export function createCounters(config: Config, ports: CountersPorts): Counters {
  const { now, intervalMs, merge, wait, onFailure } = ports
  const limits = limitsIn(config)
  const tables = new Map<string, CountedTable & Merging>()
  for (const { name, stickTable } of countingTables(config)) {
    const staleMs = isShared(stickTable) ? intervalMs : Infinity
    tables.set(
      name,
      createCountedTable({
        name,
        config: stickTable,
        limits,
        staleMs,
        now,
        later,
        shownKey: (key) => ports.shownKey(name, key),
      }),
    )
  }
  let sentMs = Number.NEGATIVE_INFINITY
  let waiting: { readonly dueMs: number } | undefined
  let busySinceMs: number | undefined

  async function send(): Promise<void> {
    sentMs = now()
    busySinceMs = sentMs
    await Promise.all([...tables.values()].map(sendTable))
    busySinceMs = undefined
  }

  async function sendTable(table: CountedTable & Merging): Promise<void> {
    const batch = table.take(MOST_SENT)
    if (batch.changes.length === 0) return
    try {
      const names = table.layout.slots.map(({ name }) => name)
      batch.merged(await merge(table.name, names, batch.changes))
    } catch (error) {
      batch.failed()
      onFailure(table.name, error)
    }
  }

  function dueMs(): number | undefined {
    const urgencies = new Set([...tables.values()].map((table) => table.urgency()))
    const most = (['now', 'soon', 'later'] as const).find((urgency) => urgencies.has(urgency))
    return most === undefined ? undefined : Math.max(now(), sentMs + intervalMs * PATIENCE[most])
  }

  return {
    table: (name) => tables.get(name),
    flush: send,
  }

  function later(lifetime: Lifetime): void {
    const nowMs = now()
    if (busySinceMs !== undefined && nowMs - busySinceMs < LOST_MS) return
    const due = dueMs()
    if (due === undefined) return
    // A timer that is due no later does; one whose request has been cancelled is given up.
    if (waiting && waiting.dueMs <= due && nowMs < waiting.dueMs + intervalMs) return
    const mine = { dueMs: due }
    waiting = mine
    lifetime.waitUntil(sendAt(mine))
  }

  async function sendAt(mine: { readonly dueMs: number }): Promise<void> {
    const waitMs = Math.min(MOST_WAIT_MS, mine.dueMs - now())
    if (waitMs > 0) await wait(waitMs)
    if (waiting !== mine) return
    waiting = undefined
    await send()
  }
}

function isShared({ store }: StickTableConfig): boolean {
  return store === 'durable-object'
}

/** Of a balancer that is alone, or only asked what it would do. */
export function createLocalCounters(config: Config, now: () => number): Counters {
  const refuse = () => Promise.reject(new Error('these counters are not merged'))
  return createCounters(config, {
    now,
    intervalMs: Infinity,
    merge: refuse,
    wait: refuse,
    shownKey: (_, key) => key,
    onFailure: () => undefined,
  })
}
