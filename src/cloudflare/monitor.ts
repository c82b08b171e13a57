// The Monitor: one Durable Object that knows every server's state. Its alarm runs the checks; SQLite keeps what it knows
// through restarts; a numbered snapshot goes to whoever asks, and to KV where one is bound.
// The judgement is health/ledger.ts, what is told of it chronicle.ts; this file is its storage, its clock and its sockets.

import { DurableObject } from 'cloudflare:workers'

import type { Config } from '../config/config.ts'
import type { BackendView } from '../health/backend-record.ts'
import { describeResult } from '../health/check.ts'
import { createCheckSchedule } from '../health/check-schedule.ts'
import type { Allowance, CheckSchedule } from '../health/check-schedule.ts'
import { createLedger } from '../health/ledger.ts'
import type { Entry, Ledger } from '../health/ledger.ts'
import type { ServerView } from '../health/server-record.ts'
import type { Snapshot } from '../health/snapshot.ts'
import { changeProblem } from '../health/state-change.ts'
import type { StateChange } from '../health/state-change.ts'
import type { StateEvent } from '../health/state-event.ts'
import { LimpetError } from '../errors.ts'
import { createAlarmClock } from './alarm-clock.ts'
import type { AlarmClock } from './alarm-clock.ts'
import { askServer } from './ask-server.ts'
import { createChronicle } from './chronicle.ts'
import type { Chronicle } from './chronicle.ts'
import { isolates } from './env.ts'
import type { Env } from './env.ts'
import { platformOf } from './platform.ts'
import type { Probers } from './probe.ts'
import { createPublication } from './publication.ts'
import type { Publication } from './publication.ts'
import { createServerRows } from './server-rows.ts'
import type { ServerRows } from './server-rows.ts'

/** An alarm that is so late was lost with its machine. */
const LOST_MS = 60_000
/** How long a command waits for isolates to hear of it. */
const HAND_ON_MS = 1_000
/** A check that should have begun so long ago was forgotten. */
const OVERDUE_MS = 1_000
/** What others may call. */
export interface MonitorRpc extends Rpc.DurableObjectBranded {
  snapshot(): Promise<Snapshot>
  /** Makes sure that checks run; called by the cron trigger. */
  arm(): Promise<void>
  servers(): Promise<readonly ServerView[]>
  backends(): Promise<readonly BackendView[]>
  /** An isolate has seen a server's limit of errors (`observe`). */
  observed(key: string): Promise<void>
  /** Undefined: no such server. */
  change(key: string, change: StateChange, who: string): Promise<{ view: ServerView; snapshot: Snapshot } | undefined>
  /** The latest changes, newest first. */
  events(most: number): Promise<readonly StateEvent[]>
}

export type MonitorClass = new (ctx: DurableObjectState, env: Env) => DurableObject<Env> & MonitorRpc

/** The class for one configuration. A broken configuration gives a Monitor that says so to whoever asks. */
export function createMonitorClass(configOf: (env: Env) => Config): MonitorClass {
  return class Monitor extends DurableObject<Env> implements MonitorRpc {
    readonly #rows: ServerRows
    readonly #ledger: Ledger
    readonly #probers: Probers
    readonly #schedule: CheckSchedule
    readonly #chronicle: Chronicle
    readonly #publication: Publication
    readonly #alarmClock: AlarmClock
    #epoch: number
    #n: number

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env)
      const { sql } = ctx.storage
      this.#rows = createServerRows(sql, Date.now())
      sql.exec('CREATE TABLE IF NOT EXISTS sequence (id INTEGER PRIMARY KEY CHECK (id = 0), epoch INTEGER, n INTEGER)')
      sql.exec('INSERT OR IGNORE INTO sequence (id, epoch, n) VALUES (0, ?, 0)', Date.now())
      const sequence = sql.exec<{ epoch: number; n: number }>('SELECT epoch, n FROM sequence').one()
      this.#epoch = sequence.epoch
      // A deploy may have changed the configuration, and with it the states.
      this.#n = sequence.n + 1
      sql.exec('UPDATE sequence SET n = ?', this.#n)
      const nowMs = Date.now()
      const config = configOf(env)
      this.#ledger = createLedger(config, this.#rows.records, nowMs)
      this.#rows.keepOnly(this.#ledger)
      this.#probers = platformOf(env).createProbers(config)
      this.#chronicle = createChronicle(sql, env, config, this.#ledger)
      this.#publication = createPublication(sql, env.SNAPSHOT, sequence.n, () => this.#snapshot())
      this.#alarmClock = createAlarmClock(ctx.storage, () => Date.now())
      this.#schedule = createCheckSchedule(config, this.#ledger, { now: () => Date.now(), random: Math.random })
    }

    async snapshot(): Promise<Snapshot> {
      await this.arm()
      return this.#snapshot()
    }

    async arm(): Promise<void> {
      if (this.#schedule.isUnhurried) this.#startDue(this.#newAllowance())
      this.#chronicle.summarise()
      this.#sendDue()
      const nextMs = this.#nextDueMs()
      if (nextMs === undefined) return
      const alarmMs = await this.ctx.storage.getAlarm()
      const nowMs = Date.now()
      // One that is later than what is due was lost, too.
      const isLost = alarmMs === null || alarmMs < nowMs - LOST_MS || (nextMs < nowMs - OVERDUE_MS && alarmMs > nowMs)
      if (!isLost) return
      this.#alarmClock.clear()
      await this.#setAlarm()
    }

    async servers(): Promise<readonly ServerView[]> {
      return [...this.#ledger.entries.values()].map((entry) => this.#ledger.view(entry))
    }

    async backends(): Promise<readonly BackendView[]> {
      return this.#chronicle.backends()
    }

    async observed(named: string): Promise<void> {
      const key = this.#ledger.currentKey(named)
      const entry = this.#ledger.entries.get(key)
      if (!entry?.server.observe || !this.#ledger.isChecked(entry)) return
      const transition = this.#ledger.recordObserved(key, Date.now())
      this.#rows.save(entry)
      if (transition) {
        this.#chronicle.note(transition, `observed errors, on-error ${entry.server.observe.onError}`, null)
        await this.#publish()
      }
      // Whatever was seen, a check decides what comes next, and at once.
      this.#schedule.hurry(key)
      await this.#setAlarm()
    }

    async change(named: string, wanted: StateChange, who: string) {
      const problem = changeProblem(wanted)
      if (problem !== undefined) throw new LimpetError('ADMIN_BAD_INPUT', problem)
      const { state, weight, drainForMs, health } = wanted
      const key = this.#ledger.currentKey(named)
      const entry = this.#ledger.entries.get(key)
      if (!entry) return undefined
      const nowMs = Date.now()
      const { weight: weightBefore } = this.#ledger.stateOf(entry)
      const transitions = [
        state === undefined ? undefined : this.#ledger.setState(key, state, nowMs, drainForMs),
        health === undefined ? undefined : this.#ledger.setHealth(key, health, nowMs),
      ].filter((each) => each !== undefined)
      const reweighted = weight === undefined ? false : this.#ledger.setWeight(key, weight)
      this.#rows.save(entry)
      if (transitions.length > 0) this.#schedule.restart(key, entry)
      for (const transition of transitions) this.#chronicle.note(transition, 'set by the operator', who)
      if (reweighted) {
        this.#chronicle.note(
          { key, from: `weight ${weightBefore}`, to: `weight ${weight}` },
          'set by the operator',
          who,
        )
      }
      if (transitions.length > 0 || reweighted) await this.#publish()
      await this.#setAlarm()
      return { view: this.#ledger.view(entry), snapshot: this.#snapshot() }
    }

    async events(most: number): Promise<readonly StateEvent[]> {
      return this.#chronicle.events(most)
    }

    /** Starts what is due, sets the next alarm and returns: a check that hangs delays nobody. */
    override async alarm(): Promise<void> {
      this.#alarmClock.clear()
      try {
        await this.#endDrains()
        this.#startDue(this.#newAllowance())
        this.#sendDue()
        // Whoever is slow to take a message delays no check.
        if ((this.#chronicle.nextDueMs() ?? Infinity) <= Date.now()) {
          this.ctx.waitUntil(this.#chronicle.deliver().then(() => this.#setAlarm()))
        }
      } finally {
        await this.#setAlarm()
      }
    }

    async #endDrains(): Promise<void> {
      for (const { key, transition } of this.#ledger.endDrains(Date.now())) {
        this.#rows.save(this.#ledger.entries.get(key)!)
        this.#schedule.drop(key)
        this.#chronicle.note(transition, 'its drain has lasted long enough', null)
        await this.#publish()
      }
    }

    #newAllowance(): Allowance {
      return { left: platformOf(this.env).checkRequests }
    }

    /** `allowance`: of the invocation on whose behalf. */
    #startDue(allowance: Allowance): void {
      for (const key of this.#schedule.start(allowance)) {
        this.ctx.waitUntil(this.#check(key, this.#ledger.entries.get(key)!, allowance))
      }
    }

    async #check(key: string, entry: Entry, allowance: Allowance): Promise<void> {
      const before = entry.record
      try {
        const state = entry.server.check!.sendState ? this.#ledger.stateText(key) : undefined
        const result = await askServer(this.#probers, key, entry, state)
        const transition = this.#ledger.recordCheck(key, result, Date.now())
        // A steady server is not written each time: the row would cost more than it tells.
        const { health, fetchTrial } = entry.record
        const isSteady =
          before.health === health && before.lastCheck?.code === result.code && before.fetchTrial === fetchTrial
        // Between two minutes the object may be evicted, and must know when the next check is due.
        if (!isSteady || this.#schedule.isUnhurried) this.#rows.save(entry)
        if (transition) {
          this.#chronicle.note(transition, describeResult(result), null, result)
          await this.#publish()
        }
      } catch (error) {
        console.error(JSON.stringify({ event: 'check-failed', server: key, error: String(error) }))
      } finally {
        this.#schedule.end(key, entry)
        this.#startDue(allowance)
        await this.#setAlarm()
      }
    }

    async #publish(): Promise<void> {
      this.#chronicle.judgeBackends()
      this.#n += 1
      this.ctx.storage.sql.exec('UPDATE sequence SET n = ?', this.#n)
      const snapshot = this.#snapshot()
      this.#publication.mark()
      this.#sendDue()
      const told = Promise.allSettled(isolates(this.env).map((isolate) => isolate.accept(snapshot)))
      await Promise.race([told, new Promise((resolve) => setTimeout(resolve, HAND_ON_MS))])
    }

    /** KV is not waited for. */
    #sendDue(): void {
      const sent = this.#publication.send()
      if (sent) this.ctx.waitUntil(sent.then(() => this.#setAlarm()))
    }

    #snapshot(): Snapshot {
      const states = [...this.#ledger.entries.values()].flatMap((entry) => {
        const state = this.#ledger.stateOf(entry)
        return entry.keys.map((key) => [key, state] as const)
      })
      const servers = Object.fromEntries(states)
      return { epoch: this.#epoch, n: this.#n, servers, monitor: this.ctx.id.toString(), atMs: Date.now() }
    }

    #nextDueMs(): number | undefined {
      const waiting = [
        this.#schedule.nextDueMs(),
        this.#ledger.nextDrainEndMs(),
        this.#chronicle.nextDueMs(),
        this.#publication.nextDueMs(),
      ].filter((dueMs) => dueMs !== undefined)
      return waiting.length > 0 ? Math.min(...waiting) : undefined
    }

    #setAlarm(): Promise<void> {
      return this.#alarmClock.wakeBy(this.#nextDueMs())
    }
  }
}
