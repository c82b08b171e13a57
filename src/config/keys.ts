// What frontends, backends and servers go by in whatever keeps something of each: the Monitor's storage and snapshots, counters,
// leases of slots, the bindings of `limpet serve`. Stored and deployed, so these texts never change. What people read is theirs
// who write it.

import { namesOf } from './names.ts'
import type { Named } from './names.ts'

/** `BACKEND/NAME`: where there are servers alone. */
export function serverKey(backend: string, server: string): string {
  return `${backend}/${server}`
}

/** Under today's names first, then under every former one of both. */
export function serverKeys(backend: Named, server: Named): readonly string[] {
  return namesOf(backend).flatMap((own) => namesOf(server).map((name) => serverKey(own, name)))
}

type Kind = 'frontend' | 'backend' | 'server'

/** `frontend:NAME`, `backend:NAME`, `server:BACKEND/NAME`: where all of them stand in one list. */
export type ProxyKey = `${Kind}:${string}`

export function proxyKey(
  ...[kind, ...names]: [Exclude<Kind, 'server'>, string] | ['server', string, string]
): ProxyKey {
  return `${kind}:${names.join('/')}`
}

/** `check:BACKEND/SERVER`: the binding of a server whose checks go a way of their own. */
export function checkKey(backend: string, server: string): string {
  return `check:${serverKey(backend, server)}`
}

export function isKeyOf(kind: Kind, key: string): boolean {
  return key.startsWith(`${kind}:`)
}
