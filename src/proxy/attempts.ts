// Attempts, one after the other, until one is the answer: pick -> attempt -> [again, here or elsewhere].

import { isHashed } from '../balance/create-policy.ts'
import type { HashRequest } from '../balance/hash-key.ts'
import type { Member } from '../balance/pool.ts'
import { isGood } from '../health/observe.ts'
import { lastCookie } from '../persistence/cookie-header.ts'
import { countResponse } from '../stats/tally.ts'
import { attempt, discard, UNSENDABLE } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import type { BackendRuntime } from './backend-runtime.ts'
import type { Incoming } from './incoming.ts'
import type { Outgoing, ProxyPorts } from './ports.ts'
import { counting, isIdempotent, replayableBody } from './replay.ts'
import { mayRedispatch, mayRetry, turnAroundMs } from './retry.ts'
import type { Situation } from './retry.ts'

export interface Tries {
  /** The server of the last attempt. */
  readonly member: Member | undefined
  readonly last: Attempt | undefined
  readonly retries: number
  readonly redispatches: number
  /** How long it waited for a slot, and how long the last attempt took until headers. */
  readonly queueMs: number
  readonly responseMs: number
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
  if (!member) return NOT_ASKED
  if (member !== wish) countBalanced(runtime, member)

  const reading = replayableBody(request, backend.retries > 0 ? backend.replayBodyBytes : 0)
  const { body, replayable, isUnsendable } = reading instanceof Promise ? await reading : reading
  if (isUnsendable) return { ...NOT_ASKED, last: UNSENDABLE }
  const sent = ports.countsBytes && body instanceof ReadableStream ? counting(body, incoming) : body
  const { method } = request
  const { askedHost } = incoming
  const outgoing: Outgoing = { url, askedHost, method, headers, body: sent, host: backend.host }
  const stays = isForced || (wish !== undefined && backend.onDown !== 'redispatch')
  const interval = stays ? { ...backend, redispatch: 0 } : backend
  let retries = 0
  let redispatches = 0
  /** Whether this server alone will do: the client, or its key, belongs there. */
  let isBound = member === wish || member === first || isHashed(backend.balance)
  const deadlineMs = admission ? ports.now() + backend.timeoutQueueMs : 0
  let queueMs = 0
  let responseMs = 0
  const ended = (last: Attempt | undefined): Tries => ({ member, last, retries, redispatches, queueMs, responseMs })
  for (;;) {
    // No promise is made on the hot path that nobody needs: each costs, and all of this is run for every request.
    const probing = isGone(runtime, member, outgoing.method, ports)
    const gone = probing instanceof Promise ? await probing : probing
    if (admission && !gone) {
      const admitting = admission.admit(incoming, {
        member,
        isBound,
        mayLeave: interval.redispatch !== 0,
        mayLeaveDown: interval.redispatch !== 0 && !backend.persist,
        failed,
        deadlineMs,
        repick: (avoided) => pickNew(runtime, incoming, ports, new Set([...failed, ...avoided])),
      })
      let admitted = admitting as Awaited<typeof admitting>
      if (admitting instanceof Promise) {
        const queuedMs = ports.now()
        admitted = await admitting
        queueMs += ports.now() - queuedMs
      }
      if (!admitted) {
        runtime.tally.counts.econ += 1
        return ended(undefined)
      }
      if (isBound && admitted !== member) {
        redispatches += 1
        countRedispatch(runtime, member)
      }
      member = admitted
    }
    const { counts } = member.tally
    counts.stot += 1
    const sentMs = ports.now()
    const last: Attempt = gone
      ? REFUSED
      : holding
        ? await holding(member, outgoing, incoming, ports)
        : await attempt(ports, backend, member, outgoing)
    responseMs = ports.now() - sentMs
    count(runtime, member, last, queueMs, responseMs)
    if (last.outcome === 'unsendable' || last.outcome === 'cut') return ended(last)
    // Without an answer to a body that streams, the client that sends it may be as slow, or as gone, as the server.
    if (last.outcome === 'response' || replayable) {
      ejection.judge(member, last.outcome !== 'response', ports.now())
      observe(member, last, incoming, runtime, ports)
    }
    const asked = { method: request.method, replayable, retries, noL7Retry: incoming.noL7Retry ?? false }
    if (!mayRetry(backend, last, asked) || !retryBudget.spend()) {
      if (last.outcome === 'failed') {
        counts.econ += 1
        runtime.tally.counts.econ += 1
      }
      return ended(last)
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
    if (!next) {
      counts.wretr += 1
      runtime.tally.counts.wretr += 1
      continue
    }
    countRedispatch(runtime, member)
    countBalanced(runtime, next)
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

const NOT_ASKED: Tries = {
  member: undefined,
  last: undefined,
  retries: 0,
  redispatches: 0,
  queueMs: 0,
  responseMs: 0,
}
const NOBODY: ReadonlySet<Member> = new Set()
const NONE: readonly Member[] = []

function count({ tally }: BackendRuntime, member: Member, last: Attempt, queueMs: number, responseMs: number): void {
  const { counts } = member.tally
  if (last.outcome === 'response') {
    countResponse(counts, last.response.status)
    counts.timed += 1
    counts.qtime += queueMs
    counts.rtime += responseMs
    counts.ttime += responseMs
  } else if (last.outcome === 'timeout' || last.outcome === 'unusable' || last.outcome === 'cut') {
    counts.eresp += 1
    tally.counts.eresp += 1
  }
}

function countBalanced({ tally }: BackendRuntime, member: Member): void {
  member.tally.counts.lbtot += 1
  tally.counts.lbtot += 1
}

function countRedispatch({ tally }: BackendRuntime, from: Member): void {
  from.tally.counts.wredis += 1
  tally.counts.wredis += 1
}

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
  return ports.probe(member.server, backend.timeoutConnectMs).then((found) => found !== 'opens')
}

export function hashRequestOf({ url, headers, clientAddress }: Incoming): HashRequest {
  return {
    url,
    headers,
    clientAddress,
    cookie: (name) => lastCookie(headers.get('cookie'), name),
  }
}
