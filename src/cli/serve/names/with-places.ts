// A configuration with each server where its name has it: what `limpet serve` serves, in the place of what was written. Pure.

import { inBrackets } from '../../../config/brackets.ts'
import type { Config, Server } from '../../../config/config.ts'
import { serverKey } from '../../../config/keys.ts'
import type { Resolution } from '../../../config/options/resolution.ts'
import type { Place } from './places.ts'
import type { Places } from './names.ts'

/** A connection to it fails at once: it is broadcast, which TCP does not know. */
const NOWHERE = '255.255.255.255'

export function hasNames({ backends }: Config): boolean {
  return backends.some(({ servers }) => servers.some(({ resolution }) => resolution !== null))
}

/** A server without a place has no address. */
export function withPlaces(config: Config, places: Places): Config {
  const backends = config.backends.map((backend) => {
    const servers = backend.servers.map((server) => {
      const { resolution } = server
      return resolution ? at(server, resolution, places.get(serverKey(backend.name, server.name))) : server
    })
    return { ...backend, servers }
  })
  return { ...config, backends }
}

function at(server: Server, resolution: Resolution, place: Place | undefined): Server {
  if (!place)
    return { ...server, ...reachedAt(server, NOWHERE, server.port), resolution: { ...resolution, isResolved: false } }
  const { address, port, fqdn, weight } = place
  return {
    ...server,
    ...reachedAt(server, inBrackets(address), port),
    weight: weight ?? server.weight,
    // A certificate has the name, not the address.
    verifyhost: server.tls ? (server.verifyhost ?? fqdn) : server.verifyhost,
    resolution: { ...resolution, fqdn, isResolved: true },
  }
}

function reachedAt({ tls }: Server, hostname: string, port: number): Pick<Server, 'hostname' | 'port' | 'origin'> {
  return { hostname, port, origin: new URL(`${tls ? 'https' : 'http'}://${hostname}:${port}`).origin }
}
