// The work of the Monitor that is in command, by one configuration: it opens the storage, runs checks and agents, applies changes, and
// has snapshots.ts publish them. monitor.ts takes calls and hands them to it, and opens another for another configuration.

import type { Config } from '../../config/config.ts'
import { createCheckSchedule } from '../../health/check-schedule.ts'
import type { CheckSchedule } from '../../health/check-schedule.ts'
import { createServerRegistry } from '../../health/server-registry.ts'
import type { ServerRegistry } from '../../health/server-registry.ts'
import type { SentServerView } from '../../health/server-view.ts'
import type { Snapshot } from '../../health/snapshot.ts'
import { changeProblem } from '../../health/state-change.ts'
import type { StateChange } from '../../health/state-change.ts'
import { LimpetError } from '../../errors.ts'
import { createAlarmClock } from './alarm-clock.ts'
import type { AlarmClock } from './alarm-clock.ts'
import type { Agents } from './no-agents.ts'
import { createCheckRunner } from './check-runner.ts'
import type { CheckRunner } from './check-runner.ts'
import { createChangeLog } from './change-log.ts'
import type { ChangeLog } from './change-log.ts'
import { openPlain } from '../adapters/probe.ts'
import type { Env } from '../env.ts'
import { platformOf } from '../platform.ts'
import type { ListChange } from '../../rules/lists/list-set.ts'
import type { VersionOrder } from '../../rules/lists/versions.ts'
import type { Platform } from '../platform.ts'
import type { Parts } from '../parts.ts'
import type { ReleaseStore } from '../release-parts.ts'
import { leaveUnknown } from './no-releases.ts'
import type { ReleaseChange } from '../../health/release-change.ts'
import type { ReleaseView } from '../../health/release-registry.ts'
import type { ListStore } from '../list-parts.ts'
import type { Seat } from './seat.ts'
import { createServerRows } from './server-rows.ts'
import type { ServerRows } from './server-rows.ts'
import { createSnapshots } from './snapshots.ts'
import type { OnItsWay, Snapshots } from './snapshots.ts'

/** An alarm this late was lost with its machine. */
const LOST_MS = 60_000
/** A check this overdue was forgotten. */
const OVERDUE_MS = 1_000

export interface MonitorWorkPorts {
  readonly ctx: DurableObjectState
  readonly env: Env
  readonly config: Config
  readonly parts: Pick<Parts, 'agents' | 'alerts' | 'lists' | 'patterns' | 'releaseStates'>
  /** In place of the platform's. */
  readonly ownProbers: Platform['createProbers'] | undefined
  readonly seat: Seat
  readonly onItsWay: OnItsWay
  /** What is done in the end may be for the work by a later configuration: that of today. */
  current(): MonitorWork
}

export class MonitorWork {
  readonly config: Config
  readonly changeLog: ChangeLog
  readonly #ports: MonitorWorkPorts
  readonly #rows: ServerRows
  readonly #registry: ServerRegistry
  readonly #schedule: CheckSchedule
  readonly #checks: CheckRunner
  readonly #agents: Agents
  readonly #lists: ListStore | undefined
  readonly #releases: ReleaseStore | undefined
  readonly #snapshots: Snapshots
  readonly #alarmClock: AlarmClock

  /** Reads the storage. */
  constructor(ports: MonitorWorkPorts) {
    const { ctx, env, config, parts, ownProbers, seat, onItsWay } = ports
    this.#ports = ports
    const { sql } = ctx.storage
    const nowMs = Date.now()
    this.config = config
    this.#rows = createServerRows(sql, config, nowMs)
    this.#registry = createServerRegistry(config, this.#rows.records, nowMs)
    this.#rows.saveAsides(this.#registry)
    this.changeLog = createChangeLog(sql, env, config, this.#registry, parts.alerts(sql, env, config))
    this.#lists = parts.lists?.openStore(sql, config, nowMs)
    this.#releases = parts.releaseStates?.openStore(sql, config, this.#registry, nowMs)
    if (!this.#releases) leaveUnknown(sql, nowMs)
    this.#snapshots = createSnapshots({
      ctx,
      env,
      seat,
      onItsWay,
      registry: this.#registry,
      lists: this.#lists,
      releases: this.#releases,
      setAlarm: () => this.setAlarm(),
    })
    this.#alarmClock = createAlarmClock(ctx.storage, () => Date.now())
    this.#schedule = createCheckSchedule(config, this.#registry, { now: () => Date.now(), random: Math.random })
    const { createProbers, checkRequests } = platformOf(env)
    const isHere = () => seat.isHere && ports.current() === this
    this.#checks = createCheckRunner({
      schedule: this.#schedule,
      registry: this.#registry,
      rows: this.#rows,
      changeLog: this.changeLog,
      probers: (ownProbers ?? createProbers)(env, config, parts.patterns),
      checkRequests,
      isHere,
      publish: () => this.#publish(),
      setAlarm: () => this.setAlarm(),
      waitUntil: (work) => ctx.waitUntil(work),
    })
    this.#agents = parts.agents({
      registry: this.#registry,
      rows: this.#rows,
      changeLog: this.changeLog,
      connect: openPlain,
      isHere,
      restartChecks: (key, entry) => this.#schedule.restart(key, entry),
      publish: () => this.#publish(),
      setAlarm: () => this.setAlarm(),
      waitUntil: (work) => ctx.waitUntil(work),
    })
  }

  /** Before another takes its place: of a steady server not every check is written. */
  save(): void {
    for (const entry of this.#registry.entries.values()) this.#rows.save(entry)
  }

  async ensureChecks(isByCron: boolean): Promise<void> {
    if (this.#schedule.isUnhurried) this.#checks.startDue(isByCron)
    this.changeLog.summarise()
    this.#snapshots.sendDue()
    const nextMs = this.#nextDueMs()
    if (nextMs === undefined) return
    const alarmMs = await this.#ports.ctx.storage.getAlarm()
    const nowMs = Date.now()
    // An alarm later than what is due was lost, too.
    const isLost = alarmMs === null || alarmMs < nowMs - LOST_MS || (nextMs < nowMs - OVERDUE_MS && alarmMs > nowMs)
    if (!isLost) return
    this.#alarmClock.clear()
    await this.setAlarm()
  }

  async servers(): Promise<readonly SentServerView[]> {
    const views = [...this.#registry.entries.values()].map((entry) => this.#registry.view(entry))
    // Whoever reads a state here finds that clients are sent by it.
    await this.#ports.onItsWay.handedOn
    return views
  }

  async observed(named: string): Promise<void> {
    const key = this.#registry.currentKey(named)
    const entry = this.#registry.entries.get(key)
    if (!entry?.server.observe || !this.#registry.isChecked(entry)) return
    const transition = this.#registry.recordObserved(key, Date.now())
    this.#rows.save(entry)
    if (transition) {
      this.changeLog.record(transition, `observed errors, on-error ${entry.server.observe.onError}`, null)
      await this.#publish()
    }
    // Whatever was observed, a check decides next, and at once.
    this.#schedule.hurry(key)
    await this.setAlarm()
  }

  async change(named: string, wanted: StateChange, who: string) {
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
    for (const transition of transitions) this.changeLog.record(transition, 'set by the operator', who)
    if (reweighted) this.changeLog.recordWeight(key, weightBefore, weight!, 'set by the operator', who)
    if (transitions.length > 0 || reweighted) await this.#publish()
    await this.setAlarm()
    return { view: this.#registry.view(entry), snapshot: this.snapshot() }
  }

  async changeLists(changes: readonly ListChange[], who: string | null) {
    const outcomes = this.#lists?.change(changes, who)
    if (outcomes?.includes('changed')) await this.#publish()
    await this.setAlarm()
    return { outcomes, snapshot: this.snapshot() }
  }

  async arrangeList(list: string, order: VersionOrder, who: string) {
    const answer = this.#lists?.arrange(list, order, who)
    if (answer?.isChanged) await this.#publish()
    return { answer, snapshot: this.snapshot() }
  }

  async releases(): Promise<readonly ReleaseView[]> {
    const views = this.#releases?.views() ?? []
    await this.#ports.onItsWay.handedOn
    return views
  }

  async changeRelease(backend: string, change: ReleaseChange, who: string) {
    const changed = this.#releases?.change(backend, change, who)
    if (changed === undefined || 'problem' in changed) return changed
    for (const transition of changed) this.changeLog.recordRelease(transition, 'set by the operator', who)
    if (changed.length > 0) await this.#publish()
    await this.setAlarm()
    return { snapshot: this.snapshot() }
  }

  /** Starts what is due, sets the next alarm and returns: a check that hangs delays nothing. */
  async alarm(): Promise<void> {
    this.#alarmClock.clear()
    try {
      await this.#endDrains()
      await this.#endReleases()
      this.#checks.startDue(false)
      this.#agents.startDue()
      this.#snapshots.sendDue()
      // A slow recipient delays no check.
      if ((this.changeLog.nextDueMs() ?? Infinity) <= Date.now()) {
        this.#ports.ctx.waitUntil(this.changeLog.deliver().then(() => this.setAlarm()))
      }
    } finally {
      await this.setAlarm()
    }
  }

  async #endDrains(): Promise<void> {
    for (const { key, transition } of this.#registry.endDrains(Date.now())) {
      this.#rows.save(this.#registry.entries.get(key)!)
      this.#schedule.drop(key)
      this.changeLog.record(transition, 'its drain has lasted long enough', null)
      await this.#publish()
    }
  }

  async #endReleases(): Promise<void> {
    const ended = this.#releases?.endKept() ?? []
    for (const transition of ended) this.changeLog.recordRelease(transition, 'it was kept long enough', null)
    if (ended.length > 0) await this.#publish()
  }

  async #publish(): Promise<void> {
    const current = this.#ports.current()
    if (current !== this) return current.#publish()
    this.changeLog.judgeBackends()
    for (const change of this.#releases?.judgeServers() ?? []) this.changeLog.recordReleaseServers(change)
    await this.#snapshots.publish()
  }

  snapshot(): Snapshot {
    return this.#snapshots.current()
  }

  #nextDueMs(): number | undefined {
    const waiting = [
      this.#schedule.nextDueMs(),
      this.#agents.nextDueMs(),
      this.#registry.nextDrainEndMs(),
      this.#releases?.nextEndMs(),
      this.changeLog.nextDueMs(),
      this.#snapshots.nextDueMs(),
    ].filter((dueMs) => dueMs !== undefined)
    return waiting.length > 0 ? Math.min(...waiting) : undefined
  }

  async setAlarm(): Promise<void> {
    const current = this.#ports.current()
    if (this.#ports.seat.isHere) await current.#alarmClock.wakeBy(current.#nextDueMs())
  }
}
