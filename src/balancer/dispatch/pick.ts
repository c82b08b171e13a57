// Picks a server for a client that belongs to none.

import { isHashed } from '../../balance/create-policy.ts'
import type { HashRequest } from '../../balance/hash-key.ts'
import { NOBODY } from '../../balance/pool.ts'
import type { Member } from '../../balance/pool.ts'
import { Bytes, toText } from '../../rules/values.ts'
import type { BackendRuntime } from '../backend-runtime.ts'
import type { Journey } from '../journey.ts'
import type { RequestPorts } from '../ports.ts'

/** Never one of `failed`. A server that just failed other requests, is in slowstart or has no free slot only if there is no better one. */
export function pickNew(
  { backend, pool, policy, ejection, admission }: BackendRuntime,
  journey: Pick<Journey, 'asked' | 'body' | 'forOrigin' | 'hashSample' | 'nowMs'>,
  ports: Pick<RequestPorts, 'random'>,
  failed: ReadonlySet<Member> = NOBODY,
): Member | undefined {
  const hashRequest = hashRequestOf(journey)
  const candidates = pool.candidates()
  const { nowMs } = journey
  const ejected = backend.ejection ? ejection.avoided(nowMs) : NOBODY
  // Hash policies ignore slowstart and full slots, so that a key always maps to one server.
  const isFree = !isHashed(backend.balance)
  const starting = isFree ? pool.skippedBySlowstart(nowMs, ports.random) : NOBODY
  const isFull = isFree ? admission?.isFull : undefined
  if (ejected.size + starting.size > 0 || isFull) {
    const has = (member: Member) =>
      failed.has(member) || ejected.has(member) || starting.has(member) || isFull?.(member) === true
    const better = policy.pick(candidates, { has }, hashRequest)
    if (better) return better
  }
  return policy.pick(candidates, failed, hashRequest)
}

function hashRequestOf({
  asked: { clientAddress, method },
  body,
  forOrigin: { target, headers },
  hashSample,
}: Parameters<typeof pickNew>[1]): HashRequest {
  const posted = () => (body && method === 'POST' ? toText(new Bytes(body.bytes)) : undefined)
  return { target, headers, clientAddress, sample: () => hashSample?.(), posted }
}
