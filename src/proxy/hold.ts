// A request's place on a server, from before it is sent until its body or WebSocket has ended: it counts as in progress,
// it may have one of the server's slots, and a server that is marked down may cut it off (configuration manual 5.2
// "on-marked-down", "on-marked-up").

import { countsInFlight } from '../balance/create-policy.ts'
import type { Member, Pool } from '../balance/pool.ts'
import type { Backend } from '../config/config.ts'
import { attempt } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import type { Admission } from './admission.ts'
import type { Incoming } from './incoming.ts'
import type { Outgoing, ProxyPorts } from './ports.ts'

/** How often a request that lasts looks around. */
const LOOK_MS = 1_000

export type Holding = (member: Member, outgoing: Outgoing, incoming: Incoming, ports: ProxyPorts) => Promise<Attempt>

/** Undefined: nobody needs to know when a request of this backend ends, and its bytes are left alone. */
export function createHolding(backend: Backend, pool: Pool, admission: Admission | undefined): Holding | undefined {
  const cutsBackups = backend.servers.some((server) => server.shutsBackupSessions)
  const mayCut = cutsBackups || backend.servers.some((server) => server.shutsSessions)
  if (!admission && !mayCut && !countsInFlight(backend.balance)) return undefined

  return async (member, outgoing, incoming, ports) => {
    const leave = enter(member, incoming)
    // A client that hangs up ends everything here without a word, unless one listens.
    incoming.request.signal.addEventListener('abort', leave)
    const made = await attempt(ports, backend, member, outgoing, mayCut ? () => isCutOff(member) : undefined)
    if (made.outcome !== 'response') {
      leave()
      return made
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    const { response, cut } = ports.whenEnded(made.response, () => {
      if (timer !== undefined) clearTimeout(timer)
      leave()
    })
    const look = () => {
      if (isCutOff(member)) return cut()
      admission?.renew(member, incoming)
      timer = setTimeout(look, LOOK_MS)
    }
    if (admission || mayCut) timer = setTimeout(look, LOOK_MS)
    return { ...made, response }
  }

  /** Returns how to leave again, which counts once. */
  function enter(member: Member, incoming: Incoming): () => void {
    let inside = true
    member.inFlight += 1
    const { promise: left, resolve } = Promise.withResolvers<void>()
    // Or the request's context could be gone by the time that its slot is given back.
    if (admission) incoming.lifetime.waitUntil(left)
    return () => {
      if (!inside) return
      inside = false
      member.inFlight -= 1
      admission?.leave(member, incoming)
      resolve()
    }
  }

  /** HAProxy cuts off in maint, too. */
  function isCutOff(member: Member): boolean {
    const { server } = member
    if (server.shutsSessions && !pool.servable(member)) return true
    return cutsBackups && server.backup && pool.candidates().some((each) => each.server.shutsBackupSessions)
  }
}
