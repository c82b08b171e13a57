// Counters of all isolates of one location: a Durable Object that adds up what they report and keeps it through restarts.
// Another object, `root`, knows which locations there are. stats/totals.ts does the adding up.

import { DurableObject } from 'cloudflare:workers'

import type { Batch } from '../../stats/report.ts'
import { createTotals } from '../../stats/totals.ts'
import type { Total, Totals } from '../../stats/totals.ts'
import type { Env } from '../env.ts'
import { STATS_ROOT, statsStub } from '../object-stubs.ts'
import type { StatsRpc, StatsView } from '../rpc.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'

export type StatsClass = new (ctx: DurableObjectState, env: Env) => DurableObject<Env> & StatsRpc

/** A viewer may look again within half of this: a scraper that comes once a minute always gets fresh counters. */
const WATCHED_FOR_MS = 180_000

export function createStatsClass(): StatsClass {
  return class Stats extends DurableObject<Env> implements StatsRpc {
    readonly #totals: Totals
    #sinceMs: number
    #hasJoined = false
    #watchedUntilMs: number

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env)
      const { sql } = ctx.storage
      migrate(ctx.storage, MIGRATIONS.Stats)
      sql.exec('INSERT OR IGNORE INTO since (id, ms) VALUES (0, ?)', Date.now())
      this.#sinceMs = sql.exec<{ ms: number }>('SELECT ms FROM since').one().ms
      // Between two reports the object may sleep.
      this.#watchedUntilMs = sql.exec<{ ms: number }>('SELECT until_ms AS ms FROM watched').toArray()[0]?.ms ?? 0
      const totals = sql.exec<{ key: string; total: string }>('SELECT key, total FROM totals').toArray()
      const isolates = sql
        .exec<{ name: string; number: number; at_ms: number }>('SELECT name, number, at_ms FROM isolates')
        .toArray()
      this.#totals = createTotals(
        new Map(totals.map(({ key, total }) => [key, JSON.parse(total) as Total])),
        new Map(isolates.map(({ name, number, at_ms: atMs }) => [name, { number, atMs }])),
      )
    }

    async add(batch: Batch): Promise<boolean> {
      if (!this.#hasJoined) await statsStub(this.env, STATS_ROOT).join(this.ctx.id.name ?? '')
      this.#hasJoined = true
      const nowMs = Date.now()
      const changed = this.#totals.add(batch, nowMs)
      const { sql } = this.ctx.storage
      for (const key of changed) this.#save(key)
      sql.exec(
        'INSERT OR REPLACE INTO isolates (name, number, at_ms) VALUES (?, ?, ?)',
        batch.isolate,
        batch.number,
        nowMs,
      )
      if (batch.number === 1) sql.exec('DELETE FROM isolates WHERE at_ms < ?', nowMs - 3_600_000)
      return nowMs < this.#watchedUntilMs
    }

    async view(): Promise<StatsView> {
      const nowMs = Date.now()
      if (this.#watchedUntilMs < nowMs + WATCHED_FOR_MS / 2) this.#watch(nowMs + WATCHED_FOR_MS)
      return {
        sinceMs: this.#sinceMs,
        isolates: this.#totals.isolateViews(nowMs),
        totals: this.#totals.view(nowMs),
      }
    }

    async clear(all: boolean): Promise<void> {
      this.#totals.clear(all)
      for (const key of this.#totals.totals.keys()) this.#save(key)
      if (!all) return
      this.#sinceMs = Date.now()
      this.ctx.storage.sql.exec('UPDATE since SET ms = ?', this.#sinceMs)
    }

    async join(location: string): Promise<void> {
      this.ctx.storage.sql.exec('INSERT OR IGNORE INTO locations (name) VALUES (?)', location)
    }

    async locations(): Promise<readonly string[]> {
      return this.ctx.storage.sql
        .exec<{ name: string }>('SELECT name FROM locations')
        .toArray()
        .map(({ name }) => name)
    }

    /** It costs a row, so it is not written at each look. */
    #watch(untilMs: number): void {
      this.#watchedUntilMs = untilMs
      this.ctx.storage.sql.exec('INSERT OR REPLACE INTO watched (id, until_ms) VALUES (0, ?)', untilMs)
    }

    #save(key: string): void {
      const total = JSON.stringify(this.#totals.totals.get(key))
      this.ctx.storage.sql.exec('INSERT OR REPLACE INTO totals (key, total) VALUES (?, ?)', key, total)
    }
  }
}
