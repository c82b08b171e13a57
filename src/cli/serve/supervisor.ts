// Keeps one keeper and so many fronts running: starts again what ends by itself, puts fronts of a new configuration in the place of the old
// ones, and hands on what all fronts must hear.

import { rmSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'

import type { AddressChange } from '../../admin/operations.ts'
import { messageOf } from '../../errors.ts'
import { CliError } from '../cli-error.ts'
import { callControl } from './control.ts'
import { RAISE, watchDescriptors } from './descriptors.ts'
import { startFront } from './front.ts'
import type { Front } from './front.ts'
import type { Generation } from './generation.ts'
import { KEEPER_SOCKETS } from './keeper-config.ts'
import type { Listener } from './passed-listeners.ts'
import { startRelay } from './relay.ts'
import { frontSocket } from './run-files.ts'
import type { StateDirectory } from './state-directory.ts'
import type { RunSockets } from './workerd-config.ts'
import { startWorkerd } from './workerd-process.ts'
import type { WorkerdProcess } from './workerd-process.ts'

const MINUTE_MS = 60_000
/** What ends again and again is started after ever longer pauses; after so long a life the pause is short again. */
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000
const LONG_LIFE_MS = 10_000
/** How long the keeper may take to end when no front is left. */
const KEEPER_DRAIN_MS = 2_000
/** How many retired fronts of one slot may still have requests; the oldest is ended for one more. */
const MOST_LINGERING = 4

const TOO_MANY = `If it had too many open files, see above, ${RAISE}`

/** A configuration, with the sockets that its fronts listen on. */
export interface Served {
  readonly generation: Generation
  /** In the order of `generation.listens`. */
  readonly listeners: readonly Listener[]
}

export interface Supervisor {
  /** Rejects if something cannot be started. */
  start(served: Served): Promise<void>
  /**
   * Puts new fronts in the place of all; the old ones may take so long to end. Resolves when these take no more connections. If one does not
   * start, nothing has changed.
   */
  replace(served: Served, drainMs: number): Promise<void>
  /** Ends the keeper, and lets it be. */
  releaseKeeper(): Promise<void>
  /** Starts it again. */
  takeKeeperBack(): Promise<void>
  /** Ends everything, the fronts after so long at most; 0: at once. */
  stop(drainMs: number): Promise<void>
  /** Ends everything now: this process ends. */
  kill(): void
}

/** cloudflare/serve/served-env.ts has it, too. */
type FrontsMessage =
  | { readonly accept: unknown }
  | { readonly flush: true }
  | { readonly check: unknown }
  /** Of a front to this process. */
  | { readonly setAddress: AddressChange }

/** `setAddress`: returns why it cannot. */
export function createSupervisor(
  state: StateDirectory,
  sockets: RunSockets,
  slots: number,
  setAddress: (to: AddressChange) => Promise<{ readonly problem?: string }>,
): Supervisor {
  /** All that run, also those that are retired. In the order in which they were started. */
  const fronts = new Set<Front>()
  /** By slot. */
  let serving: readonly Front[] = []
  let keeper: WorkerdProcess | undefined
  let current: Served | undefined
  let isStopping = false
  let isKeeperReleased = false
  let started = 0

  function launch(slot: number, { generation, listeners }: Served): Front {
    const names = [...generation.listens.keys()]
    const descriptors = new Map(listeners.map((listener, i) => [names[i]!, listener.descriptorOf(slot)]))
    const nth = ++started
    const front = startFront(slot, generation, descriptors, frontSocket(state, generation.number, nth))
    fronts.add(front)
    void front.serves.then(
      () => watchDescriptors(front.pid, nth === 1),
      () => undefined,
    )
    void front.ended.then(() => fronts.delete(front))
    return front
  }

  async function watchFront(front: Front, pauseMs = FIRST_PAUSE_MS): Promise<void> {
    const sinceMs = Date.now()
    const isServing = () => !isStopping && serving[front.slot] === front
    const status = await front.ended
    if (!isServing()) return
    console.error(`a front (pid ${front.pid}) ended with ${status}; starting another. ${TOO_MANY}`)
    const ownPauseMs = pauseAfter(sinceMs, pauseMs)
    await pass(ownPauseMs)
    if (!isServing()) return
    const next = launch(front.slot, current!)
    serving = serving.map((each) => (each === front ? next : each))
    next.serves.catch(() => void next.retire(0))
    void watchFront(next, ownPauseMs * 2)
  }

  function removeKeeperSockets(): void {
    for (const path of [sockets.keeper, sockets.keeperControl]) rmSync(path, { force: true })
  }

  async function startKeeper(pauseMs = FIRST_PAUSE_MS): Promise<void> {
    removeKeeperSockets()
    const { keeperFile, secrets } = current!.generation
    const own = startWorkerd({ config: keeperFile, names: KEEPER_SOCKETS, environment: secrets })
    keeper = own
    void watchKeeper(own, pauseMs)
    state.setWorkerd(own.pid)
    await own.listening
    await fireScheduled()
  }

  async function watchKeeper(own: WorkerdProcess, pauseMs: number): Promise<void> {
    const sinceMs = Date.now()
    const status = await own.ended
    // At the start, whoever starts everything hears of it.
    if (isStopping || isKeeperReleased || serving.length === 0) return
    console.error(`the keeper (pid ${own.pid}) ended with ${status}; starting it again`)
    const ownPauseMs = pauseAfter(sinceMs, pauseMs)
    await pass(ownPauseMs)
    if (!isStopping && !isKeeperReleased && keeper === own) await startKeeper(ownPauseMs * 2).catch(() => undefined)
  }

  /** As Cloudflare's cron trigger does each minute. If one fails, there is another in a minute. */
  async function fireScheduled(): Promise<void> {
    await callControl(sockets.keeperControl, 'scheduled').catch(() => undefined)
  }

  /** Returns the answer. */
  async function tellFronts(message: FrontsMessage): Promise<unknown> {
    if ('setAddress' in message) return setAddress(message.setAddress)
    if ('check' in message) return checkByNewest(message.check)
    const tell = (front: Front) => ('accept' in message ? front.tell('accept', message.accept) : front.tell('flush'))
    await Promise.all([...fronts].map(tell))
    return undefined
  }

  /** It knows the servers that the keeper knows, unless it is still on its way. */
  async function checkByNewest(asked: unknown): Promise<unknown> {
    let problem: unknown
    for (const front of [...fronts].toReversed()) {
      try {
        return await front.check(asked)
      } catch (error) {
        problem = error
      }
    }
    throw problem ?? new Error('there is no front')
  }

  /** What started now would outlive this process's end. */
  function refuseWhileStopping(): void {
    if (isStopping) throw new CliError('it was told to end')
  }

  /** Those of a slot that linger, oldest first. */
  function endOldest(slot: number): void {
    const lingering = [...fronts].filter((front) => front.slot === slot && serving[slot] !== front)
    for (const front of lingering.slice(0, -MOST_LINGERING)) void front.retire(0)
  }

  return {
    async start(served) {
      current = served
      await startRelay(sockets.fronts, (message) => tellFronts(message as FrontsMessage))
      refuseWhileStopping()
      const first = Array.from({ length: slots }, (_, slot) => launch(slot, served))
      try {
        await Promise.all([startKeeper(), ...first.map(({ serves }) => serves)])
      } catch (error) {
        throw new CliError(`workerd does not start: ${messageOf(error)}; its output is above`)
      }
      serving = first
      for (const front of first) void watchFront(front)
      setInterval(() => void fireScheduled(), MINUTE_MS).unref()
    },
    async replace(served, drainMs) {
      refuseWhileStopping()
      const next = serving.map(({ slot }) => launch(slot, served))
      try {
        await Promise.all(next.map(({ serves }) => serves))
      } catch (error) {
        for (const front of next) void front.retire(0)
        // One of them may have told the keeper.
        await Promise.all(next.map(({ ended }) => ended))
        await callControl(sockets.keeperControl, 'withdraw', served.generation.number).catch(() => undefined)
        throw new CliError(`workerd does not start: ${messageOf(error)}; its output is above`)
      }
      const before = serving
      const { generation } = current!
      current = served
      serving = next
      for (const front of next) void watchFront(front)
      const retired = before.map((front) => front.retire(drainMs))
      for (const { slot } of next) endOldest(slot)
      void Promise.all(before.map(({ ended }) => ended)).then(() => generation.remove())
      await Promise.all(retired)
    },
    async releaseKeeper() {
      isKeeperReleased = true
      keeper?.stop(KEEPER_DRAIN_MS)
      await keeper?.ended
    },
    async takeKeeperBack() {
      isKeeperReleased = false
      if (!isStopping) await startKeeper()
    },
    async stop(drainMs) {
      isStopping = true
      for (const front of fronts) void front.retire(drainMs)
      await Promise.all([...fronts].map(({ ended }) => ended))
      keeper?.stop(drainMs === 0 ? 0 : KEEPER_DRAIN_MS)
      await keeper?.ended
      // Once released they are another's.
      if (!isKeeperReleased) removeKeeperSockets()
      current?.generation.remove()
    },
    kill() {
      isStopping = true
      for (const front of fronts) void front.retire(0)
      keeper?.stop(0)
    },
  }
}

function pauseAfter(sinceMs: number, pauseMs: number): number {
  return Date.now() - sinceMs > LONG_LIFE_MS ? FIRST_PAUSE_MS : Math.min(pauseMs, LONGEST_PAUSE_MS)
}
