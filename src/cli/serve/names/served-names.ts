// The names of what `limpet serve` serves: each plan gets its servers' addresses, and when these change, another reload is asked for.

import { lookup } from 'node:dns/promises'

import type { Config } from '../../../config/config.ts'
import { serverKey } from '../../../config/keys.ts'
import type { Outcome } from '../orders.ts'
import type { Plan } from '../plan.ts'
import { circlesIn } from '../refuse-circles.ts'
import { createAsk } from './ask.ts'
import { readLastPlaces, writeLastPlaces } from './last-places.ts'
import { createMoves } from './moves.ts'
import { createNames } from './names.ts'
import type { Places } from './names.ts'
import { hasNames, withPlaces } from './with-places.ts'

export interface ServedNames {
  /**
   * The plan with its servers where their names have them now, and what has moved since the last one, a line each. From now on these names are
   * asked for, and no others.
   */
  place(plan: Plan): Promise<{ readonly placed: Plan; readonly lines: readonly string[] }>
  /** When a plan was not served after all: the names of this one are asked for again. */
  back(served: Config): Promise<void>
  /** For good. */
  stop(): void
}

interface ServedNamesPorts {
  /** The state directory. */
  readonly directory: string
  readonly isolates: number
  /** Serves the same plan once more. */
  move(): Promise<Outcome>
  log(line: string): void
}

/** `circles`: servers that are left without an address, because theirs is this balancer's, and that. */
export function placedPlan(
  plan: Plan,
  places: Places,
  isolates: number,
): { readonly placed: Plan; readonly circles: ReadonlyMap<string, string> } {
  const config = withPlaces(plan.config, places)
  const circles = new Map(
    circlesIn(config, plan.binds, isolates)
      .filter(({ server }) => server.resolution)
      .map(({ backend, server }) => [serverKey(backend.name, server.name), server.origin]),
  )
  const others = new Map([...places].filter(([key]) => !circles.has(key)))
  // A file that is a function of env would be asked again, and know the names.
  const source = { ...plan.source, isOfEnv: false }
  return { placed: { ...plan, source, config: withPlaces(plan.config, others) }, circles }
}

export function createServedNames({ directory, isolates, move, log }: ServedNamesPorts): ServedNames {
  const now = () => performance.now()
  const last = readLastPlaces(directory)
  let lines: string[] = []
  let known: Config | undefined
  let isStopped = false
  let kept = ''
  const moves = createMoves(move, now)
  const names = createNames({
    askOf: createAsk,
    libc: async (name) => {
      const found = await lookup(name, { all: true }).catch(() => [])
      return found.map(({ address }) => address)
    },
    last: (key) => last.get(key),
    moved(_, more) {
      lines.push(...more)
      moves.ask()
    },
    now,
  })

  /** A failure is no reason to be without servers: only the next start is without. */
  function keep(): void {
    const places = names.places()
    const text = JSON.stringify([...places])
    if (isStopped || text === kept) return
    kept = text
    try {
      writeLastPlaces(directory, places)
    } catch (error) {
      log((error as Error).message)
    }
  }

  function unresolved({ backends }: Config): readonly string[] {
    return backends.flatMap(({ name, servers }) => {
      const without = servers.filter((server) => server.resolution && !names.places().has(serverKey(name, server.name)))
      if (without.length === 0) return []
      const keys = without.map((server) => serverKey(name, server.name)).join(', ')
      return [`no address yet, and no requests until there is one: ${keys}`]
    })
  }

  return {
    async place(plan) {
      await names.follow(plan.config)
      const said = plan.config === known ? lines : unresolved(plan.config)
      known = plan.config
      lines = []
      if (!hasNames(plan.config)) return { placed: plan, lines: [] }
      keep()
      const { placed, circles } = placedPlan(plan, names.places(), isolates)
      for (const [key, origin] of circles)
        log(`${key}: ${origin} is this balancer itself; it gets no requests until its name has another address`)
      return { placed, lines: said }
    },
    back: (served) => names.follow(served),
    stop() {
      isStopped = true
      moves.stop()
      names.stop()
    },
  }
}
