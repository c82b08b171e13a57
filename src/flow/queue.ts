// Requests that wait for a slot, in the order of arrival: each for one limit, or for whichever of several is first.
// A free slot goes to the first that may take it. Every waiter runs its own timer: workerd cancels a request as hung that
// waits for nothing but another request's promise, and a request whose client has gone simply never continues.

import type { Limit } from './limit.ts'
import type { Lifetime } from '../lifetime.ts'

export interface Wish {
  /** Whether a slot of this limit will do. */
  accepts(limit: Limit): boolean
  /** The limits whose objects are asked meanwhile. */
  readonly asks: readonly Limit[]
  /** Leaves as soon as the limit turns out to be full: there may be a better one. */
  readonly isSoft: boolean
  /** Now and then: whether it is still worth waiting. */
  isStillGood(): boolean
  /** Unix milliseconds. */
  readonly deadlineMs: number
  readonly lifetime: Lifetime
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal
  /** It waits no longer, for whatever reason. The request of a client that has gone may never continue. */
  onLeave?(): void
}

/** The limit whose slot was taken; `again`: choose anew; `late`: the deadline has passed. */
export type Turn = Limit | 'again' | 'late'

export interface Queue {
  wait(wish: Wish): Promise<Turn>
  /** Gives free slots to waiting requests; call after anything that may have freed one. */
  serve(limit: Limit): void
  /** How many wait. */
  length(): number
}

interface Waiter {
  readonly wish: Wish
  seenMs: number
  turn(turn: Limit | 'again'): void
}

/** How often a waiter checks by itself. */
const TICK_MS = 1_000
/** A waiter that has not checked for this long is gone. */
const GONE_MS = 5_000
/** A slot that its waiter has not used after this time goes to another. */
const UNCLAIMED_MS = 1_000

export function createQueue(now: () => number): Queue {
  const waiters = new Set<Waiter>()
  /** Slots given to a waiter that has not used them yet. */
  const unclaimed = new Map<Waiter, { readonly limit: Limit; readonly givenMs: number }>()

  const queue: Queue = {
    length: () => waiters.size,
    async wait(wish) {
      const { promise, resolve } = Promise.withResolvers<Limit | 'again'>()
      const waiter: Waiter = { wish, seenMs: now(), turn: resolve }
      join(waiter)
      const onGone = () => {
        leave(waiter)
        takeBack(waiter)
      }
      wish.signal.addEventListener('abort', onGone)
      try {
        for (;;) {
          for (const limit of wish.asks) {
            if (limit.hasRoom()) queue.serve(limit)
            else limit.ask(wish.lifetime)
          }
          const turn = await firstOf(promise, Math.max(0, Math.min(TICK_MS, wish.deadlineMs - now())))
          waiter.seenMs = now()
          if (turn === 'again') return turn
          // The slot was given and taken back, because the waiter was too late.
          if (turn !== undefined && !unclaimed.delete(waiter)) return 'again'
          if (turn !== undefined) {
            turn.renew(wish.lifetime)
            return turn
          }
          if (!waiters.has(waiter)) continue
          if (waiter.seenMs >= wish.deadlineMs) return 'late'
          if (!wish.isStillGood()) return 'again'
        }
      } finally {
        leave(waiter)
        wish.signal.removeEventListener('abort', onGone)
      }
    },
    serve(limit) {
      const nowMs = now()
      for (const [waiter, { givenMs }] of unclaimed) if (nowMs - givenMs > UNCLAIMED_MS) takeBack(waiter)
      for (const waiter of waiters) {
        const { wish } = waiter
        if (nowMs - waiter.seenMs > GONE_MS) leave(waiter)
        else if (!wish.accepts(limit)) continue
        else if (limit.hasRoom()) {
          limit.take()
          leave(waiter)
          unclaimed.set(waiter, { limit, givenMs: nowMs })
          waiter.turn(limit)
        } else if (!limit.isFull()) return
        else if (wish.isSoft) {
          leave(waiter)
          waiter.turn('again')
        }
      }
    },
  }
  return queue

  function join(waiter: Waiter): void {
    waiters.add(waiter)
    for (const limit of waiter.wish.asks) limit.waiting += 1
  }

  function leave(waiter: Waiter): void {
    if (!waiters.delete(waiter)) return
    for (const limit of waiter.wish.asks) limit.waiting -= 1
    waiter.wish.onLeave?.()
  }

  function takeBack(waiter: Waiter): void {
    const given = unclaimed.get(waiter)
    if (!given) return
    unclaimed.delete(waiter)
    given.limit.release()
    queue.serve(given.limit)
  }
}

/** Undefined: the time has passed. */
async function firstOf<T>(promise: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    if (timer !== undefined) clearTimeout(timer)
  }
}
