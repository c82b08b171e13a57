// How many requests are in progress, and how many more there may be: this isolate's, and of servers with a maxconn those that others have
// last reported. HAProxy: configuration manual 7.3.2, 7.3.3 "dst_conn".

import type { KnownBackend, KnownServer } from '../facts.ts'
import { ofBackend, ofFrontend, ofServer } from './known.ts'
import type { FetchMaker } from '../tools.ts'

const UNLIMITED = -1n

const current = ({ inFlight, elsewhere }: KnownServer) => inFlight + elsewhere
const free = (limit: number, used: number) => Math.max(0, limit - used)

/** With those that wait, and this one, which is about to. */
export const beConn: FetchMaker = (given) =>
  ofBackend(given, ({ pool, admission }, isOwn, { server }) => {
    const sent = pool.members.reduce((sum, member) => sum + current(member), 0)
    return BigInt(sent + (admission?.waiting() ?? 0) + (isOwn && server === null ? 1 : 0))
  })

export const beConnFree: FetchMaker = (given) => ofBackend(given, ({ pool }) => sumOf(pool.candidates(), freeSlots))

export const connslots: FetchMaker = (given) =>
  ofBackend(given, (known) =>
    sumOf(
      known.pool.members.filter((member) => known.pool.servable(member)),
      (member) => {
        const slots = freeSlots(member)
        const { maxqueue } = member.server
        return slots === undefined || maxqueue === null ? undefined : slots + free(maxqueue, boundTo(known, member))
      },
    ),
  )

export const srvConn: FetchMaker = (given) => ofServer(given, (member) => BigInt(current(member)))

export const srvConnFree: FetchMaker = (given) => ofServer(given, (member) => sumOf([member], freeSlots))

export const feConn: FetchMaker = (given) =>
  ofFrontend(given, ({ gate }) => (gate ? BigInt(gate.current()) : undefined))

/** Undefined: there is no limit. */
function freeSlots(member: KnownServer): number | undefined {
  const { maxconn } = member.server
  return maxconn === null ? undefined : free(maxconn, current(member))
}

function boundTo({ admission }: KnownBackend, member: KnownServer): number {
  return admission?.bound(member) ?? 0
}

function sumOf(members: readonly KnownServer[], numberOf: (member: KnownServer) => number | undefined): bigint {
  let sum = 0
  for (const member of members) {
    const number = numberOf(member)
    if (number === undefined) return UNLIMITED
    sum += number
  }
  return BigInt(sum)
}
