// What a running `limpet serve` is told to do: one thing at a time, and nothing more once another takes over.

import { messageOf } from '../../errors.ts'

/** What became of an order. */
export interface Outcome {
  readonly isDone: boolean
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
  reload(): Promise<Outcome>
  handOver(command: Command): Promise<Outcome>
}

const BUSY: Outcome = { isDone: false, lines: ['another limpet serve is taking over from this one; tell that one'] }

export function createOrders(reload: () => Promise<Outcome>, handOver: (command: Command) => Promise<Outcome>): Orders {
  let reloading: Promise<unknown> = Promise.resolve()
  let isLeaving = false
  return {
    async reload() {
      if (isLeaving) return BUSY
      const own = reload()
      reloading = own
      return own
    },
    async handOver(command) {
      if (isLeaving) return BUSY
      isLeaving = true
      await reloading
      const result = await handOver(command).catch((error: unknown): Outcome => ({
        isDone: false,
        lines: [messageOf(error)],
      }))
      isLeaving = result.isDone
      return result
    },
  }
}
