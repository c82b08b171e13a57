// How many retries there may be: a share of the requests, so that an outage of all servers is not multiplied by them. A
// burst is let through, so that one server that dies among several costs nobody an answer.

export interface RetryBudget {
  /** Once for each request. */
  earn(): void
  /** Whether there may be a retry now; if so, it is spent. */
  spend(): boolean
}

const BURST = 100

/** `share` of the requests, 0.2 is one retry for five of them; null: as many as there are. */
export function createRetryBudget(share: number | null): RetryBudget {
  if (share === null) return { earn: () => undefined, spend: () => true }
  let left = BURST
  return {
    earn: () => void (left = Math.min(BURST, left + share)),
    spend() {
      if (left < 1) return false
      left -= 1
      return true
    },
  }
}
