// The Monitor: one Durable Object that knows every server's state. Its alarm runs the checks; SQLite keeps what it knows
// through restarts; a numbered snapshot goes to isolates that ask, and to KV if a namespace is bound.
// Here is the object that others call. monitor-work.ts does the work. There may be several such objects; seat.ts says which one is in command,
// and the others pass every call on.

import { DurableObject } from 'cloudflare:workers'

import type { MonitorPlace } from '../../admin/operations.ts'
import type { Config } from '../../config/config.ts'
import type { Place } from '../../config/place.ts'
import type { BackendView } from '../../health/backend-record.ts'
import type { ReleaseChange } from '../../health/release-change.ts'
import type { ReleaseView } from '../../health/release-registry.ts'
import type { SentServerView } from '../../health/server-view.ts'
import type { Snapshot } from '../../health/snapshot.ts'
import type { StateChange } from '../../health/state-change.ts'
import type { StateEvent } from '../../health/state-event.ts'
import type { Env } from '../env.ts'
import { platformOf } from '../platform.ts'
import type { ListChange } from '../../rules/lists/list-set.ts'
import type { VersionOrder } from '../../rules/lists/versions.ts'
import type { Platform } from '../platform.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'
import { MonitorWork } from './monitor-work.ts'
import { moveSeat, passOn } from './monitor-move.ts'
import type { MoveRpc, Passed, PassedOn } from './monitor-move.ts'
import type { Parts } from '../parts.ts'
import type { MonitorRpc, Moved } from '../rpc.ts'
import { createSeat } from './seat.ts'
import type { Offer, Seat } from './seat.ts'
import type { OnItsWay } from './snapshots.ts'

export type MonitorClass = new (ctx: DurableObjectState, env: Env) => DurableObject<Env> & MonitorRpc

/**
 * The class for one configuration. With a broken configuration, every call to the Monitor says so. `ownProbers`: in place of the
 * platform's.
 */
export function createMonitorClass(
  configOf: (env: Env) => Config,
  parts: Pick<Parts, 'agents' | 'alerts' | 'lists' | 'patterns' | 'releaseStates'>,
  ownProbers?: Platform['createProbers'],
): MonitorClass {
  return class Monitor extends DurableObject<Env> implements MonitorRpc, MoveRpc {
    /** While it is in command. */
    #work!: MonitorWork
    readonly #seat: Seat
    #isMoving = false
    readonly #onItsWay: OnItsWay = { handedOn: Promise.resolve(), writing: undefined }

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env)
      migrate(ctx.storage, MIGRATIONS.Monitor)
      this.#seat = createSeat(ctx, configOf(env).monitorNear)
      if (this.#seat.isHere) this.#open()
    }

    /** Whether it is in command: then by today's configuration, which `limpet serve` may replace while it runs. */
    get #isHere(): boolean {
      if (!this.#seat.isHere) return false
      if (this.#work.config === configOf(this.env)) return true
      this.#work.save()
      this.#open()
      this.ctx.waitUntil(this.#work.setAlarm())
      return true
    }

    /** At the start, and when this object takes command or gets another configuration. */
    #open(): void {
      const { ctx, env } = this
      this.#work = new MonitorWork({
        ctx,
        env,
        config: configOf(env),
        parts,
        ownProbers,
        seat: this.#seat,
        onItsWay: this.#onItsWay,
        current: () => this.#work,
      })
    }

    async snapshot(): Promise<Snapshot> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'snapshot')
      await this.#work.ensureChecks(false)
      return this.#work.snapshot()
    }

    async arm(): Promise<void> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'arm')
      await this.#work.ensureChecks(true)
    }

    async servers(): Promise<readonly SentServerView[]> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'servers')
      return this.#work.servers()
    }

    async backends(): Promise<readonly BackendView[]> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'backends')
      return this.#work.changeLog.backends()
    }

    async observed(named: string): Promise<void> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'observed', named)
      return this.#work.observed(named)
    }

    async change(named: string, wanted: StateChange, who: string) {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'change', named, wanted, who)
      return this.#work.change(named, wanted, who)
    }

    async changeLists(changes: readonly ListChange[], who: string | null) {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'changeLists', changes, who)
      return this.#work.changeLists(changes, who)
    }

    async arrangeList(list: string, order: VersionOrder, who: string) {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'arrangeList', list, order, who)
      return this.#work.arrangeList(list, order, who)
    }

    async releases(): Promise<readonly ReleaseView[]> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'releases')
      return this.#work.releases()
    }

    async changeRelease(backend: string, change: ReleaseChange, who: string) {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'changeRelease', backend, change, who)
      return this.#work.changeRelease(backend, change, who)
    }

    async events(most: number): Promise<readonly StateEvent[]> {
      if (!this.#isHere) return passOn(this.env, this.#seat, 'events', most)
      return this.#work.changeLog.events(most)
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
        const moved = await moveSeat(this.env, this.#seat, to, () => this.#onItsWay.writing)
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

    override async alarm(): Promise<void> {
      if (this.#isHere) await this.#work.alarm()
    }
  }
}
