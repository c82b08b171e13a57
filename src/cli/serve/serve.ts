// `limpet serve`: the Worker on workerd on this machine, with durable state, reloads and a graceful stop. This process opens the sockets and
// keeps the workerd processes running (supervisor.ts); it sees no request.

import { join } from 'node:path'

import { filesReadBy } from '../files-read.ts'
import { isLocalBind, isUnixSocket } from '../../config/options/bind.ts'
import { needPeers } from '../peers.ts'
import { removeGenerations, writeGeneration } from './generation.ts'
import { createListeners } from './listeners.ts'
import type { Listeners } from './listeners.ts'
import { notifySystemd } from './notify.ts'
import { readPlan } from './plan.ts'
import type { Plan, ServeOptions } from './plan.ts'
import { createRelays } from './relays.ts'
import { createReload } from './reload.ts'
import { openReloadSocket } from './reload-socket.ts'
import { openStateDirectory } from './state-directory.ts'
import type { StateDirectory } from './state-directory.ts'
import { createSupervisor } from './supervisor.ts'
import type { Served } from './supervisor.ts'
import { createTerminalWatch } from './terminal.ts'
import { clearSocketPath } from './unix-socket.ts'
import { addressText } from './unix-sockets.ts'
import { createFileWatch } from './watch-files.ts'
import type { RunSockets } from './workerd-config.ts'

type Say = (line: string) => void

const log: Say = (line) => console.error(line)

export async function serve(named: string | undefined, options: ServeOptions): Promise<void> {
  needPeers(['workerd', 'esbuild'], 'limpet serve')
  const isTerminalClosed = createTerminalWatch()
  const { result, files } = await filesReadBy(() => readPlan(named, options, 'not started', log))
  const plan = await result
  let state: StateDirectory | undefined
  // Until workerd runs there is nothing to drain: a signal ends this process at once, and leaves nothing behind.
  onSignal(['SIGINT', 'SIGTERM', 'SIGHUP'], () => {
    state?.release()
    process.exit(0)
  })
  state = await openStateDirectory(options.state)
  const listeners = createListeners()
  try {
    await run({ named, plan, files, listeners, state, options, isTerminalClosed })
  } finally {
    listeners.end()
    state.release()
  }
}

interface Run {
  readonly named: string | undefined
  readonly plan: Plan
  /** That it was read from. */
  readonly files: readonly string[]
  readonly listeners: Listeners
  readonly state: StateDirectory
  readonly options: ServeOptions
  readonly isTerminalClosed: () => boolean
}

async function run({ named, plan, files, listeners, state, options, isTerminalClosed }: Run): Promise<void> {
  const sockets = socketsIn(state)
  for (const path of Object.values(sockets)) await clearSocketPath(path)
  const relays = createRelays(sockets, options.log === undefined)
  const supervisor = createSupervisor(state, sockets, options.workers)
  const drainMs = options.drain * 1000
  // Should this process fail, even in the next line, nothing must keep running.
  process.on('exit', supervisor.kill)
  removeGenerations(state)
  let generations = 0
  let current: Served | undefined
  let watched: readonly string[] = files

  /** Everything that can be wrong with it is found here. */
  async function prepare(next: Plan, say: Say): Promise<Served> {
    const { result, files: more } = await filesReadBy(() =>
      writeGeneration(++generations, next, state, sockets, options, say),
    )
    watched = [...watched, ...more]
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
  const first = (current = await prepare(plan, log))
  let isStopping = false
  const stop = () => {
    if (!isStopping) notifySystemd('--stopping')
    // Nobody new: connections would wait for somebody who never comes.
    listeners.end()
    // A second signal stops at once.
    supervisor.stop(isStopping ? 0 : drainMs).then(whenStopped, whenFailed)
    isStopping = true
  }
  onSignal(['SIGINT', 'SIGTERM', 'SIGHUP'], stop)
  try {
    await supervisor.start(first)
  } catch (error) {
    if (!isStopping) throw error
  }

  async function replace(next: Plan, say: Say): Promise<readonly string[]> {
    const before = current!
    try {
      const served = await prepare(next, say)
      await supervisor.replace(served, drainMs)
      current = served
    } catch (error) {
      listeners.keepOnly([...before.generation.listens.values()])
      await relays.follow(before.generation.config)
      throw error
    }
    listeners.keepOnly([...current.generation.listens.values()])
    const known = addressesOf(before)
    return addressesOf(current).filter((line) => !known.includes(line))
  }

  const watch = options.watch ? createFileWatch(() => void reload()) : undefined
  const reload = createReload(plan, {
    async read(say) {
      const { result, files: own } = await filesReadBy(() => readPlan(named, options, 'not reloaded', say))
      watched = own
      return result
    },
    replace: (next, say) => replace(next, say).finally(() => watch?.watch(watched)),
    log,
  })
  if (!isStopping) {
    onSignal(['SIGHUP'], () => (isTerminalClosed() ? stop() : void reload()))
    await openReloadSocket(state.path, reload)
    watch?.watch(watched)
    for (const line of addressesOf(first)) log(line)
    notifySystemd('--ready')
  }
  await stopped
}

/** Where it can be reached. */
function addressesOf({ generation, listeners }: Served): readonly string[] {
  const shown = [...generation.listens.values()].map((listen, i) => {
    const { port } = listeners[i]!
    if ('isTls' in listen) {
      const { address } = listen
      const where = isUnixSocket(address) ? address : `${shownAddress(address)}:${port}`
      return `listening on ${listen.isTls ? 'https' : 'http'}://${where}`
    }
    const warning = isLocalBind(listen) ? '' : '; everybody who reaches it may use them'
    return `commands on ${addressText({ ...listen, port }).replace(/^unix:/, '')}, level ${listen.level}${warning}`
  })
  // Tests and scripts wait for the last line.
  return shown.toSorted((a, b) => Number(a.startsWith('listening')) - Number(b.startsWith('listening')))
}

function socketsIn({ path }: StateDirectory): RunSockets {
  return {
    keeper: join(path, 'keeper.sock'),
    keeperControl: join(path, 'keeper-control.sock'),
    fronts: join(path, 'fronts.sock'),
    mail: join(path, 'mail.sock'),
    syslog: join(path, 'syslog.sock'),
  }
}

/** Replaces any earlier handler. */
function onSignal(signals: readonly NodeJS.Signals[], act: () => void): void {
  for (const signal of signals) process.removeAllListeners(signal).on(signal, act)
}

/** An address that a person can open. */
function shownAddress(address: string): string {
  if (address === '*' || address === '0.0.0.0') return '127.0.0.1'
  return address === '[::]' ? '[::1]' : address
}
