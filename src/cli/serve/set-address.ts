// `set server BACKEND/SERVER addr` under `limpet serve`: a configuration in which one server has another address, for as long as that of the
// file is not read again.

import type { AddressChange } from '../../admin/operations.ts'
import type { Server } from '../../config/config.ts'
import { CliError } from '../cli-error.ts'
import type { Plan } from './plan.ts'
import { refuseCircles } from './refuse-circles.ts'

/** @throws CliError if there is no such server, its name is resolved, or clients would come back to this very balancer */
export function withAddress(plan: Plan, to: AddressChange, isolates: number): Plan {
  const { backend: named, server: name } = to
  let isFound = false
  const backends = plan.config.backends.map((backend) => {
    if (backend.name !== named) return backend
    const servers = backend.servers.map((server) => {
      if (server.name !== name) return server
      isFound = true
      if (server.resolution) throw new CliError(ofItsName(named, server, server.resolution.name))
      return at(server, to)
    })
    return { ...backend, servers }
  })
  if (!isFound) throw new CliError(`${named}/${name}: the configuration that is served has no such server`)
  const config = { ...plan.config, backends }
  refuseCircles(config, plan.binds, isolates)
  // A file that is a function of env would be asked again, and know the address that it has.
  return { ...plan, source: { ...plan.source, isOfEnv: false }, config }
}

function ofItsName(backend: string, { name }: Server, host: string): string {
  return `${backend}/${name}: has the address that name servers say ${host} has; change it there, or write the server without resolvers`
}

function at(server: Server, { hostname, port }: AddressChange): Server {
  const { origin } = new URL(`${server.tls ? 'https' : 'http'}://${hostname}:${port}`)
  return { ...server, hostname, port, origin }
}
