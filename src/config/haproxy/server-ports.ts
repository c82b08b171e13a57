// Servers that are written without a port, or with one such as `:+1000`: HAProxy connects to the port that the client came
// to, plus that many (configuration manual 4.2 "server"). A server of ours has one port, so its clients must share theirs.

import { parseBind } from '../options/bind.ts'
import type { Draft } from './draft.ts'
import type { ServerDraft } from './server-line.ts'
import { leadsTo } from './leads-to.ts'
import { unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'

const MAX_PORT = 65_535

/** Gives each such server its port, and says which. One that gets none is taken out of its backend. */
export function resolveServerPorts(
  frontends: readonly Draft[],
  backends: readonly Draft[],
): ReadonlyMap<ServerDraft, Outcome | { readonly port: number }> {
  const resolved = new Map<ServerDraft, Outcome | { readonly port: number }>()
  for (const backend of backends) {
    const followers = backend.servers.filter(({ portOffset }) => portOffset !== undefined)
    if (followers.length === 0) continue
    const binds = frontends.filter((frontend) => leadsTo(frontend, backend)).flatMap((frontend) => frontend.binds)
    // A Unix socket has none.
    const ports = [...new Set(binds.map(({ text }) => parseBind(text)!.port))].filter((port) => port > 0)
    for (const server of followers) {
      const port = (ports[0] ?? 0) + server.portOffset!
      if (ports.length === 1 && port > 0 && port <= MAX_PORT) {
        server.input.url += `:${port}`
        resolved.set(server, { port })
        continue
      }
      backend.servers.splice(backend.servers.indexOf(server), 1)
      resolved.set(server, unsupported(problemOf(ports, port)))
    }
  }
  return resolved
}

function problemOf(ports: readonly number[], port: number): string {
  if (ports.length === 0) return 'needs a port: no bind leads to this backend whose port it could take'
  if (ports.length > 1) return `needs a port: its clients come to ports ${ports.join(', ')}; write one`
  return `port ${port} does not exist`
}
