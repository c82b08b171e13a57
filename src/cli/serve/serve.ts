// `limpet serve`: the Worker on workerd on this machine, with durable state, reloads and a graceful stop. This process opens the sockets and
// keeps the workerd processes running (supervisor.ts); it sees no request.

import { CliError } from '../cli-error.ts'
import { filesReadBy } from '../files-read.ts'
import { needPeers } from '../peers.ts'
import { addressesOf } from './addresses.ts'
import { writeGeneration } from './generation.ts'
import { handOver } from './hand-over.ts'
import { readPredecessor } from './handed.ts'
import type { Predecessor } from './handed.ts'
import { createServedNames } from './names/served-names.ts'
import { createListeners } from './listeners.ts'
import type { Listeners } from './listeners.ts'
import { notifySystemd } from './notify.ts'
import { takePassedSockets } from './passed-sockets.ts'
import { createOrders } from './orders.ts'
import type { Outcome } from './orders.ts'
import { readPlan } from './plan.ts'
import type { Plan, ServeOptions } from './plan.ts'
import { createRelays } from './relays.ts'
import { createReload } from './reload.ts'
import { askToTakeOver, openReloadSocket } from './reload-socket.ts'
import { removeLeftFiles, runSockets } from './run-files.ts'
import { openStateDirectory } from './state-directory.ts'
import type { StateDirectory } from './state-directory.ts'
import { createSupervisor } from './supervisor.ts'
import type { Served } from './supervisor.ts'
import { createTerminalWatch } from './terminal.ts'
import { clearSocketPath } from './unix-socket.ts'
import { createFileWatch } from './watch-files.ts'

type Say = (line: string) => void

const log: Say = (line) => console.error(line)

export async function serve(named: string | undefined, options: ServeOptions): Promise<void> {
  if (options.takeOver) return askToTakeOver(options)
  const predecessor = readPredecessor()
  try {
    await start(named, options, predecessor)
  } catch (error) {
    await predecessor?.failed(error)
    throw error
  }
}

async function start(
  named: string | undefined,
  options: ServeOptions,
  predecessor: Predecessor | undefined,
): Promise<void> {
  const isTerminalClosed = createTerminalWatch()
  let state: StateDirectory | undefined
  let isReloadDue = false
  // Until workerd runs there is nothing to drain: a signal ends this process at once, and leaves nothing behind.
  const end = () => {
    state?.release()
    process.exit(0)
  }
  onSignal(['SIGINT', 'SIGTERM'], end)
  onSignal(['SIGHUP'], () => (isTerminalClosed() ? end() : void (isReloadDue = true)))
  needPeers(['workerd'], 'limpet serve')
  const readMs = Date.now()
  const say: Say = (line) => {
    predecessor?.note(line)
    log(line)
  }
  const passed = predecessor?.handed.passed ?? takePassedSockets(say)
  const { result, files } = await filesReadBy(() => readPlan(named, options, 'not started', passed, say))
  const plan = await result
  state = await openStateDirectory(options.state, predecessor !== undefined)
  const listeners = createListeners({ sockets: predecessor?.handed.sockets ?? [], passed })
  try {
    await run({
      named,
      plan,
      files,
      readMs,
      listeners,
      state,
      options,
      isTerminalClosed,
      isReloadDue: () => isReloadDue,
      predecessor,
    })
  } finally {
    listeners.end()
    if (state.isOwn()) removeLeftFiles(state, firstGenerationOf(predecessor))
    state.release()
  }
}

interface Run {
  readonly named: string | undefined
  readonly plan: Plan
  /** That it was read from. */
  readonly files: readonly string[]
  /** Unix milliseconds: reading began then. */
  readonly readMs: number
  readonly listeners: Listeners
  readonly state: StateDirectory
  readonly options: ServeOptions
  readonly isTerminalClosed: () => boolean
  /** Whether SIGHUP has come so far. */
  readonly isReloadDue: () => boolean
  readonly predecessor: Predecessor | undefined
}

async function run(it: Run): Promise<void> {
  const { named, plan, listeners, state, options, isTerminalClosed, predecessor } = it
  const firstGeneration = firstGenerationOf(predecessor)
  let generations = firstGeneration - 1
  const sockets = runSockets(state, firstGeneration)
  const { fronts, mail, syslog } = sockets
  if (!predecessor) removeLeftFiles(state)
  for (const path of predecessor ? [fronts, mail, syslog] : Object.values(sockets)) await clearSocketPath(path)
  const relays = createRelays(sockets, options.log === undefined)
  const supervisor = createSupervisor(state, sockets, options.workers, async (to) => {
    const { isDone, lines } = await orders.setAddress(to)
    return isDone ? {} : { problem: lines.join('; ') }
  })
  const drainMs = options.drain * 1000
  // Should this process fail, even in the next line, nothing must keep running.
  process.on('exit', supervisor.kill)
  let current: Served | undefined
  let { files: watched, readMs } = it

  /** Everything that can be wrong with it is found here. */
  async function prepare(next: Plan, say: Say): Promise<Served> {
    const { result, files: more } = await filesReadBy(() =>
      writeGeneration(++generations, next, state, sockets, options, say),
    )
    watched = [...new Set([...watched, ...more])]
    const generation = await result
    try {
      await relays.follow(next.config)
      return { generation, listeners: await listeners.open([...generation.listens.values()], options.workers) }
    } catch (error) {
      generation.remove()
      throw error
    }
  }

  const { promise: stopped, resolve: whenStopped, reject: whenFailed } = Promise.withResolvers<void>()
  const stopping = Promise.withResolvers<void>()
  let isStopping = false
  const endFronts = () => {
    // A second signal stops at once.
    supervisor.stop(isStopping ? 0 : drainMs).then(whenStopped, whenFailed)
    isStopping = true
  }
  const stop = () => {
    if (!isStopping) void notifySystemd('--stopping')
    stopping.resolve()
    // Nobody new: connections would wait for somebody who never comes.
    listeners.end()
    names.stop()
    endFronts()
  }
  const watch = options.watch ? createFileWatch(() => void orders.reload()) : undefined
  const { reload, setAddress, move } = createReload(plan, {
    async read(say) {
      readMs = Date.now()
      const { result, files: read } = await filesReadBy(() =>
        readPlan(named, options, 'not reloaded', listeners.handed().passed, say),
      )
      watched = read
      return result
    },
    replace: (next, say) => replace(next, say).finally(() => watch?.watch(watched, readMs)),
    log,
    isolates: options.isolates,
  })
  const names = createServedNames({ directory: state.path, isolates: options.isolates, move: () => orders.move(), log })
  let closeOrders = () => {}
  let tellSuccessor = () => false
  const started = Promise.withResolvers<void>()
  const orders = createOrders({
    started: started.promise,
    reload: async () => (isStopping ? refuseAtEnd() : reload()),
    setAddress: async (to) => (isStopping ? refuseAtEnd() : setAddress(to)),
    move: async () => (isStopping ? refuseAtEnd() : move()),
    handOver: (command) =>
      handOver(command, {
        handed: () => ({ generation: generations, ...listeners.handed() }),
        releaseState: () => supervisor.releaseKeeper(),
        async takeStateBack() {
          await state.take()
          await supervisor.takeKeeperBack()
        },
        close: () => closeOrders(),
        leave(tellToReload) {
          tellSuccessor = tellToReload
          // It watches itself, if it is to.
          watch?.watch([], 0)
          names.stop()
          listeners.leave()
          endFronts()
        },
        stopping: stopping.promise,
        log,
      }),
    log,
  })

  function refuseAtEnd(): Outcome {
    const line = 'nothing was changed: this limpet serve is ending'
    log(line)
    return { isDone: false, lines: [line] }
  }

  /** By SIGHUP: nobody waits for an answer. */
  async function reloadUnasked(): Promise<void> {
    const { isElsewhere } = await orders.reload()
    if (!isElsewhere) return
    const isTold = tellSuccessor()
    log(isTold ? 'told the limpet serve that has taken over to reload' : 'the one that had taken over has ended')
  }
  const atStart = await names.place(plan)
  for (const line of atStart.lines) log(line)
  const first = (current = await prepare(atStart.placed, log))
  onSignal(['SIGINT', 'SIGTERM'], stop)
  onSignal(['SIGHUP'], () => (isTerminalClosed() ? stop() : void reloadUnasked()))
  if (it.isReloadDue()) void reloadUnasked()
  watch?.watch(watched, readMs)
  try {
    if (predecessor) {
      await predecessor.prepared()
      refuseWhileStopping()
      await state.take()
    }
    await supervisor.start(first)
    // The other goes on, and must hear that.
    if (predecessor) refuseWhileStopping()
  } catch (error) {
    first.generation.remove()
    // Before the state directory is another's.
    await supervisor.stop(0)
    if (predecessor || !isStopping) throw error
  }

  function refuseWhileStopping(): void {
    if (isStopping) throw new CliError('it was told to end before it had taken over')
  }

  async function replace(next: Plan, say: Say): Promise<readonly string[]> {
    const before = current!
    let moved: readonly string[] = []
    let served: Served | undefined
    try {
      const { placed, lines } = await names.place(next)
      moved = lines
      served = await prepare(placed, say)
      await supervisor.replace(served, drainMs)
      current = served
    } catch (error) {
      served?.generation.remove()
      listeners.keepOnly([...before.generation.listens.values()])
      await relays.follow(before.generation.config)
      await names.back(before.generation.config)
      throw error
    }
    listeners.keepOnly([...current.generation.listens.values()])
    const known = addressesOf(before)
    return [...moved, ...addressesOf(current).filter((line) => !known.includes(line))]
  }

  /** From then on it is the only one. */
  async function takePlaceOf(before: Predecessor): Promise<void> {
    // When the service's main process ends, systemd ends the rest.
    if (!(await notifySystemd('--ready', `--pid=${process.pid}`))) {
      await supervisor.stop(0)
      throw new CliError('systemd cannot be told which process is the main one now')
    }
    await before.serving()
    listeners.adopt()
    listeners.keepOnly([...first.generation.listens.values()])
  }

  if (!isStopping) {
    if (predecessor) await takePlaceOf(predecessor)
    closeOrders = await openReloadSocket(state.path, orders)
    started.resolve()
    for (const line of addressesOf(first)) log(line)
    if (!predecessor) await notifySystemd('--ready')
  }
  await stopped
  // What another was to have may be this one's again.
  await orders.settled()
}

function firstGenerationOf(predecessor: Predecessor | undefined): number {
  return (predecessor?.handed.generation ?? 0) + 1
}

/** Replaces any earlier handler. */
function onSignal(signals: readonly NodeJS.Signals[], act: () => void): void {
  for (const signal of signals) process.removeAllListeners(signal).on(signal, act)
}
