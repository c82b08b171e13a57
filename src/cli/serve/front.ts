// One front: a workerd that serves clients. It listens on descriptors that outlive it.

import { rmSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'

import { callControl, callControlUntil } from './control.ts'
import type { ControlCall } from './control.ts'
import type { Generation } from './generation.ts'
import { startWorkerd } from './workerd-process.ts'

export interface Front {
  readonly slot: number
  readonly generation: Generation
  readonly pid: number
  /** Resolves once it serves; rejects when it ends before that, or cannot serve. */
  readonly serves: Promise<void>
  readonly ended: Promise<number | string>
  /** Never rejects: a front that has no time hears it from the keeper. */
  tell(call: ControlCall, body?: unknown): Promise<unknown>
  /** Returns JSON; rejects if it cannot. */
  check(asked: unknown): Promise<unknown>
  /** It ends when its requests have, or after so long; 0: at once. Resolves when it takes no more connections. */
  retire(drainMs: number): Promise<void>
}

const START_AGAIN_MS = 50
const FLUSH_WAIT_MS = 1_000
/** For a front that is busy, or hangs. */
const HEARD_MS = 200
/** Clients that send a request at least so often lose none. */
const HOLD_MS = 50
const STILL_MS = 30
/** Until a signal has been heard. */
const SIGNAL_MS = 20
/** How long a new front tries to reach the keeper. */
const START_TRIES = 100

/** This process need not stay for it. */
const atMost = (ms: number) => pass(ms, undefined, { ref: false })

/** `descriptors`: of its sockets, by name. `socket`: the path of its control socket. */
export function startFront(
  slot: number,
  generation: Generation,
  descriptors: ReadonlyMap<string, number>,
  socket: string,
): Front {
  rmSync(socket, { force: true })
  const { pid, listening, ended, signal, stop } = startWorkerd({
    config: generation.frontFile,
    names: [...generation.listens.keys(), 'control'],
    environment: generation.secrets,
    descriptors,
    addresses: { control: `unix:${socket}` },
  })
  void ended.then(() => rmSync(socket, { force: true }))
  let leaving: Promise<void> | undefined
  return {
    slot,
    generation,
    pid,
    serves: listening.then(() => begin()),
    ended,
    tell: (call, body) => callControl(socket, call, body).catch(() => undefined),
    check: async (asked) => JSON.parse(await callControl(socket, 'check', asked)) as unknown,
    async retire(drainMs) {
      if (drainMs === 0) stop(0)
      else leaving ??= leave(drainMs)
      await Promise.race([leaving, ended])
    },
  }

  /**
   * SIGTERM closes connections that no request is in progress on, also those where one is waiting to be read; the answers of all others say
   * `Connection: close`. So it holds its answers first: whoever sends a request meanwhile has one in progress. Then it stands still for a
   * moment, in which another front takes who connects, and reads what has come before it is told.
   */
  async function leave(drainMs: number): Promise<void> {
    const call = (which: ControlCall) => callControl(socket, which).catch(() => undefined)
    await Promise.race([call('flush'), atMost(FLUSH_WAIT_MS)])
    await Promise.race([call('hold'), atMost(HEARD_MS)])
    // What it counts until the end is in no later report. The call must be there before it takes no more.
    const told = Promise.withResolvers<void>()
    callControlUntil(socket, 'settle', told.promise).catch(() => undefined)
    await pass(HOLD_MS)
    signal('SIGSTOP')
    await pass(STILL_MS)
    signal('SIGCONT')
    // It reads what came before this.
    await Promise.race([call('hold'), atMost(HEARD_MS)])
    stop(drainMs)
    await pass(SIGNAL_MS)
    told.resolve()
  }

  /** The keeper may be on its way, too. */
  async function begin(): Promise<void> {
    for (let tries = 1; ; tries++) {
      try {
        await callControl(socket, 'start')
        return
      } catch (error) {
        if (tries === START_TRIES) throw error
        await pass(START_AGAIN_MS)
      }
    }
  }
}
