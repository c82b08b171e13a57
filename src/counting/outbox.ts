// What waits to be told to a table's object, or asked of it, by key: what is urgent goes first, and what did not arrive is as urgent as it was.

import { addSince, newPending } from './change.ts'
import type { Pending, Urgency } from './change.ts'

export interface Outbox {
  get(key: string): Pending | undefined
  /** Undefined: too many wait. */
  open(key: string): Pending | undefined
  /** At least so soon. Nothing, if nothing waits. */
  hurry(key: string, urgency: Urgency): void
  /** Of the most urgent. */
  urgency(): 'none' | Urgency
  /** Of one key, if anything waits. */
  takeKey(key: string): Pending | undefined
  take(most: number): readonly (readonly [key: string, pending: Pending])[]
  /** Also if too many wait by now. */
  putBack(taken: readonly (readonly [key: string, pending: Pending])[]): void
}

/** So many keys wait; counts of further ones stay in the isolate. */
const MOST = 10_000

export function createOutbox(): Outbox {
  const waiting = {
    now: new Map<string, Pending>(),
    soon: new Map<string, Pending>(),
    later: new Map<string, Pending>(),
  }
  const { now, soon, later } = waiting
  const size = () => now.size + soon.size + later.size
  const get = (key: string) => now.get(key) ?? soon.get(key) ?? later.get(key)

  return {
    get,
    open(key) {
      const found = get(key)
      if (found || size() >= MOST) return found
      const made = newPending()
      later.set(key, made)
      return made
    },
    hurry(key, urgency) {
      const pending = get(key)
      if (!pending || RANKS[pending.urgency] >= RANKS[urgency]) return
      waiting[pending.urgency].delete(key)
      pending.urgency = urgency
      waiting[urgency].set(key, pending)
    },
    urgency: () => (now.size > 0 ? 'now' : soon.size > 0 ? 'soon' : later.size > 0 ? 'later' : 'none'),
    takeKey(key) {
      const pending = get(key)
      if (pending) waiting[pending.urgency].delete(key)
      return pending
    },
    take(most) {
      const taken: (readonly [string, Pending])[] = []
      for (const pendings of [now, soon, later]) {
        for (const each of pendings) {
          if (taken.length >= most) return taken
          pendings.delete(each[0])
          taken.push(each)
        }
      }
      return taken
    },
    putBack(taken) {
      for (const [key, unsent] of taken) {
        const since = get(key)
        if (since) {
          waiting[since.urgency].delete(key)
          addSince(unsent, since)
          if (RANKS[since.urgency] > RANKS[unsent.urgency]) unsent.urgency = since.urgency
        }
        waiting[unsent.urgency].set(key, unsent)
      }
    },
  }
}

const RANKS: Readonly<Record<Urgency, number>> = { later: 0, soon: 1, now: 2 }
