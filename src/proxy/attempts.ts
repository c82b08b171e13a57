// Attempts, one after the other, until one is the answer: pick -> attempt -> [again, here or elsewhere].

import { isHashed } from '../balance/create-policy.ts'
import type { HashRequest } from '../balance/hash-key.ts'
import type { Member } from '../balance/pool.ts'
import { isGood } from '../health/observe.ts'
import { lastCookie } from '../persistence/cookie-header.ts'
import { attempt, discard } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import type { Incoming } from './incoming.ts'
import type { Outgoing, ProxyPorts } from './ports.ts'
import { isIdempotent, replayableBody } from './replay.ts'
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
  runtime: BackendRuntime,
  incoming: Incoming,
  { wish, first, isForced }: Start,
  ports: ProxyPorts,
): Promise<Tries> {
  const { backend, pool, ejection, retryBudget, admission, holding } = runtime
  const { request, url, headers } = incoming
  const failed = new Set<Member>()
  let member: Member | undefined = wish ?? first ?? pickNew(runtime, incoming, ports, failed)
  retryBudget.earn()
  if (!member) return { member, last: undefined, retries: 0, redispatches: 0 }

  const reading = replayableBody(request, backend.retries > 0 ? backend.replayBodyBytes : 0)
  const { body, replayable } = reading instanceof Promise ? await reading : reading
  const outgoing: Outgoing = { url, method: request.method, headers, body, host: backend.host }
  const stays = isForced || (wish !== undefined && backend.onDown !== 'redispatch')
  const interval = stays ? { ...backend, redispatch: 0 } : backend
  let retries = 0
  let redispatches = 0
  /** Whether this server alone will do: the client, or its key, belongs there. */
  let isBound = member === wish || member === first || isHashed(backend.balance)
  const deadlineMs = admission ? ports.now() + backend.timeoutQueueMs : 0
  for (;;) {
    // No promise is made on the hot path that nobody needs: each costs, and all of this is run for every request.
    const probing = isGone(runtime, member, outgoing.method, ports)
    const gone = probing instanceof Promise ? await probing : probing
    if (admission && !gone) {
      const admitting = admission.admit(incoming, {
        member,
        isBound,
        mayLeave: interval.redispatch !== 0,
        failed,
        deadlineMs,
        repick: (avoided) => pickNew(runtime, incoming, ports, new Set([...failed, ...avoided])),
      })
      const admitted = admitting instanceof Promise ? await admitting : admitting
      if (!admitted) return { member, last: undefined, retries, redispatches }
      if (isBound && admitted !== member) redispatches += 1
      member = admitted
    }
    const last = gone
      ? REFUSED
      : holding
        ? await holding(member, outgoing, incoming, ports)
        : await attempt(ports, backend, member, outgoing)
    if (last.outcome === 'unsendable') return { member, last, retries, redispatches }
    // Without an answer to a body that streams, the client that sends it may be as slow, or as gone, as the server.
    if (last.outcome === 'response' || replayable) {
      ejection.judge(member, last.outcome !== 'response', ports.now())
      observe(member, last, incoming, runtime, ports)
    }
    const asked = { method: request.method, replayable, retries, noL7Retry: incoming.noL7Retry ?? false }
    if (!mayRetry(backend, last, asked) || !retryBudget.spend()) {
      return { member, last, retries, redispatches }
    }
    retries += 1
    failed.add(member)
    const active = pool.candidates().filter(({ server }) => !server.backup).length
    const situation: Situation = { persistent: member === wish, down: !pool.servable(member), active }
    const next: Member | undefined = mayRedispatch(interval, retries, situation)
      ? // When all have failed once, any but the last is as good as another.
        (pickNew(runtime, incoming, ports, failed) ?? pickNew(runtime, incoming, ports, new Set([member])))
      : undefined
    if (last.outcome === 'response') discard(last.response)
    const waitMs = turnAroundMs(backend, last, next !== undefined, active)
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    isBound = next === undefined
    if (!next) continue
    member = next
    redispatches += 1
  }
}

/**
 * A server for a client that belongs nowhere: not one of `failed`, and one that has just failed others, is only
 * starting, or has no slot free, if there is no better one.
 */
export function pickNew(
  { backend, pool, policy, ejection, admission }: BackendRuntime,
  incoming: Incoming,
  ports: Pick<ProxyPorts, 'now' | 'random'>,
  failed: ReadonlySet<Member> = NOBODY,
): Member | undefined {
  const hashRequest = hashRequestOf(incoming)
  const candidates = pool.candidates()
  const nowMs = ports.now()
  const ejected = backend.ejection ? ejection.avoided(nowMs) : NOBODY
  // A key's server must not be a matter of chance.
  const isFree = !isHashed(backend.balance)
  const starting = isFree ? pool.passedOver(nowMs, ports.random) : NOBODY
  const full = isFree && admission ? candidates.filter(admission.isFull) : NONE
  if (ejected.size + starting.size + full.length > 0) {
    const better = policy.pick(candidates, new Set([...failed, ...ejected, ...starting, ...full]), hashRequest)
    if (better) return better
  }
  return policy.pick(candidates, failed, hashRequest)
}

const NOBODY: ReadonlySet<Member> = new Set()
const NONE: readonly Member[] = []

/** HAProxy's `observe`: so many bad attempts in a row, and the Monitor hears of it. */
function observe(
  member: Member,
  last: Attempt,
  incoming: Incoming,
  { backend }: BackendRuntime,
  ports: ProxyPorts,
): void {
  const { server } = member
  if (server.observe === null) return
  const status = last.outcome === 'response' ? last.response.status : undefined
  member.errors = isGood(server.observe.layer, status) ? 0 : member.errors + 1
  if (member.errors < server.observe.errorLimit) return
  member.errors = 0
  incoming.lifetime.waitUntil(ports.report(backend.name, server.name))
}

const REFUSED: Attempt = { outcome: 'failed', delivered: 'no' }

/**
 * A request that must not be sent twice is not sent on trust to a server that has just failed: where a connection can be
 * tried, that is done first, and one that is refused proves that nothing was delivered.
 */
function isGone(
  { backend, ejection }: BackendRuntime,
  member: Member,
  method: string,
  ports: ProxyPorts,
): boolean | Promise<boolean> {
  if (isIdempotent(method) || !ports.probe || !ejection.avoided(ports.now()).has(member)) return false
  return ports.probe(member.server, backend.timeoutConnectMs).then((opens) => !opens)
}

export function hashRequestOf({ url, headers, clientAddress }: Incoming): HashRequest {
  return {
    url,
    headers,
    clientAddress,
    cookie: (name) => lastCookie(headers.get('cookie'), name),
  }
}
