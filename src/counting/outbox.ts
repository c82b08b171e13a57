// What waits to be told to a table's object, or asked of it, by key: what is urgent goes first. What was sent without an answer may have
// arrived or not: it is sent again as it was, with its number, beside what has come since.

import { addSince, newPending } from './change.ts'
import type { Pending, Urgency } from './change.ts'

export interface Taken {
  readonly key: string
  readonly serial: number
  readonly pending: Pending
}

export interface Outbox {
  /** What was not sent yet. */
  get(key: string): Pending | undefined
  /** What the object may not know, in its order. */
  untold(key: string): readonly Pending[]
  /** Undefined: too many wait. */
  open(key: string): Pending | undefined
  /** At least so soon. Nothing, if nothing waits. */
  hurry(key: string, urgency: Urgency): void
  /** Of the most urgent. */
  urgency(): 'none' | Urgency
  /** Of one key, even if nothing waits. */
  takeKey(key: string): readonly Taken[]
  /** So many keys at most; of a key what is in doubt comes first. */
  take(most: number): readonly Taken[]
  arrived(taken: readonly Taken[]): void
  /** There was no answer. Also if too many wait by now. */
  putBack(taken: readonly Taken[]): void
  /** Of all that has a lower number the answer is known. */
  settled(): number
}

/** So many keys wait; counts of further ones stay in the isolate. */
const MOST = 10_000
/** With so many changes of a key in doubt, what has come since waits until they are answered. */
const MOST_IN_DOUBT = 2

export function createOutbox(): Outbox {
  const waiting = {
    now: new Map<string, Pending>(),
    soon: new Map<string, Pending>(),
    later: new Map<string, Pending>(),
  }
  const { now, soon, later } = waiting
  const doubted = new Map<string, readonly Taken[]>()
  const doubts = { now: 0, soon: 0, later: 0 }
  /** Numbers whose answer is not known, in their order. */
  const unsettled = new Set<number>()
  let latest = 0
  const size = () => now.size + soon.size + later.size + doubted.size
  const get = (key: string) => now.get(key) ?? soon.get(key) ?? later.get(key)
  const has = (urgency: Urgency) => waiting[urgency].size + doubts[urgency] > 0

  function remove(key: string): Pending | undefined {
    const pending = get(key)
    if (pending) waiting[pending.urgency].delete(key)
    return pending
  }

  function takeDoubted(key: string): readonly Taken[] {
    const taken = doubted.get(key) ?? []
    doubted.delete(key)
    for (const { pending } of taken) doubts[pending.urgency] -= 1
    return taken
  }

  function numbered(key: string, pending: Pending): Taken {
    latest += 1
    unsettled.add(latest)
    return { key, serial: latest, pending }
  }

  function settle(taken: readonly Taken[]): void {
    for (const { serial } of taken) unsettled.delete(serial)
  }

  /** What it had said before, and what came since. */
  function join(key: string, unsent: Pending): void {
    const since = remove(key)
    if (since) {
      addSince(unsent, since)
      if (RANKS[since.urgency] > RANKS[unsent.urgency]) unsent.urgency = since.urgency
    }
    waiting[unsent.urgency].set(key, unsent)
  }

  function takeKey(key: string): Taken[] {
    const before = takeDoubted(key)
    // An object that has lost what it knew is told all of it: what is in doubt is part of that.
    if (get(key)?.isLost) {
      settle(before)
      for (const { pending } of before.toReversed()) join(key, pending)
      return [numbered(key, remove(key)!)]
    }
    if (before.length >= MOST_IN_DOUBT) return [...before]
    const pending = remove(key)
    return pending || before.length === 0 ? [...before, numbered(key, pending ?? newPending())] : [...before]
  }

  return {
    get,
    untold(key) {
      const pending = get(key)
      return [...(doubted.get(key) ?? []).map((each) => each.pending), ...(pending ? [pending] : [])]
    },
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
    urgency: () => MOST_URGENT_FIRST.find(has) ?? 'none',
    takeKey,
    take(most) {
      const taken: Taken[] = []
      const keys = new Set<string>()
      for (const all of [doubted, now, soon, later]) {
        for (const key of all.keys()) {
          if (keys.has(key)) continue
          if (keys.size >= most) return taken
          keys.add(key)
          taken.push(...takeKey(key))
        }
      }
      return taken
    },
    arrived: settle,
    putBack(taken) {
      for (const each of taken) {
        const { key, pending } = each
        // All that is known is told again, and does not add up.
        if (pending.isLost) {
          settle([each])
          join(key, pending)
          continue
        }
        doubted.set(
          key,
          [...(doubted.get(key) ?? []), each].toSorted((a, b) => a.serial - b.serial),
        )
        doubts[pending.urgency] += 1
      }
    },
    settled: () => {
      const [first] = unsettled
      return first ?? latest + 1
    },
  }
}

const MOST_URGENT_FIRST = ['now', 'soon', 'later'] as const
const RANKS: Readonly<Record<Urgency, number>> = { later: 0, soon: 1, now: 2 }
