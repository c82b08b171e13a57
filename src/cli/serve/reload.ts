// Another configuration for a `limpet serve` that runs: checked first, then served by new fronts on the same sockets. Whatever is wrong with
// it, what runs goes on.

import type { AddressChange } from '../../admin/operations.ts'
import { CliError } from '../cli-error.ts'
import { diffText } from '../diff-text.ts'
import { differenceOf } from '../../difference/difference.ts'
import { messageOf } from '../../errors.ts'
import type { Plan } from './plan.ts'
import type { Outcome } from './orders.ts'
import { withAddress } from './set-address.ts'

export interface ReloadPorts {
  /** Reads and checks the configuration; `say` gets what is wrong with it. */
  read(say: (line: string) => void): Promise<Plan>
  /** Returns in words what is at another address: servers, and this balancer. */
  replace(plan: Plan, say: (line: string) => void): Promise<readonly string[]>
  log(line: string): void
  readonly isolates: number
}

export interface Reload {
  /** Those that are asked for during one are one more. */
  reload(): Promise<Outcome>
  /** Another address for one server, until the next reload. */
  setAddress(to: AddressChange): Promise<Outcome>
  /** The same configuration, with its servers where their names have them now. */
  move(): Promise<Outcome>
}

/** One after the other. */
export function createReload(first: Plan, ports: ReloadPorts): Reload {
  let current = first
  let latest: Promise<unknown> = Promise.resolve()
  /** Has not begun, and nothing comes after it. */
  let waiting: Promise<Outcome> | undefined

  function inTurn(work: () => Promise<Outcome>): Promise<Outcome> {
    const own = latest.then(work)
    latest = own
    return own
  }

  async function attempt(work: (say: (line: string) => void) => Promise<readonly string[]>): Promise<Outcome> {
    const lines: string[] = []
    const say = (line: string) => {
      lines.push(line)
      ports.log(line)
    }
    try {
      for (const line of await work(say)) say(line)
      return { isDone: true, lines }
    } catch (error) {
      if (!(error instanceof CliError)) ports.log(String((error as Error).stack))
      say(messageOf(error))
      say('the configuration before is served as it was')
      return { isDone: false, lines }
    }
  }

  return {
    reload() {
      waiting ??= inTurn(() => {
        waiting = undefined
        return attempt(async (say) => {
          const next = await ports.read(say)
          const difference = diffText(await differenceOf(current.config, next.config))
          const addresses = await ports.replace(next, say)
          current = next
          return [difference, ...addresses, `${next.file}: reloaded`]
        })
      })
      return waiting
    },
    setAddress(to) {
      waiting = undefined
      return inTurn(() =>
        attempt(async (say) => {
          const next = withAddress(current, to, ports.isolates)
          await ports.replace(next, say)
          current = next
          return [`${to.backend}/${to.server} is at ${to.hostname}:${to.port} until the next reload`]
        }),
      )
    },
    move() {
      return inTurn(() => attempt((say) => ports.replace(current, say)))
    },
  }
}
