// Another configuration for a `limpet serve` that runs: checked first, then served by new fronts on the same sockets. Whatever is wrong with
// it, what runs goes on.

import { CliError } from '../cli-error.ts'
import { diffText } from '../diff-text.ts'
import { differenceOf } from '../../difference/difference.ts'
import { messageOf } from '../../errors.ts'
import type { Plan } from './plan.ts'
import type { Reloaded } from './reload-socket.ts'

export interface ReloadPorts {
  /** Reads and checks the configuration; `say` gets what is wrong with it. */
  read(say: (line: string) => void): Promise<Plan>
  /** Returns the addresses that are new, in words. */
  replace(plan: Plan, say: (line: string) => void): Promise<readonly string[]>
  log(line: string): void
}

/** One reload after the other. Those that are asked for during one are one more. */
export function createReload(first: Plan, ports: ReloadPorts): () => Promise<Reloaded> {
  let current = first
  let running: Promise<Reloaded> | undefined
  let waiting: Promise<Reloaded> | undefined

  async function reload(): Promise<Reloaded> {
    const lines: string[] = []
    const say = (line: string) => {
      lines.push(line)
      ports.log(line)
    }
    try {
      const next = await ports.read(say)
      const difference = diffText(await differenceOf(current.config, next.config))
      const addresses = await ports.replace(next, say)
      current = next
      for (const line of [difference, ...addresses, `${next.file}: reloaded`]) say(line)
      return { isDone: true, lines }
    } catch (error) {
      if (!(error instanceof CliError)) ports.log(String((error as Error).stack))
      say(messageOf(error))
      say('the configuration before is served as it was')
      return { isDone: false, lines }
    }
  }

  return function again(): Promise<Reloaded> {
    if (!running) {
      running = reload().finally(() => (running = undefined))
      return running
    }
    waiting ??= running.then(() => {
      waiting = undefined
      return again()
    })
    return waiting
  }
}
