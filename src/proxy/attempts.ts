// Attempts, one after the other, until one is the answer: pick -> attempt -> [again, here or elsewhere].

import { countsInFlight } from '../balance/create-policy.ts'
import type { HashRequest } from '../balance/hash-key.ts'
import type { Member } from '../balance/pool.ts'
import type { Backend } from '../config/config.ts'
import { lastCookie } from '../persistence/cookie-header.ts'
import { attempt, discard } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import type { Incoming } from './incoming.ts'
import type { Outgoing, ProxyPorts } from './ports.ts'
import { replayableBody } from './replay.ts'
import { mayRedispatch, mayRetry, turnAroundMs } from './retry.ts'
import type { Situation } from './retry.ts'

export interface Tries {
  /** The server of the last attempt. */
  readonly member: Member | undefined
  readonly last: Attempt | undefined
  readonly retries: number
  readonly redispatches: number
}

/** Where a request begins. */
export interface Start {
  readonly wish: Member | undefined
  readonly first: Member | undefined
  readonly isForced: boolean
}

export async function tryServers(
  { backend, pool, policy }: BackendRuntime,
  incoming: Incoming,
  { wish, first, isForced }: Start,
  ports: ProxyPorts,
): Promise<Tries> {
  const { request, url, headers } = incoming
  const hashRequest = hashRequestOf(incoming)
  const failed = new Set<Member>()
  let member: Member | undefined = wish ?? first ?? policy.pick(pool.candidates(), failed, hashRequest)
  if (!member) return { member, last: undefined, retries: 0, redispatches: 0 }

  const holding = replayableBody(request, backend.retries > 0 ? backend.replayBodyBytes : 0)
  const { body, replayable } = holding instanceof Promise ? await holding : holding
  const outgoing: Outgoing = { url, method: request.method, headers, body, host: backend.host }
  const stays = isForced || (wish !== undefined && backend.onDown !== 'redispatch')
  const interval = stays ? { ...backend, redispatch: 0 } : backend
  let retries = 0
  let redispatches = 0
  for (;;) {
    // No promise is made on the hot path that nobody needs: each costs, and all of this is run for every request.
    const last = countsInFlight(backend.balance)
      ? await countedAttempt(ports, backend, member, outgoing, request)
      : await attempt(ports, backend, member, outgoing)
    if (!mayRetry(backend, last, { method: request.method, replayable, retries })) {
      return { member, last, retries, redispatches }
    }
    retries += 1
    failed.add(member)
    const active = pool.candidates().filter(({ server }) => !server.backup).length
    const situation: Situation = { persistent: member === wish, down: !pool.servable(member), active }
    const next: Member | undefined = mayRedispatch(interval, retries, situation)
      ? // When all have failed once, any but the last is as good as another.
        (policy.pick(pool.candidates(), failed, hashRequest) ??
        policy.pick(pool.candidates(), new Set([member]), hashRequest))
      : undefined
    if (last.outcome === 'response') discard(last.response)
    const waitMs = turnAroundMs(backend, last, next !== undefined, active)
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    if (!next) continue
    member = next
    redispatches += 1
  }
}

/** Counts until the body's end. */
async function countedAttempt(
  ports: ProxyPorts,
  backend: Backend,
  member: Member,
  outgoing: Outgoing,
  request: Request,
): Promise<Attempt> {
  const leave = enter(member)
  // A client that hangs up ends everything here without a word, unless one listens.
  request.signal.addEventListener('abort', leave)
  const made = await attempt(ports, backend, member, outgoing)
  if (made.outcome === 'response') return { ...made, response: ports.whenEnded(made.response, leave) }
  leave()
  return made
}

/** Returns how to leave again, which counts once. */
function enter(member: Member): () => void {
  let inside = true
  member.inFlight += 1
  return () => {
    if (inside) member.inFlight -= 1
    inside = false
  }
}

export function hashRequestOf({ url, headers, clientAddress }: Incoming): HashRequest {
  return {
    url,
    headers,
    clientAddress,
    cookie: (name) => lastCookie(headers.get('cookie'), name),
  }
}
