// maxconn: before a request is sent to a server it takes one of the server's slots, or waits for one (configuration
// manual 5.2 "maxconn", "maxqueue"; 4.2 "timeout queue"). A persistent request waits for its own server, any other for
// the first server that is free. Backends without a maxconn have no admission, and pay nothing for it.

import type { Member, Pool } from '../../balance/pool.ts'
import type { Server } from '../../config/config.ts'
import type { Limit } from '../../flow/limit.ts'
import { createQueue } from '../../flow/queue.ts'
import type { Journey } from '../journey.ts'

export interface Asked {
  /** Where the request should go; for a new client this may change. */
  readonly member: Member
  /** Where another may be found: the backend's servers, or those of a release. */
  readonly pool: Pool
  /** The client or its key belongs there: it waits for this server. */
  readonly isBound: boolean
  /** Another server will do when its queue is full. */
  readonly mayLeave: boolean
  /** Another server will do when this one goes down: not under `option persist`. */
  readonly mayLeaveDown: boolean
  readonly failed: ReadonlySet<Member>
  /** Unix milliseconds. */
  readonly deadlineMs: number
  /** A new choice, best among those that are not full. */
  repick(avoided: readonly Member[]): Member | undefined
}

/** The server whose slot was taken; undefined: none became free in time. */
export type Admitted = Member | undefined

export interface Admission {
  /** A promise only when the request has to wait. */
  admit(journey: Journey, asked: Asked): Admitted | Promise<Admitted>
  leave(member: Member, journey: Journey): void
  /** Renews the lease of a slot that is held for a long time. */
  renew(member: Member, journey: Journey): void
  isFull(member: Member): boolean
  /** Requests of this isolate that wait for a slot: of this server, perhaps among others, or of any. */
  waiting(member?: Member): number
  /** Those that wait for this server and no other. */
  bound(member: Member): number
}

export type MakeLimit = (server: Server, max: number, onAnswer: () => void) => Limit

/** For a backend with a server that has a maxconn. */
export function createAdmission(pool: Pool, makeLimit: MakeLimit, now: () => number): Admission {
  const queue = createQueue(now)
  const limits = new Map<Member, Limit>()
  const owners = new Map<Limit, Member>()
  const bound = new Map<Member, number>()
  const addBound = (member: Member, n: number) => bound.set(member, (bound.get(member) ?? 0) + n)
  for (const member of pool.members) {
    const { maxconn } = member.server
    if (maxconn === null) continue
    const limit = makeLimit(member.server, maxconn, () => {
      member.elsewhere = limit.elsewhere
      queue.serve(limit)
    })
    limits.set(member, limit)
    owners.set(limit, member)
  }

  const isFull = (member: Member) => limits.get(member)?.isFull() ?? false
  return {
    admit(journey, asked) {
      const { lifetime } = journey
      const limit = limits.get(asked.member)
      if (!limit) return asked.member
      if (limit.waiting > 0 || !limit.hasRoom()) return wait(journey, asked)
      if (limit.isOpen()) asked.member.tally.counts.failed_open += 1
      limit.take()
      limit.renew(lifetime)
      return asked.member
    },
    leave(member, { lifetime }) {
      const limit = limits.get(member)
      if (!limit) return
      limit.release()
      queue.serve(limit)
      limit.settle(lifetime)
    },
    renew: (member, { lifetime }) => limits.get(member)?.renew(lifetime),
    isFull,
    waiting: (member) => (member ? (limits.get(member)?.waiting ?? 0) : queue.length()),
    bound: (member) => bound.get(member) ?? 0,
  }

  async function wait({ request, lifetime }: Journey, asked: Asked): Promise<Admitted> {
    let { member, isBound } = asked
    for (;;) {
      const limit = limits.get(member)
      if (!limit) return member
      const candidates = () => asked.pool.candidates().filter((candidate) => !asked.failed.has(candidate))
      const isOpen = !isBound && candidates().every(isFull)
      const isOverfull = isBound && isQueueFull(limit, member)
      const boundTo = isBound && !isOverfull ? member : undefined
      if (boundTo) addBound(boundTo, 1)
      const turn = isOverfull
        ? 'again'
        : await queue.wait({
            accepts: isOpen ? (each) => candidates().includes(owners.get(each)!) : (each) => each === limit,
            asks: isOpen ? candidates().map((candidate) => limits.get(candidate)!) : [limit],
            isSoft: !isBound && !isOpen,
            isStillGood: () => (isOpen ? candidates().every(isFull) : pool.servable(member) || !asked.mayLeaveDown),
            deadlineMs: asked.deadlineMs,
            lifetime,
            signal: request.signal,
            onLeave: () => boundTo && addBound(boundTo, -1),
          })
      if (turn === 'late') return undefined
      if (turn !== 'again') return owners.get(turn)!
      const next = !isBound || asked.mayLeave ? asked.repick(isBound ? [member] : []) : undefined
      if (isBound && !next) return undefined
      isBound = false
      member = next ?? member
    }
  }
}

function isQueueFull(limit: Limit, { server: { maxqueue } }: Member): boolean {
  return maxqueue !== null && !limit.hasRoom() && limit.waiting + limit.waitingElsewhere >= maxqueue
}
