// The servers' states that an explanation goes by: as configured, as a running balancer has them, and as options say.

import type { Config } from '../../config/config.ts'
import { serverKey, serverKeys } from '../../config/keys.ts'
import { didYouMean } from '../../config/nearest.ts'
import type { Facts } from '../../explain/facts.ts'
import { readServerView } from '../../health/server-view.ts'
import type { SentServerView } from '../../health/server-view.ts'
import type { ServerState } from '../../server/states.ts'
import { UsageError } from '../cli-error.ts'
import type { RunningReleases } from './running-releases.ts'

/** BACKEND/SERVER, several of each. */
export interface StateOptions {
  readonly up: readonly string[]
  readonly down: readonly string[]
  readonly drain: readonly string[]
  readonly maint: readonly string[]
  readonly full: readonly string[]
  readonly refusing: readonly string[]
}

type States = Pick<Facts, 'states' | 'releases' | 'full' | 'refusing'>

const CHANGES = {
  up: { admin: 'ready', health: 'up' },
  down: { health: 'down' },
  drain: { admin: 'drain' },
  maint: { admin: 'maint' },
} as const satisfies Record<string, Partial<ServerState>>

/** `running`: what a balancer says; undefined: none is asked. */
export function statesOf(config: Config, options: StateOptions, running: Running | undefined): States {
  const known = config.backends.flatMap(({ name, servers }) => servers.map((server) => serverKey(name, server.name)))
  const checked = (option: keyof StateOptions) => {
    for (const each of options[option]) {
      if (!known.includes(each))
        throw new UsageError(
          `--${option} ${each}: there is no such server, as BACKEND/SERVER; ${didYouMean(each, known)}`,
        )
    }
    return options[option]
  }
  const states: Record<string, Partial<ServerState>> = { ...running?.states }
  for (const option of ['up', 'down', 'drain', 'maint'] as const) {
    for (const each of checked(option)) states[each] = { ...states[each], ...CHANGES[option] }
  }
  return {
    states,
    releases: running?.releases.states,
    full: new Set([...(running?.full ?? []), ...checked('full')]),
    refusing: new Set(checked('refusing')),
  }
}

/** What a running balancer says of the servers of a configuration. */
export interface Running {
  readonly states: Readonly<Record<string, ServerState>>
  readonly full: readonly string[]
  readonly releases: RunningReleases
  /** How its servers differ from those of the file; undefined: they do not. */
  readonly difference: string | undefined
}

/** `stat`: the lines of `show stat`, the names of its columns first. */
export function runningOf(
  config: Config,
  views: readonly SentServerView[],
  stat: string,
  releases: RunningReleases,
): Running {
  const byKey = new Map(
    views.flatMap((view) =>
      [...(view.keys ?? []), serverKey(view.backend, view.server)].map((key) => [key, view] as const),
    ),
  )
  const states: Record<string, ServerState> = {}
  const missing: string[] = []
  const moved: string[] = []
  const found = new Set<SentServerView>()
  for (const backend of config.backends) {
    for (const server of backend.servers) {
      const key = serverKey(backend.name, server.name)
      const view = serverKeys(backend, server)
        .map((each) => byKey.get(each))
        .find((each) => each !== undefined)
      if (!view) {
        missing.push(key)
        continue
      }
      found.add(view)
      if (view.origin !== server.origin) moved.push(`${key} is at ${view.origin} there`)
      const { state: admin, healthState: health, weight } = readServerView(view)
      states[key] = { admin, health, weight }
    }
  }
  const others = views.filter((view) => !found.has(view)).map(({ backend, server }) => serverKey(backend, server))
  const differences = [
    ...(missing.length > 0 ? [`it does not have ${missing.join(', ')}`] : []),
    ...(others.length > 0 ? [`it has ${others.join(', ')}, too`] : []),
    ...moved,
  ]
  return {
    states,
    full: fullOf(stat).filter((key) => key in states),
    releases,
    difference: differences.length > 0 ? differences.join('; ') : undefined,
  }
}

/** Servers whose requests in progress have reached their limit. */
function fullOf(stat: string): readonly string[] {
  const [header = '', ...lines] = stat.trim().split('\n')
  const names = header.replace(/^# /, '').split(',')
  return lines.flatMap((line) => {
    const cells = line.split(',')
    const cell = (name: string) => cells[names.indexOf(name)] ?? ''
    const isFull = cell('slim') !== '' && Number(cell('slim')) > 0 && Number(cell('scur')) >= Number(cell('slim'))
    return isFull ? [serverKey(cell('pxname'), cell('svname'))] : []
  })
}
