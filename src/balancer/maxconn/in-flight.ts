// A request's place on a server, from before it is sent until its body or WebSocket has ended: it counts as in progress,
// it may have one of the server's slots, and a server that is marked down may cut it off (configuration manual 5.2
// "on-marked-down", "on-marked-up"). The end of a WebSocket that passes through is unknown: its slot expires.

import { moveBehind } from '../../balance/pool.ts'
import type { Member, Pool } from '../../balance/pool.ts'
import type { Backend } from '../../config/config.ts'
import { attempt } from '../dispatch/attempt.ts'
import type { Attempt } from '../dispatch/attempt.ts'
import type { Admission } from './server.ts'
import type { Journey } from '../journey.ts'
import type { Outgoing, RequestPorts } from '../ports.ts'

/** How often a long request looks whether it must end, or renew its lease. */
const LOOK_MS = 1_000
/** A WebSocket that passes through has a slot for as long as a lease: a slot that is held too long refuses others. */
export const PASSED_SOCKET_SLOT_MS = 10_000
/** And how long it counts as in progress: balancing needs to know which servers got many lately. */
export const PASSED_SOCKET_COUNTS_MS = 300_000

/** Says that a request counts as in progress, without keeping the request itself in memory. */
interface Counted {
  readonly member: Member
  untilMs: number
  isOver: boolean
}

interface Place {
  readonly counted: Counted
  /** Stops counting it, and gives its slot back. */
  leave(): void
  /** It keeps counting, without a slot. */
  giveSlotBack(): void
}

function endCount(counted: Counted): void {
  if (counted.isOver) return
  counted.isOver = true
  counted.member.inFlight -= 1
  moveBehind(counted.member)
}

export type Holding = (member: Member, outgoing: Outgoing, journey: Journey, ports: RequestPorts) => Promise<Attempt>

/** For a backend where it matters when a request has ended (config/in-flight.ts), or of which a rule asks how many are in progress. */
export function createHolding(backend: Backend, pool: Pool, admission: Admission | undefined): Holding {
  const cutsBackups = backend.servers.some((server) => server.shutsBackupSessions)
  const mayCut = cutsBackups || backend.servers.some((server) => server.shutsSessions)

  /** In the order in which they run out. */
  const passed = new Set<Counted>()

  return async (member, outgoing, journey, ports) => {
    endPassed(ports.now())
    const place = enter(member, journey)
    // Without a listener, a client that hangs up silently ends everything here.
    journey.request.signal.addEventListener('abort', place.leave)
    const made = await attempt(ports, backend, member, outgoing, mayCut ? () => isCutOff(member) : undefined)
    if (made.outcome !== 'response') {
      place.leave()
      return made
    }
    let timer: ReturnType<typeof setTimeout> | undefined
    let hasEnded = false
    const onEnd = () => {
      hasEnded = true
      if (timer !== undefined) clearTimeout(timer)
      place.leave()
    }
    const watched =
      made.status === 101
        ? ports.whenClosed(made.response, onEnd, canBeCutOff(member))
        : ports.whenEnded(made.response, onEnd)
    const answeredMs = ports.now()
    if (!watched) {
      place.counted.untilMs = answeredMs + PASSED_SOCKET_COUNTS_MS
      passed.add(place.counted)
      if (!admission) place.giveSlotBack()
    }
    const look = () => {
      if (!watched && ports.now() - answeredMs >= PASSED_SOCKET_SLOT_MS) return place.giveSlotBack()
      if (watched && isCutOff(member)) return watched.cut()
      admission?.renew(member, journey)
      timer = setTimeout(look, LOOK_MS)
    }
    // An answer without a body has ended before anybody could look.
    if (!hasEnded && (admission || (watched && mayCut))) timer = setTimeout(look, LOOK_MS)
    return watched ? { ...made, response: watched.response } : made
  }

  function enter(member: Member, journey: Journey): Place {
    const counted: Counted = { member, untilMs: Number.POSITIVE_INFINITY, isOver: false }
    let hasSlot = true
    member.inFlight += 1
    moveBehind(member)
    const { promise: left, resolve } = Promise.withResolvers<void>()
    // Otherwise the request's context could be gone before it sees the end, and the count would never go down again.
    journey.lifetime.waitUntil(left)
    const giveSlotBack = () => {
      if (!hasSlot) return
      hasSlot = false
      admission?.leave(member, journey)
      resolve()
    }
    const leave = () => {
      endCount(counted)
      giveSlotBack()
    }
    return { counted, leave, giveSlotBack }
  }

  /** No timer can run that long, because a context ends soon after its answer. The next request looks instead. */
  function endPassed(nowMs: number): void {
    for (const counted of passed) {
      if (counted.untilMs > nowMs) return
      passed.delete(counted)
      endCount(counted)
    }
  }

  function canBeCutOff({ server }: Member): boolean {
    return server.shutsSessions || (cutsBackups && server.backup)
  }

  /** HAProxy cuts off in maint, too. */
  function isCutOff(member: Member): boolean {
    const { server } = member
    if (server.shutsSessions && !pool.servable(member)) return true
    return cutsBackups && server.backup && pool.candidates().some((each) => each.server.shutsBackupSessions)
  }
}
