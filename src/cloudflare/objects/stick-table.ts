// One shard of a stick table: a Durable Object whose SQLite keeps the entries through restarts and deploys, and whose
// alarm deletes those that have ended, and saves what is counted. persistence/table.ts defines what an entry is and when it ends.

import { DurableObject } from 'cloudflare:workers'

import type { Config } from '../../config/config.ts'
import { firstNameOf } from '../../config/names.ts'
import type { StickTableConfig } from '../../config/options/stick.ts'
import { sweepAfterMs, SWEPT_ROWS } from '../../persistence/sweep.ts'
import { untilOf } from '../../persistence/table.ts'
import type { Claimed, Entry, Kind, Row, Table, Target } from '../../persistence/table.ts'
import type { Env } from '../env.ts'
import type { Parts } from '../parts.ts'
import type { CountsAnswer, CountsCall, Listed, StickTableRpc } from '../rpc.ts'
import { inJurisdiction } from '../jurisdiction.ts'
import { createAlarmClock } from './alarm-clock.ts'
import type { AlarmClock } from './alarm-clock.ts'
import type { CountedObject } from './counted-object.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'
import { openShardRecord } from './shard-record.ts'
import type { ShardRecord } from './shard-record.ts'
import { shardName, tableOfShard } from '../shard-name.ts'

export type StickTableClass = new (ctx: DurableObjectState, env: Env) => DurableObject<Env> & StickTableRpc

export function createStickTableClass(
  configOf: (env: Env) => Config,
  { counters, stickTables }: Pick<Parts, 'counters' | 'stickTables'>,
): StickTableClass {
  return class StickTable extends DurableObject<Env> implements StickTableRpc {
    /** By which it has opened. */
    #followed: Config | undefined
    /** Undefined: the configuration has no such table any more. */
    #config: StickTableConfig | undefined
    #opened: Table | undefined
    #counts: CountedObject | undefined
    readonly #record: ShardRecord
    /** The shard that had this one's keys when the number of shards was different; undefined: there is none to ask. */
    #previousOf: ((key: string) => DurableObjectStub<StickTableRpc>) | undefined
    #bornMs = 0
    readonly #alarm: AlarmClock
    /** Unix milliseconds: when ended entries are deleted next; undefined: there may be none. */
    #sweepMs: number | undefined

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env)
      migrate(ctx.storage, MIGRATIONS.StickTable)
      this.#alarm = createAlarmClock(ctx.storage, () => Date.now())
      this.#record = openShardRecord(ctx.storage.sql, ctx.id.name)
      this.#follow()
    }

    /** Opens by today's configuration, which `limpet serve` may replace while it runs. */
    #follow(): void {
      const { env } = this
      const today = configOf(env)
      if (this.#followed === today) return
      this.#followed = today
      const name = this.#record.name === undefined ? undefined : tableOfShard(this.#record.name)
      const backend = today.backends.find((each) => firstNameOf(each) === name)
      const config = backend?.stickTable ?? counters?.tableOf(today, name)
      // Fronts of the configuration before may still ask for a table that is gone.
      if (!config || name === undefined) return
      // Another configuration with the same table goes on with what is counted in memory.
      if (JSON.stringify(config) !== JSON.stringify(this.#config)) {
        this.#counts?.save()
        this.#counts = counters?.openCounts(this.ctx.storage, config, today)
      } else this.#counts?.follow(today)
      this.#config = config
      this.#previousOf = undefined
      this.#record.claim()
      const { table, bornMs } = stickTables.openShard(this.ctx.storage.sql, config)
      this.#bornMs = bornMs
      this.#opened = table
      const { previousShards } = config
      if (previousShards !== null && env.STICK_TABLE) {
        const namespace = inJurisdiction(env.STICK_TABLE, config.jurisdiction)
        this.#previousOf = (key) => namespace.getByName(shardName(name, previousShards, key))
      }
    }

    get #table(): Table {
      this.#follow()
      if (this.#opened) return this.#opened
      const { name } = this.#record
      if (name !== undefined) throw new Error(`the configuration has no stick table for ${name}`)
      // The next call by name restarts the object, and then the runtime tells it its name.
      const problem = 'this shard of a stick table was started without its name'
      this.ctx.abort(problem)
      throw new Error(problem)
    }

    async match(key: string): Promise<Row | undefined> {
      const entry = this.#table.match(key, Date.now()) ?? (await this.#inherit(key))
      this.#sweepLater()
      return entry
    }

    async claim(key: string, target: Target, gone: readonly string[], source?: string): Promise<Claimed> {
      this.#follow()
      await this.#inherit(key)
      // Nothing is awaited from here on, so that of several claims of a key one is first.
      const claimed = this.#table.claim(key, target, gone, Date.now(), source)
      this.#sweepLater()
      return claimed
    }

    async store(key: string, target: Target, kind: Kind, source?: string): Promise<Entry | undefined> {
      const entry = this.#table.store(key, target, kind, Date.now(), source)
      this.#sweepLater()
      return entry
    }

    async list(most: number): Promise<Listed> {
      return {
        count: this.#table.count(),
        servers: Object.fromEntries([...this.#table.countByServer()].filter(([, count]) => count > 0)),
        entries: this.#table.list(Date.now(), most).map(([key, entry]) => ({ ...entry, key })),
      }
    }

    async remove(key: string): Promise<boolean> {
      return this.#table.remove(key)
    }

    /** Undefined: this version of the configuration counts nothing here. */
    async counts(...call: CountsCall): Promise<CountsAnswer> {
      this.#follow()
      const answer = this.#counts?.call(...call)
      // A timer would keep the object awake until it ends, and that is billed.
      if (this.#counts?.saveByMs !== undefined) this.ctx.waitUntil(this.#wake())
      return answer
    }

    override async alarm(): Promise<void> {
      this.#alarm.clear()
      this.#follow()
      if (!this.#opened) return this.#deleteUnclaimed()
      const nowMs = Date.now()
      const isForCounts = this.#counts?.saveByMs !== undefined
      this.#counts?.save()
      if (!isForCounts || (this.#sweepMs ?? Infinity) <= nowMs) this.#sweep(nowMs)
      await this.#wake()
    }

    #sweep(nowMs: number): void {
      const isPart = this.#table.expire(nowMs, SWEPT_ROWS) === SWEPT_ROWS
      const afterMs = this.#table.count() === 0 ? undefined : this.#sweepAfterMs()
      this.#sweepMs = isPart ? nowMs : afterMs === undefined ? undefined : nowMs + afterMs
    }

    /** Deletes the entries of a table that was removed, unless it comes back in time. Without a name it is unknown whether it was. */
    async #deleteUnclaimed(): Promise<void> {
      if (this.#record.name === undefined) return
      const fromMs = this.#record.disclaim(Date.now())
      if (Date.now() >= fromMs) await this.ctx.storage.deleteAll()
      else await this.ctx.storage.setAlarm(fromMs)
    }

    /** Entries of the time before the number of shards changed are taken over when they are asked for, for one `expire`. */
    async #inherit(key: string): Promise<Row | undefined> {
      if (!this.#previousOf) return undefined
      const known = this.#table.match(key, Date.now())
      if (known || Date.now() > untilOf(this.#bornMs, this.#config!, this.#bornMs)) return known
      const previous = await this.#previousOf(key).match(key)
      if (previous && !this.#table.match(key, Date.now())) {
        this.#table.store(key, previous, previous.kind, Date.now())
      }
      return this.#table.match(key, Date.now())
    }

    /** Undefined: entries do not end. */
    #sweepAfterMs(): number | undefined {
      return this.#config ? sweepAfterMs(this.#config) : undefined
    }

    #sweepLater(): void {
      const afterMs = this.#sweepAfterMs()
      if (this.#sweepMs !== undefined || afterMs === undefined) return
      this.#sweepMs = Date.now() + afterMs
      this.ctx.waitUntil(this.#wake())
    }

    /** An alarm that is set already will do if it comes soon enough: after a restart, or for a table that had been removed. */
    async #wake(): Promise<void> {
      const wanted = [this.#sweepMs, this.#counts?.saveByMs].filter((ms) => ms !== undefined)
      await this.#alarm.wakeBy(wanted.length === 0 ? undefined : Math.min(...wanted))
    }
  }
}
