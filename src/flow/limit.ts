// One limit (a server's or a frontend's maxconn) as one isolate sees it: slots that it may use without asking, and when to
// ask for more or give some back. lease-book.ts hands slots out; queue.ts keeps the requests that wait for one.

import { LEASE_MS } from './lease-book.ts'
import type { Lease, Need } from './lease-book.ts'
import type { Lifetime } from '../lifetime.ts'

export interface LimitPorts {
  /** `isPatient`: answered when there is a slot, or a second later. */
  ask(need: Need, isPatient: boolean): Promise<Lease>
  /** Unix milliseconds. */
  now(): number
  /** Called once per outage of the leases' object. */
  onFailure(error: unknown): void
}

export interface Limit {
  readonly max: number
  readonly inUse: number
  /** In use by other isolates, as last heard. */
  readonly elsewhere: number
  /** Waiting at other isolates, as last heard. */
  readonly waitingElsewhere: number
  /** Requests of this isolate that wait for a slot; the queue counts them. */
  waiting: number
  /** A slot can be taken now. */
  hasRoom(): boolean
  /** There is no slot now, and asking brought none. */
  isFull(): boolean
  /** The lease has run out and the object cannot be reached: there is no limit now. */
  isOpen(): boolean
  /** Takes a slot; only when there is room. */
  take(): void
  /** Gives it back: to this isolate. */
  release(): void
  /** Asks for more slots, unless a call is in progress; `onAnswer` is called when the lease has changed. */
  ask(lifetime: Lifetime): void
  /** After a release: gives back to others what they wait for, or, after a while, what is of no use here. */
  settle(lifetime: Lifetime): void
  /** Renews the lease if that is due: call it now and then while a slot is held. */
  renew(lifetime: Lifetime): void
}

/** A lease is renewed by the first request after this, and again at once when others wait. */
const RENEW_MS = 3_000
const RENEW_CONTENDED_MS = 250
/** A call whose request ended is never answered; after this time another is made. */
const CALL_LOST_MS = 2_000
/** With nothing in use for this long, the whole lease is given back. */
const IDLE_MS = 500
/** After a failure there is a pause before the next call. */
const PAUSE_MS = 1_000

export function createLimit(max: number, ports: LimitPorts, onAnswer: () => void): Limit {
  let lease: Lease = { slots: 0, share: 0, elsewhere: 0, waitingElsewhere: 0 }
  let untilMs = Number.NEGATIVE_INFINITY
  let inUse = 0
  /** What an answer in progress may rely on. */
  let promised: number | undefined
  let calledMs = Number.NEGATIVE_INFINITY
  let answeredMs = Number.NEGATIVE_INFINITY
  let failedMs = Number.NEGATIVE_INFINITY
  let isDenied = false
  let isParked = false
  let isFailing = false
  /** How many slots were ever taken: whether there was one since. */
  let takes = 0
  let calls = 0

  const limit: Limit = {
    max,
    get inUse() {
      return inUse
    },
    get elsewhere() {
      return lease.elsewhere
    },
    get waitingElsewhere() {
      return lease.waitingElsewhere
    },
    waiting: 0,
    hasRoom: () => inUse < allowed(),
    isFull: () => isDenied && !limit.hasRoom(),
    isOpen: () => isFailing && ports.now() >= untilMs,
    take() {
      inUse += 1
      takes += 1
    },
    release() {
      inUse -= 1
    },
    ask(lifetime) {
      call(lifetime, isDenied)
    },
    settle(lifetime) {
      if (isContended() && lease.slots > keeps()) call(lifetime, false)
      else if (inUse === 0 && limit.waiting === 0) lifetime.waitUntil(giveBackWhenIdle(lifetime))
    },
    renew(lifetime) {
      const renewMs = isContended() ? RENEW_CONTENDED_MS : RENEW_MS
      if (ports.now() - answeredMs >= renewMs) call(lifetime, false)
    },
  }
  return limit

  /** The object is unreachable and the lease has run out: there is no limit any more, and no request is refused. */
  function allowed(): number {
    if (limit.isOpen()) return Number.POSITIVE_INFINITY
    if (ports.now() >= untilMs) return 0
    return Math.min(lease.slots, promised ?? lease.slots, isContended() ? lease.share : lease.slots)
  }

  function isContended(): boolean {
    return lease.waitingElsewhere > 0 || lease.slots > lease.share
  }

  /** What is not given back with the next call. */
  function keeps(): number {
    return Math.max(inUse, Math.min(lease.slots, lease.share))
  }

  function call(lifetime: Lifetime, isPatient: boolean): void {
    const nowMs = ports.now()
    // A call that waits at the desk is overtaken by one that reports something new.
    const isUnderWay = promised !== undefined && nowMs - calledMs < CALL_LOST_MS
    if (isUnderWay && (isPatient || !isParked)) return
    if (nowMs - failedMs < PAUSE_MS) return
    calledMs = nowMs
    isParked = isPatient
    const number = ++calls
    promised = keeps()
    const need: Need = { keeps: promised, share: lease.share, inUse, waiting: limit.waiting }
    lifetime.waitUntil(answer())

    async function answer(): Promise<void> {
      let answered: Lease | undefined
      try {
        answered = await ports.ask(need, isPatient)
      } catch (error) {
        if (!isFailing) ports.onFailure(error)
      }
      // The answer to a call that counted as lost is older than the next one's.
      if (number !== calls) return
      isFailing = answered === undefined
      if (answered) {
        lease = answered
        untilMs = nowMs + LEASE_MS
        answeredMs = nowMs
      } else failedMs = ports.now()
      ended(need)
      // For requests that came meanwhile; slots that came too late for all of them are given back.
      if (limit.waiting > 0 && !limit.hasRoom()) call(lifetime, isDenied)
      else limit.settle(lifetime)
    }
  }

  /** Who gave everything back, or asked for nothing, was denied nothing. */
  function ended({ waiting }: Need): void {
    promised = undefined
    isDenied = !limit.hasRoom() && inUse + waiting + limit.waiting > 0
    onAnswer()
  }

  async function giveBackWhenIdle(lifetime: Lifetime): Promise<void> {
    const before = takes
    await new Promise((resolve) => setTimeout(resolve, IDLE_MS))
    if (takes !== before || limit.waiting > 0 || lease.slots === 0) return
    lease = { ...lease, slots: 0, share: 0 }
    call(lifetime, false)
  }
}
