// Where isolates ask for leases. They get an answer at once; a patient isolate that got no slot, as soon as there is one.

import type { Lease, LeaseBook, Need } from './lease-book.ts'

export interface LeaseDesk {
  /** `isPatient`: if there is no slot, the answer waits until there is one, a second at most. */
  ask(holder: string, need: Need, isPatient: boolean): Promise<Lease>
}

interface Parked {
  readonly holder: string
  readonly need: Need
  answer(lease: Lease): void
}

const PATIENCE_MS = 1_000
const NOTHING: Lease = { slots: 0, share: 0, elsewhere: 0, waitingElsewhere: 0 }

export function createLeaseDesk(book: LeaseBook, now: () => number): LeaseDesk {
  const parked = new Set<Parked>()

  return {
    ask(holder, need, isPatient) {
      // Only an isolate's last call counts.
      for (const other of parked) if (other.holder === holder) other.answer(NOTHING)
      const lease = book.ask(holder, need, now())
      answerParked()
      return isPatient && !isWorthTelling(lease, need) ? park(holder, need, lease) : Promise.resolve(lease)
    },
  }

  function park(holder: string, need: Need, lease: Lease): Promise<Lease> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => waiting.answer(book.lease(holder, now()) ?? lease), PATIENCE_MS)
      const waiting: Parked = {
        holder,
        need,
        answer(answered) {
          clearTimeout(timer)
          parked.delete(waiting)
          resolve(answered)
        },
      }
      parked.add(waiting)
    })
  }

  /** First come, first served. */
  function answerParked(): void {
    for (const waiting of parked) {
      const lease = book.lease(waiting.holder, now()) ?? NOTHING
      if (isWorthTelling(lease, waiting.need)) waiting.answer(lease)
    }
  }
}

/** There is a slot for the waiting isolate, or its share is now clearly smaller than it knows. */
function isWorthTelling({ slots, share }: Lease, need: Need): boolean {
  return need.waiting === 0 || slots > need.inUse || share < 0.9 * need.share
}
