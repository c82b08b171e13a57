// Whether it matters when a request has ended. Elsewhere its body passes untouched, and what notices its end is not in the Worker.

import { algorithmOf } from './balance.ts'
import type { Backend } from './options/backend.ts'

/** Its servers have slots, a server that goes down cuts off what is in progress, or the policy looks at it. */
export function holdsRequests(backend: Backend): boolean {
  return (
    countsInFlight(backend) ||
    backend.servers.some(
      ({ maxconn, shutsSessions, shutsBackupSessions }) => maxconn !== null || shutsSessions || shutsBackupSessions,
    )
  )
}

/** Whether a policy reads `inFlight`, so that requests must count until their bodies have ended. */
export function countsInFlight(backend: Pick<Backend, 'balance' | 'hashType' | 'hashBalanceFactor'>): boolean {
  const algorithm = algorithmOf(backend)
  if (algorithm === 'leastconn' || algorithm === 'random') return true
  return backend.hashBalanceFactor !== null && (algorithm === 'consistent' || algorithm === 'rendezvous')
}
