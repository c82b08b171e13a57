// All counting tables of an isolate, and when they are merged with what others have counted. There is no timer but those of requests:
// the runtime ends one with the request that it belongs to.

import type { Config } from '../config/config.ts'
import type { StickTableConfig } from '../config/options/stick.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Change, Merged } from './change.ts'
import { limitsIn } from './limits.ts'
import { createCountedTable } from './table.ts'
import type { Batch, CountedTable, Merging } from './table.ts'
import { countingTables } from './tables.ts'

export interface Counters {
  table(name: string): CountedTable | undefined
  /** Now, all of it: somebody looks, or the isolate ends. What does not arrive waits on. */
  flush(): Promise<void>
}

export interface CountersPorts {
  now(): number
  /** How old what others have counted may become. */
  readonly intervalMs: number
  /**
   * The object's answer for changes of one table's keys, in their order. `names`: of the slots, in the changes' order. `settled`: below
   * which number all are answered.
   */
  merge(
    table: string,
    names: readonly string[],
    changes: readonly Change[],
    settled: number,
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
/** So much of an interval passes after a failure, and twice as much after each further one, up to what is not urgent. */
const PAUSE = 0.05
/** Until a merge in progress is looked at again. */
const LOOK = 0.005
/** An object that has not answered in time is not waited for again before this has passed. */
const SILENT_MS = 1_000
/** So many merges carry whatever can wait; more would only chase what is counted meanwhile. */
const MOST_MERGES = 12
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
        askFirst: (key, lifetime) => askFirst(tables.get(name)!, key, lifetime),
        shownKey: (key) => ports.shownKey(name, key),
      }),
    )
  }
  let sentMs = Number.NEGATIVE_INFINITY
  let failedMs = Number.NEGATIVE_INFINITY
  let failures = 0
  /** By table: when its object did not answer in time. */
  const silentMs = new Map<string, number>()
  let waiting: { readonly dueMs: number } | undefined
  /** One at a time: an answer that came before an older one would be overwritten by it. */
  let inProgress: { readonly sinceMs: number; readonly batches: readonly Batch[] } | undefined

  /** False: not all of it has arrived. */
  async function send(): Promise<boolean> {
    sentMs = now()
    const batches = [...tables.values()].map((table) => [table, table.take(MOST_SENT)] as const)
    const mine = { sinceMs: sentMs, batches: batches.map(([, batch]) => batch) }
    inProgress = mine
    const arrived = await Promise.all(batches.map(([table, batch]) => sendBatch(table, batch)))
    if (inProgress === mine) inProgress = undefined
    const isWhole = arrived.every(Boolean)
    failures = isWhole ? 0 : failures + 1
    return isWhole
  }

  async function sendBatch(table: CountedTable, batch: Batch): Promise<boolean> {
    if (batch.changes.length === 0) return true
    try {
      const names = table.layout.slots.map(({ name }) => name)
      batch.merged(await merge(table.name, names, batch.changes, batch.settled()))
      return true
    } catch (error) {
      failedMs = now()
      batch.failed()
      onFailure(table.name, error)
      return false
    }
  }

  /** No request may wait for a promise of another, so it looks now and then. */
  async function look(): Promise<void> {
    if (inProgress && now() - inProgress.sinceMs < LOST_MS) return wait(intervalMs * LOOK)
    for (const batch of inProgress?.batches ?? []) batch.failed()
    inProgress = undefined
  }

  /** Nobody waits while the object does not answer. */
  function askFirst(table: CountedTable & Merging, key: string, lifetime: Lifetime): Promise<void> | undefined {
    const sinceMs = now() - (silentMs.get(table.name) ?? Number.NEGATIVE_INFINITY)
    if (sinceMs >= 0 && sinceMs < SILENT_MS) return undefined
    const arriving = sendBatch(table, table.takeKey(key))
    // An answer that is late is still of use.
    lifetime.waitUntil(arriving)
    return inTime(table, arriving)
  }

  async function inTime({ name, config: { timeoutMs } }: CountedTable, arriving: Promise<boolean>): Promise<void> {
    if ((await Promise.race([arriving, wait(timeoutMs)])) !== true) silentMs.set(name, now())
  }

  function isAllSent(): boolean {
    return [...tables.values()].every((table) => table.urgency() === 'none')
  }

  function dueMs(): number | undefined {
    const urgencies = new Set([...tables.values()].map((table) => table.urgency()))
    const most = (['now', 'soon', 'later'] as const).find((urgency) => urgencies.has(urgency))
    if (most === undefined) return undefined
    const pause = failures === 0 ? 0 : Math.min(PATIENCE.soon, PAUSE * 2 ** (failures - 1))
    return Math.max(now(), sentMs + intervalMs * PATIENCE[most], failedMs + intervalMs * pause)
  }

  return {
    table: (name) => tables.get(name),
    async flush() {
      for (let i = 0; i < MOST_MERGES; i++) {
        while (inProgress) await look()
        if (!(await send()) || isAllSent()) return
      }
    },
  }

  function later(lifetime: Lifetime): void {
    const nowMs = now()
    const due = dueMs()
    if (due === undefined) return
    // A timer that is due no later does; one whose request has been cancelled is given up.
    if (waiting && waiting.dueMs <= due && nowMs < waiting.dueMs + intervalMs) return
    const mine = { dueMs: due }
    waiting = mine
    lifetime.waitUntil(sendAt(mine))
  }

  async function sendAt(first: { readonly dueMs: number }): Promise<void> {
    const untilMs = now() + MOST_WAIT_MS
    let mine = first
    for (;;) {
      const waitMs = Math.min(untilMs, mine.dueMs) - now()
      if (waitMs > 0) await wait(waitMs)
      while (inProgress) {
        if (waiting !== mine) return
        await look()
      }
      if (waiting !== mine) return
      waiting = undefined
      await send()
      // What was counted meanwhile, or did not arrive, may have no other request that waits for it.
      const due = dueMs()
      if (due === undefined || due > untilMs || waiting) return
      waiting = mine = { dueMs: due }
    }
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
