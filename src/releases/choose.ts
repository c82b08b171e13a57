// Which release does a request get? The first that applies: a rule's server, an id in the request, the pin, the server that the client
// has, the client's arm.

import type { Kind } from './kind.ts'
import type { Standings } from './standing.ts'

/** Who decided: a `useServer` or `useRelease` rule, an id in the request, a path of `live`, the pin, the client's server, the draw; `down`: nobody was there. */
export type ReleaseBy = 'use' | 'id' | 'live' | 'pin' | 'server' | 'draw' | 'down'

export interface Choice {
  readonly release: string
  readonly by: ReleaseBy
}

export interface Claims {
  readonly kind: Kind
  /** Whether a client's documents stay on its release. */
  readonly keepsDocuments: boolean
  /** By a rule: the release, or that of the server. */
  readonly used: string | undefined
  /** Named by the request, in order of `ids`. */
  readonly ids: readonly string[]
  /** Of a pin that is valid. */
  readonly pinned: string | undefined
  /** Of the server that the client's cookie, or the entry of a stick table, names. */
  readonly served: string | undefined
}

/** Undefined: the client's arm decides; see `isForArm`. */
export function choose(claims: Claims, standings: Standings): Choice | undefined {
  const { kind, used, ids, pinned, served } = claims
  if (used !== undefined) return { release: used, by: 'use' }
  if (kind === 'live') return undefined
  const named = kind === 'document' ? undefined : ids.find((id) => isServed(id, standings))
  if (named !== undefined) return { release: named, by: 'id' }
  if (kind === 'document' && !claims.keepsDocuments) return undefined
  if (mayKeep(pinned, kind, standings)) return { release: pinned, by: 'pin' }
  return mayKeep(served, kind, standings) ? { release: served, by: 'server' } : undefined
}

/**
 * What the client would claim without the rule that decided. An id is about a page, not about its client. The server does not count if the
 * rule may have given it: a `useServer` rule always has, and a `useRelease` rule can have once a pin was there.
 */
export function withoutRule(claims: Claims, isServerRule: boolean, hasHadPin: boolean): Claims {
  const isGiven = isServerRule || (hasHadPin && claims.served === claims.used)
  return { ...claims, used: undefined, ids: [], served: isGiven ? undefined : claims.served }
}

/** Whether it serves anything at all. */
export function isServed(release: string, standings: Standings): boolean {
  const standing = standings.of(release)
  return standing !== undefined && standing !== 'ended'
}

/** A broken release serves what its pages ask for, and no new pages. */
export function mayKeep(release: string | undefined, kind: Kind, standings: Standings): release is string {
  if (release === undefined || !isServed(release, standings)) return false
  return kind !== 'document' || standings.of(release) !== 'aborted'
}
