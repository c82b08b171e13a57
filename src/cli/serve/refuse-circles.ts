// Refuses servers that are the balancer itself, which only the sockets that serve is about to open reveal: the configuration does
// not know --listen and --isolates. Servers that only may lead back are allowed; the count of passages ends a circle.

import { bindIs } from '../../config/options/bind.ts'
import { comesBack, literalName, wayOf } from '../../config/cross-checks/comes-back.ts'
import type { Choice, Way } from '../../config/cross-checks/comes-back.ts'
import type { Backend, Config, Server } from '../../config/config.ts'
import type { Frontend } from '../../config/options/frontend.ts'
import { CliError } from '../cli-error.ts'

interface Socket {
  readonly address: string
  readonly port: number
  readonly frontends: readonly string[] | undefined
}

/** @throws CliError if there is one */
export function refuseCircles(config: Config, sockets: readonly Socket[], isolates: number): void {
  const [circle] = circlesIn(config, sockets, isolates)
  if (!circle) return
  const { backend, server } = circle
  throw new CliError(
    `${backend.name}/${server.name}: ${server.origin} is this balancer itself: requests would go round in a circle`,
  )
}

/** Servers that are the balancer itself. */
export function circlesIn(
  config: Config,
  sockets: readonly Socket[],
  isolates: number,
): readonly { readonly backend: Backend; readonly server: Server }[] {
  const names = config.backends.map(({ name }) => name)
  const serversOf = (backend: string) => config.backends.find(({ name }) => name === backend)?.servers ?? []
  const waysAt = (server: Server) => {
    const doors = sockets.filter((socket) => arrivesAt(socket, isolates, server))
    return config.frontends
      .filter(({ name }) => doors.some(({ frontends }) => frontends === undefined || frontends.includes(name)))
      .map((frontend) => wayOfFrontend(frontend, names))
  }
  return config.backends.flatMap((backend) =>
    backend.servers
      .filter((server) => comesBack(backend.name, server, waysAt, serversOf) === 'always')
      .map((server) => ({ backend, server })),
  )
}

function wayOfFrontend({ name, rules, defaultBackend }: Frontend, names: readonly string[]): Way {
  const choices = rules.flatMap((rule): Choice[] => {
    if (!('useBackend' in rule.do)) return []
    return [{ backend: literalName(rule.do.useBackend), isConditional: rule.if !== null }]
  })
  return wayOf(name, choices, defaultBackend, names)
}

function arrivesAt({ address, port }: Socket, isolates: number, { hostname, port: to }: Server): boolean {
  return Array.from({ length: isolates }, (_, i) => `${address}:${port + i}`).some((bind) => bindIs(bind, hostname, to))
}
