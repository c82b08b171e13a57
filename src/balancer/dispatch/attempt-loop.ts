// Attempts, one after the other, until one succeeds: pick -> attempt -> [again, here or elsewhere].

import { isHashed } from '../../balance/create-policy.ts'
import { NOBODY } from '../../balance/pool.ts'
import type { Member } from '../../balance/pool.ts'
import { isGood } from '../../health/observe.ts'
import type { BackendRuntime } from '../backend-runtime.ts'
import type { Journey } from '../journey.ts'
import type { Outgoing, RequestPorts } from '../ports.ts'
import { countAttempt, countBalanced, countRedispatch, countRetry, countUnreached } from '../record/count-attempt.ts'
import { attempt, discard } from './attempt.ts'
import type { Attempt, Tried } from './attempt.ts'
import { pickNew } from './pick.ts'
import { counting, isIdempotent, replayableBody } from './replay.ts'
import { mayRedispatch, mayRetry, turnAroundMs } from './retry.ts'
import type { Situation } from './retry.ts'

/** Where a request begins. */
export interface Start {
  readonly wish: Member | undefined
  readonly first: Member | undefined
  readonly isForced: boolean
}

/** The journey's own promise, where nothing but the server has to be waited for: `conclude` makes the response. */
export async function tryServers(
  runtime: BackendRuntime,
  journey: Journey,
  { wish, first, isForced }: Start,
  ports: RequestPorts,
  conclude: (tried: Tried) => Response | Promise<Response>,
): Promise<Response> {
  const { backend, tally, pool, ejection, retryBudget, admission, holding } = runtime
  const { asked, forOrigin } = journey
  let failed: ReadonlySet<Member> = NOBODY
  let member: Member | undefined = wish ?? first ?? pickNew(runtime, journey, ports, failed)
  retryBudget.earn()
  if (!member) return conclude(NOT_ASKED)
  if (member !== wish) countBalanced(tally, member)

  const stallMs = Math.min(asked.frontend.timeoutClientMs ?? Infinity, backend.timeoutServerMs)
  const reading = replayableBody(journey, backend.retries > 0 ? backend.replayBodyBytes : 0, stallMs)
  const { body, replayable, problem } = reading instanceof Promise ? await reading : reading
  if (reading instanceof Promise) journey.nowMs = ports.now()
  if (problem) return conclude({ member: undefined, last: problem })
  const outgoing: Outgoing = {
    target: forOrigin.target,
    askedHost: asked.host,
    method: forOrigin.method,
    headers: forOrigin.headers,
    body: ports.countsBytes && body instanceof ReadableStream ? counting(body, journey) : body,
    host: backend.host,
    timeoutServerMs: journey.timeoutServerMs,
  }
  const stays = isForced || (wish !== undefined && backend.onDown !== 'redispatch')
  const retryPolicy = stays ? { ...backend, redispatch: 0 } : backend
  /** Whether this server alone will do: the client, or its key, belongs there. */
  let isBound = member === wish || member === first || isHashed(backend.balance)
  const deadlineMs = journey.nowMs + backend.timeoutQueueMs
  for (;;) {
    let waitedMs = 0
    // The hot path makes no promise it does not need: each one costs, and this runs for every request.
    const probing = isUnreachable(runtime, member, journey, ports)
    const gone = probing instanceof Promise ? await probing : probing
    if (probing instanceof Promise) journey.nowMs = ports.now()
    if (admission && !gone) {
      const admitting = admission.admit(journey, {
        member,
        pool,
        isBound,
        mayLeave: retryPolicy.redispatch !== 0,
        mayLeaveDown: retryPolicy.redispatch !== 0 && !backend.persist,
        failed,
        deadlineMs,
        repick: (avoided) => pickNew(runtime, journey, ports, new Set([...failed, ...avoided])),
      })
      let admitted = admitting as Awaited<typeof admitting>
      if (admitting instanceof Promise) {
        const queuedMs = journey.nowMs
        admitted = await admitting
        journey.nowMs = ports.now()
        waitedMs = journey.nowMs - queuedMs
        journey.queueMs += waitedMs
      }
      if (!admitted) {
        tally.counts.econ += 1
        return conclude({ member, last: undefined })
      }
      if (isBound && admitted !== member) {
        journey.redispatches += 1
        countRedispatch(tally, member)
      }
      member = admitted
    }
    member.tally.counts.stot += 1
    const sentMs = journey.nowMs
    member.tally.meter?.mark(sentMs)
    const last: Attempt = gone
      ? REFUSED
      : holding
        ? await holding(member, outgoing, journey, ports)
        : await attempt(ports, backend, member, outgoing)
    journey.nowMs = ports.now()
    journey.responseMs = journey.nowMs - sentMs
    countAttempt(tally, member, last, waitedMs, journey.responseMs)
    if (last.outcome === 'unsendable' || last.outcome === 'cut') return conclude({ member, last })
    // While a body streams, silence may be the client's fault: the server is not blamed.
    if (last.outcome === 'response' || replayable) {
      ejection.judge(member, last.outcome !== 'response', journey.nowMs)
      if (last.outcome !== 'response') member.answeredMs = 0
      else if (last.status < 500) member.answeredMs = journey.nowMs
      observe(member, last, journey, runtime, ports)
    }
    const { retries, isL7RetryOff } = journey
    if (
      !mayRetry(backend, last, { method: forOrigin.method, replayable, retries, isL7RetryOff }) ||
      !retryBudget.spend()
    ) {
      if (last.outcome === 'failed') countUnreached(tally, member)
      return conclude({ member, last })
    }
    journey.retries += 1
    failed = new Set([...failed, member])
    const active = pool.candidates().filter(({ server }) => !server.backup).length
    const situation: Situation = { persistent: member === wish, down: !pool.servable(member), active }
    const next: Member | undefined = mayRedispatch(retryPolicy, journey.retries, situation)
      ? // When all have failed once, any server but the last one tried will do.
        (pickNew(runtime, journey, ports, failed) ?? pickNew(runtime, journey, ports, new Set([member])))
      : undefined
    if (last.outcome === 'response') discard(last.response)
    const waitMs = turnAroundMs(backend, last, next !== undefined, active)
    if (waitMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, waitMs))
      journey.nowMs = ports.now()
    }
    isBound = next === undefined
    if (!next) {
      countRetry(tally, member)
      continue
    }
    countRedispatch(tally, member)
    countBalanced(tally, next)
    member = next
    journey.redispatches += 1
  }
}

const NOT_ASKED: Tried = { member: undefined, last: undefined }

/** HAProxy's `observe`: after a number of bad attempts in a row, the Monitor is told. */
function observe(
  member: Member,
  last: Attempt,
  { lifetime }: Journey,
  { backend }: BackendRuntime,
  ports: RequestPorts,
): void {
  const { server } = member
  if (server.observe === null) return
  const status = last.outcome === 'response' ? last.status : undefined
  member.errors = isGood(server.observe.layer, status) ? 0 : member.errors + 1
  if (member.errors < server.observe.errorLimit) return
  member.errors = 0
  lifetime.waitUntil(ports.report(backend.name, server.name))
}

const REFUSED: Attempt = { outcome: 'failed', delivered: 'no' }

/**
 * A request that must not be sent twice is not sent on trust to a server that has just failed: where a connection can be
 * tried, it is tried first, and a refusal proves that nothing was delivered.
 */
function isUnreachable(
  { backend, ejection }: BackendRuntime,
  member: Member,
  { forOrigin, nowMs }: Journey,
  ports: RequestPorts,
): boolean | Promise<boolean> {
  if (!ports.probe || !ejection.avoids(member, nowMs) || isIdempotent(forOrigin.method)) return false
  return ports.probe(member.server, backend.timeoutConnectMs).then((found) => found !== 'opens')
}
