// The Monitor: one Durable Object that knows every server's state. Its alarm runs the checks; SQLite keeps what it knows
// through restarts; a numbered snapshot goes to isolates that ask, and to KV if a namespace is bound.
// health/server-registry.ts judges, change-log.ts reports, check-runner.ts runs the checks; this file has storage, clock and the calls of
// others. There may be several such objects; seat.ts says which one is in command, and the others pass every call on.

import { DurableObject } from 'cloudflare:workers'

import type { MonitorPlace } from '../../admin/operations.ts'
import type { Config } from '../../config/config.ts'
import type { Place } from '../../config/place.ts'
import type { BackendView } from '../../health/backend-record.ts'
import { createCheckSchedule } from '../../health/check-schedule.ts'
import type { CheckSchedule } from '../../health/check-schedule.ts'
import { createServerRegistry } from '../../health/server-registry.ts'
import type { ServerRegistry } from '../../health/server-registry.ts'
import type { ReleaseChange } from '../../health/release-change.ts'
import type { ReleaseView } from '../../health/release-registry.ts'
import type { SentServerView } from '../../health/server-view.ts'
import type { Snapshot } from '../../health/snapshot.ts'
import { changeProblem } from '../../health/state-change.ts'
import type { StateChange } from '../../health/state-change.ts'
import type { StateEvent } from '../../health/state-event.ts'
import { LimpetError } from '../../errors.ts'
import { createAlarmClock } from './alarm-clock.ts'
import type { AlarmClock } from './alarm-clock.ts'
import type { Agents } from './no-agents.ts'
import { createCheckRunner } from './check-runner.ts'
import type { CheckRunner } from './check-runner.ts'
import { createChangeLog } from './change-log.ts'
import type { ChangeLog } from './change-log.ts'
import { openPlain } from '../adapters/probe.ts'
import { isolates } from '../env.ts'
import type { Env } from '../env.ts'
import { platformOf } from '../platform.ts'
import type { ListChange } from '../../rules/lists/list-set.ts'
import type { Platform } from '../platform.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'
import { moveSeat, passOn } from './monitor-move.ts'
import type { MoveRpc, Passed, PassedOn } from './monitor-move.ts'
import type { Parts } from '../parts.ts'
import type { MonitorRpc, Moved } from '../rpc.ts'
import type { ListStore } from '../list-parts.ts'
import type { ReleaseStore } from '../release-parts.ts'
import { leaveUnknown } from './no-releases.ts'
import { createPublication } from './publication.ts'
import type { Publication } from './publication.ts'
import { createSeat } from './seat.ts'
import type { Offer, Seat } from './seat.ts'
import { createServerRows } from './server-rows.ts'
import type { ServerRows } from './server-rows.ts'

/** An alarm this late was lost with its machine. */
const LOST_MS = 60_000
/** How long a command waits for isolates to accept it. */
const HAND_ON_MS = 1_000
/** A check this overdue was forgotten. */
const OVERDUE_MS = 1_000

export type MonitorClass = new (ctx: DurableObjectState, env: Env) => DurableObject<Env> & MonitorRpc

/**
 * The class for one configuration. With a broken configuration, every call to the Monitor says so. `ownProbers`: in place of the
 * platform's.
 */
export function createMonitorClass(
  configOf: (env: Env) => Config,
  {
    agents,
    alerts,
    lists,
    patterns,
    releaseStates,
  }: Pick<Parts, 'agents' | 'alerts' | 'lists' | 'patterns' | 'releaseStates'>,
  ownProbers?: Platform['createProbers'],
): MonitorClass {
  return class Monitor extends DurableObject<Env> implements MonitorRpc, MoveRpc {
    #rows!: ServerRows
    #registry!: ServerRegistry
    #schedule!: CheckSchedule
    #checks!: CheckRunner
    #agents!: Agents
    #changeLog!: ChangeLog
    #lists: ListStore | undefined
    #releases: ReleaseStore | undefined
    #publication!: Publication
    #alarmClock!: AlarmClock
    /** By which it has opened. */
    #config!: Config
    #epoch!: number
    #n!: number
    readonly #seat: Seat
    #isMoving = false
    /** Resolves when isolates have the latest change, or have had the time for it. */
    #handedOn: Promise<unknown> = Promise.resolve()
    /** A write of the snapshot into KV that is in progress. */
    #writing: Promise<void> | undefined

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env)
      migrate(ctx.storage, MIGRATIONS.Monitor)
      this.#seat = createSeat(ctx, configOf(env).monitorNear)
      if (this.#seat.isHere) this.#open()
    }

    /** Whether it is in command: then by today's configuration, which `limpet serve` may replace while it runs. */
    get #isHere(): boolean {
      if (!this.#seat.isHere) return false
      if (this.#config === configOf(this.env)) return true
      // Of a steady server not every check is written.
      for (const entry of this.#registry.entries.values()) this.#rows.save(entry)
      this.#open()
      this.ctx.waitUntil(this.#setAlarm())
      return true
    }

    /** Reads the storage: at the start, and when this object takes command or gets another configuration. */
    #open(): void {
      const { env } = this
      const { sql } = this.ctx.storage
      const sequence = sql.exec<{ epoch: number; n: number }>('SELECT epoch, n FROM sequence').one()
      this.#epoch = sequence.epoch
      // A deploy may have changed the configuration, and with it the states.
      this.#n = sequence.n + 1
      sql.exec('UPDATE sequence SET n = ?', this.#n)
      const nowMs = Date.now()
      const config = (this.#config = configOf(env))
      this.#rows = createServerRows(sql, config, nowMs)
      this.#registry = createServerRegistry(config, this.#rows.records, nowMs)
      this.#rows.saveAsides(this.#registry)
      this.#changeLog = createChangeLog(sql, env, config, this.#registry, alerts(sql, env, config))
      this.#lists = lists?.openStore(sql, config, nowMs)
      this.#releases = releaseStates?.openStore(sql, config, this.#registry, nowMs)
      if (!this.#releases) leaveUnknown(sql, nowMs)
      this.#publication = createPublication(sql, env.SNAPSHOT, sequence.n, () => this.#snapshot())
      this.#alarmClock = createAlarmClock(this.ctx.storage, () => Date.now())
      this.#schedule = createCheckSchedule(config, this.#registry, { now: () => Date.now(), random: Math.random })
      const { createProbers, checkRequests } = platformOf(env)
      const isHere = () => this.#seat.isHere && this.#config === config
      this.#checks = createCheckRunner({
        schedule: this.#schedule,
        registry: this.#registry,
        rows: this.#rows,
        changeLog: this.#changeLog,
        probers: (ownProbers ?? createProbers)(env, config, patterns),
        checkRequests,
        isHere,
        publish: () => this.#publish(),
        setAlarm: () => this.#setAlarm(),
        waitUntil: (work) => this.ctx.waitUntil(work),
      })
      this.#agents = agents({
        registry: this.#registry,
        rows: this.#rows,
        changeLog: this.#changeLog,
        connect: openPlain,
        isHere,
        restartChecks: (key, entry) => this.#schedule.restart(key, entry),
        publish: () => this.#publish(),
        setAlarm: () => this.#setAlarm(),
        waitUntil: (work) => this.ctx.waitUntil(work),
      })
    }

    async snapshot(): Promise<Snapshot> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'snapshot')
      await this.#ensureChecks(false)
      return this.#snapshot()
    }

    async arm(): Promise<void> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'arm')
      await this.#ensureChecks(true)
    }

    async #ensureChecks(isByCron: boolean): Promise<void> {
      if (this.#schedule.isUnhurried) this.#checks.startDue(isByCron)
      this.#changeLog.summarise()
      this.#sendDue()
      const nextMs = this.#nextDueMs()
      if (nextMs === undefined) return
      const alarmMs = await this.ctx.storage.getAlarm()
      const nowMs = Date.now()
      // An alarm later than what is due was lost, too.
      const isLost = alarmMs === null || alarmMs < nowMs - LOST_MS || (nextMs < nowMs - OVERDUE_MS && alarmMs > nowMs)
      if (!isLost) return
      this.#alarmClock.clear()
      await this.#setAlarm()
    }

    async servers(): Promise<readonly SentServerView[]> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'servers')
      const views = [...this.#registry.entries.values()].map((entry) => this.#registry.view(entry))
      // Whoever reads a state here finds that clients are sent by it.
      await this.#handedOn
      return views
    }

    async backends(): Promise<readonly BackendView[]> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'backends')
      return this.#changeLog.backends()
    }

    async observed(named: string): Promise<void> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'observed', named)
      const key = this.#registry.currentKey(named)
      const entry = this.#registry.entries.get(key)
      if (!entry?.server.observe || !this.#registry.isChecked(entry)) return
      const transition = this.#registry.recordObserved(key, Date.now())
      this.#rows.save(entry)
      if (transition) {
        this.#changeLog.record(transition, `observed errors, on-error ${entry.server.observe.onError}`, null)
        await this.#publish()
      }
      // Whatever was observed, a check decides next, and at once.
      this.#schedule.hurry(key)
      await this.#setAlarm()
    }

    async change(named: string, wanted: StateChange, who: string) {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'change', named, wanted, who)
      const problem = changeProblem(wanted)
      if (problem !== undefined) throw new LimpetError('ADMIN_BAD_INPUT', problem)
      const { state, weight, drainForMs, health, agent } = wanted
      const key = this.#registry.currentKey(named)
      const entry = this.#registry.entries.get(key)
      if (!entry) return undefined
      const nowMs = Date.now()
      const { weight: weightBefore } = this.#registry.stateOf(entry)
      const transitions = [
        state === undefined ? undefined : this.#registry.setState(key, state, nowMs, drainForMs),
        health === undefined ? undefined : this.#registry.setHealth(key, health, nowMs),
        agent === undefined ? undefined : this.#registry.setAgent(key, agent, nowMs),
      ].filter((each) => each !== undefined)
      const reweighted = weight === undefined ? false : this.#registry.setWeight(key, weight)
      this.#rows.save(entry)
      if (transitions.length > 0) this.#schedule.restart(key, entry)
      for (const transition of transitions) this.#changeLog.record(transition, 'set by the operator', who)
      if (reweighted) this.#changeLog.recordWeight(key, weightBefore, weight!, 'set by the operator', who)
      if (transitions.length > 0 || reweighted) await this.#publish()
      await this.#setAlarm()
      return { view: this.#registry.view(entry), snapshot: this.#snapshot() }
    }

    async changeLists(changes: readonly ListChange[], who: string | null) {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'changeLists', changes, who)
      const outcomes = this.#lists?.change(changes, who)
      if (outcomes?.includes('changed')) await this.#publish()
      await this.#setAlarm()
      return { outcomes, snapshot: this.#snapshot() }
    }

    async releases(): Promise<readonly ReleaseView[]> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'releases')
      const views = this.#releases?.views() ?? []
      await this.#handedOn
      return views
    }

    async changeRelease(backend: string, change: ReleaseChange, who: string) {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'changeRelease', backend, change, who)
      const changed = this.#releases?.change(backend, change, who)
      if (changed === undefined || 'problem' in changed) return changed
      for (const transition of changed) this.#changeLog.recordRelease(transition, 'set by the operator', who)
      if (changed.length > 0) await this.#publish()
      await this.#setAlarm()
      return { snapshot: this.#snapshot() }
    }

    async events(most: number): Promise<readonly StateEvent[]> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'events', most)
      return this.#changeLog.events(most)
    }

    async place(): Promise<MonitorPlace> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'place')
      const { name, near, born_ms: bornMs } = this.#seat.row
      return { name, near, bornMs, colo: await platformOf(this.env).ownColo() }
    }

    async move(to: Place | null, who: string): Promise<Moved> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'move', to, who)
      if (this.#isMoving) return { problem: 'another move is under way' }
      this.#isMoving = true
      const from = this.#seat.row.name
      try {
        const moved = await moveSeat(this.env, this.#seat, to, () => this.#writing)
        if ('problem' in moved) return moved
        console.log(JSON.stringify({ event: 'monitor-moved', from, to: moved.to, who }))
        await this.ctx.storage.deleteAlarm()
        // Should this call be lost, cron's next call, or any isolate's, wakes the other object.
        await passOn(this.env, this.#seat, 'arm').catch(() => undefined)
        return moved
      } finally {
        this.#isMoving = false
      }
    }

    async stage(offer: Offer): Promise<void> {
      this.#seat.stage(offer)
    }

    async relay(generation: number, method: Passed, args: readonly unknown[]): Promise<PassedOn> {
      if (this.#seat.take(generation)) this.#open()
      const call = this[method] as (...values: readonly unknown[]) => Promise<unknown>
      return { value: await call.apply(this, [...args]), by: this.#seat.current }
    }

    /** Starts what is due, sets the next alarm and returns: a check that hangs delays nothing. */
    override async alarm(): Promise<void> {
      if (!this.#isHere) return
      this.#alarmClock.clear()
      try {
        await this.#endDrains()
        await this.#endReleases()
        this.#checks.startDue(false)
        this.#agents.startDue()
        this.#sendDue()
        // A slow recipient delays no check.
        if ((this.#changeLog.nextDueMs() ?? Infinity) <= Date.now()) {
          this.ctx.waitUntil(this.#changeLog.deliver().then(() => this.#setAlarm()))
        }
      } finally {
        await this.#setAlarm()
      }
    }

    async #endDrains(): Promise<void> {
      for (const { key, transition } of this.#registry.endDrains(Date.now())) {
        this.#rows.save(this.#registry.entries.get(key)!)
        this.#schedule.drop(key)
        this.#changeLog.record(transition, 'its drain has lasted long enough', null)
        await this.#publish()
      }
    }

    async #endReleases(): Promise<void> {
      const ended = this.#releases?.endKept() ?? []
      for (const transition of ended) this.#changeLog.recordRelease(transition, 'it was kept long enough', null)
      if (ended.length > 0) await this.#publish()
    }

    async #publish(): Promise<void> {
      this.#changeLog.judgeBackends()
      this.#n += 1
      this.ctx.storage.sql.exec('UPDATE sequence SET n = ?', this.#n)
      const snapshot = this.#snapshot()
      this.#publication.mark()
      this.#sendDue()
      const told = Promise.allSettled(isolates(this.env).map((isolate) => isolate.accept(snapshot)))
      this.#handedOn = Promise.race([told, new Promise((resolve) => setTimeout(resolve, HAND_ON_MS))])
      await this.#handedOn
    }

    /** KV is not waited for. */
    #sendDue(): void {
      if (!this.#seat.isHere) return
      const sent = this.#publication.send()
      if (!sent) return
      // A write that counts as lost may still end while another is in progress.
      const writing: Promise<void> = sent.then(() => this.#wrote(writing))
      this.#writing = writing
      this.ctx.waitUntil(writing.then(() => this.#setAlarm()))
    }

    #wrote(writing: Promise<void>): void {
      if (this.#writing === writing) this.#writing = undefined
    }

    #snapshot(): Snapshot {
      const servers = this.#registry.states()
      const { name, home, root } = this.#seat.row
      const at = name === home ? {} : { at: name }
      return {
        epoch: this.#epoch,
        n: this.#n,
        servers,
        monitor: root,
        atMs: Date.now(),
        ...at,
        ...this.#lists?.inSnapshot(),
        ...this.#releases?.inSnapshot(),
      }
    }

    #nextDueMs(): number | undefined {
      const waiting = [
        this.#schedule.nextDueMs(),
        this.#agents.nextDueMs(),
        this.#registry.nextDrainEndMs(),
        this.#releases?.nextEndMs(),
        this.#changeLog.nextDueMs(),
        this.#publication.nextDueMs(),
      ].filter((dueMs) => dueMs !== undefined)
      return waiting.length > 0 ? Math.min(...waiting) : undefined
    }

    async #setAlarm(): Promise<void> {
      if (this.#seat.isHere) await this.#alarmClock.wakeBy(this.#nextDueMs())
    }
  }
}
