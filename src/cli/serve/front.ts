// One front: a workerd that serves clients. It listens on descriptors that outlive it.

import { rmSync } from 'node:fs'
import { setTimeout as pass } from 'node:timers/promises'

import { callControl } from './control.ts'
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
  /** It takes no more connections, and ends when its requests have, or after so long. 0: at once. */
  retire(drainMs: number): void
}

const START_AGAIN_MS = 50
const FLUSH_WAIT_MS = 1_000
const SETTLE_MS = 10
const STILL_MS = 30
const READ_MS = 2
/** How long a new front tries to reach the keeper. */
const START_TRIES = 100

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
  let isRetired = false
  return {
    slot,
    generation,
    pid,
    serves: listening.then(() => begin()),
    ended,
    tell: (call, body) => callControl(socket, call, body).catch(() => undefined),
    check: async (asked) => JSON.parse(await callControl(socket, 'check', asked)) as unknown,
    retire(drainMs) {
      if (drainMs === 0 || isRetired) return stop(0)
      isRetired = true
      void leave(drainMs)
    },
  }

  /**
   * SIGTERM closes connections that no request has been read from, also those where one is waiting. So it stands still for a moment, in which
   * another front takes who comes and clients of this one send, and has a moment to read before it is told.
   */
  async function leave(drainMs: number): Promise<void> {
    const call = (which: ControlCall) => callControl(socket, which).catch(() => undefined)
    await Promise.race([call('flush'), pass(FLUSH_WAIT_MS)])
    // What it counts until the end is in no later report. The call must be there before it takes no more.
    void call('settle')
    await pass(SETTLE_MS)
    signal('SIGSTOP')
    await pass(STILL_MS)
    signal('SIGCONT')
    await pass(READ_MS)
    stop(drainMs)
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
