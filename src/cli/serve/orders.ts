// What a running `limpet serve` is told to do: one thing at a time. Once another has taken over,
// orders are for that one.

import type { AddressChange } from '../../admin/operations.ts'
import { messageOf } from '../../errors.ts'

/** What became of an order. */
export interface Outcome {
  readonly isDone: boolean
  /** Another `limpet serve` has taken over: it must be given to that one. */
  readonly isElsewhere?: boolean
  /** What is printed about it. */
  readonly lines: readonly string[]
}

/** How another `limpet serve` is started. */
export interface Command {
  readonly file: string
  readonly arguments: readonly string[]
  readonly directory: string
}

export interface Orders {
  /** Waits for its turn: until everything has started, and while another takes over. */
  reload(): Promise<Outcome>
  /** The same, with another address for one server. */
  setAddress(to: AddressChange): Promise<Outcome>
  /** The same, with servers where their names have them now. */
  move(): Promise<Outcome>
  handOver(command: Command): Promise<Outcome>
  /** Resolves when no other is in the middle of taking over. */
  settled(): Promise<void>
}

export interface OrdersPorts {
  /** Resolves when everything has started. */
  readonly started: Promise<unknown>
  reload(): Promise<Outcome>
  setAddress(to: AddressChange): Promise<Outcome>
  move(): Promise<Outcome>
  handOver(command: Command): Promise<Outcome>
  log(line: string): void
}

const BUSY: Outcome = { isDone: false, lines: ['another limpet serve is taking over from this one; tell that one'] }
const ELSEWHERE: Outcome = { isDone: false, isElsewhere: true, lines: ['another limpet serve has taken over'] }

export function createOrders({ started, reload, setAddress, move, handOver, log }: OrdersPorts): Orders {
  let reloading: Promise<unknown> = Promise.resolve()
  /** Until it has failed. */
  let leaving: Promise<Outcome> | undefined

  async function leave(command: Command): Promise<Outcome> {
    await reloading
    const result = await handOver(command).catch((error: unknown): Outcome => ({
      isDone: false,
      lines: [messageOf(error)],
    }))
    if (!result.isDone) leaving = undefined
    return result
  }

  async function inTurn(what: string, act: () => Promise<Outcome>): Promise<Outcome> {
    await started
    if (leaving) {
      log(`${what} waits: another limpet serve is taking over`)
      const { isDone } = await leaving
      return isDone ? ELSEWHERE : inTurn(what, act)
    }
    const own = act()
    reloading = Promise.all([reloading, own])
    return own
  }

  return {
    reload: () => inTurn('a reload', reload),
    setAddress: (to) => inTurn("another server's address", () => setAddress(to)),
    move: () => inTurn('what a name has now', move),
    async handOver(command) {
      if (leaving) return BUSY
      leaving = leave(command)
      return leaving
    },
    async settled() {
      await leaving
    },
  }
}
