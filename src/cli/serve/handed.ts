// What a running `limpet serve` hands to the one that takes its place: open sockets, by number, and where its own counting ended. The new one
// is its child, which is how descriptors reach it.

import { messageOf } from '../../errors.ts'
import { CliError } from '../cli-error.ts'
import type { PassedSocket } from './passed-sockets.ts'
import type { Listened } from './plan.ts'

export interface HandedSocket {
  readonly key: string
  readonly wanted: Listened
  /** Zero for a Unix socket. */
  readonly port: number
  readonly descriptors: readonly number[]
}

export interface Handed {
  /** The last generation. */
  readonly generation: number
  readonly sockets: readonly HandedSocket[]
  /** systemd's. */
  readonly passed: readonly PassedSocket[]
}

export const HANDED = 'LIMPET_HANDED'

/** From the old one: its keeper has ended, so the state directory is the new one's. */
export const YOURS = 'yours'

/** From the new one. `prepared`: it has read, checked and built everything, and needs the state directory. */
export interface Progress {
  readonly is: 'prepared' | 'serving' | 'failed'
  /** What it has said itself, too, if it failed. */
  readonly lines?: readonly string[]
}

/** Of the new one, to the old one. */
export interface Predecessor {
  readonly handed: Handed
  /** A line that is told if this fails. */
  note(line: string): void
  /** Resolves when the state directory may be used. */
  prepared(): Promise<void>
  /** Resolves when the old one takes no orders any more. */
  serving(): Promise<void>
  failed(error: unknown): Promise<void>
}

/** Undefined: this one was started as usual. */
export function readPredecessor(): Predecessor | undefined {
  const text = process.env[HANDED]
  delete process.env[HANDED]
  if (text === undefined || process.send === undefined) return undefined
  const gone = new Promise<void>((resolve) => process.once('disconnect', resolve))
  const yours = new Promise<void>((resolve) => process.once('message', () => resolve()))
  const tell = (progress: Progress) => new Promise<void>((resolve) => void process.send!(progress, () => resolve()))
  const lines: string[] = []
  return {
    note: (line) => void lines.push(line),
    handed: JSON.parse(text) as Handed,
    async prepared() {
      await tell({ is: 'prepared' })
      const lost = gone.then(() => {
        throw new CliError('the limpet serve that was to be taken over from has ended')
      })
      await Promise.race([yours, lost])
    },
    async serving() {
      await tell({ is: 'serving' })
      await gone
    },
    async failed(error) {
      if (!process.connected) return
      await tell({ is: 'failed', lines: [...lines, messageOf(error)] })
      process.disconnect()
    },
  }
}
