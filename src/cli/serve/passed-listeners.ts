// Those sockets of the configuration that systemd passed, by the binds that name them. They are served like any other, and outlive this
// process: systemd has them, too.

import { closeSync } from 'node:fs'

import { CliError } from '../cli-error.ts'
import { matchPassed, passedText } from './passed-sockets.ts'
import type { PassedSocket } from './passed-sockets.ts'
import type { Listened } from './plan.ts'
import { addressText } from './unix-sockets.ts'

export interface Listener {
  readonly key: string
  /** Zero for a Unix socket. */
  readonly port: number
  /** By a front's slot. */
  descriptorOf(slot: number): number
}

export interface PassedListeners {
  /** As of now. */
  has(key: string): boolean
  /** By the keys of those that are wanted. @throws CliError if one would be served by nobody: its clients would wait for ever */
  match(wanted: readonly Listened[], keys: readonly string[], copies: number): Promise<ReadonlyMap<string, Listener>>
  /** Closes them for this process alone. */
  leave(): void
}

export function createPassedListeners(passed: readonly PassedSocket[]): PassedListeners {
  let current: ReadonlyMap<string, Listener> = new Map()
  let isLeft = false
  return {
    has: (key) => current.has(key),
    async match(wanted, keys, copies) {
      const { byPlace, unnamed } = await matchPassed(wanted, passed)
      if (unnamed.length > 0) throw new CliError(unnamedText(unnamed, wanted))
      const next = new Map<string, Listener>()
      for (const [place, sockets] of byPlace) {
        refuseSurplus(wanted[place]!, sockets.length, copies)
        const key = keys[place]!
        const { port } = sockets[0]!
        // One that several share is emptied by whoever is free; several of one address get each its share.
        next.set(key, { key, port, descriptorOf: (slot) => sockets[slot % sockets.length]!.descriptor })
      }
      return (current = next)
    },
    leave() {
      for (const { descriptor } of isLeft ? [] : passed) closeSync(descriptor)
      isLeft = true
    },
  }
}

function unnamedText(unnamed: readonly PassedSocket[], wanted: readonly Listened[]): string {
  const [what, pronoun] = [unnamed.map(passedText).join(', '), unnamed.length === 1 ? 'it' : 'them']
  const known = wanted.map((each) => addressText(each)).join(', ')
  return `${what}: passed by LISTEN_FDS, and no bind names ${pronoun}: there are ${known}; write ${pronoun} as bind or --listen, or remove ${pronoun} from the socket unit`
}

function refuseSurplus({ source, ...wanted }: Listened, count: number, copies: number): void {
  if (count <= copies) return
  throw new CliError(
    `${source}: ${addressText(wanted)} was passed ${count} times for --workers ${copies}, and nobody would serve the rest; take as many workers, or remove lines from the socket unit`,
  )
}
