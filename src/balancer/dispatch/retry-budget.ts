// How many retries there may be: a share of the requests, so that retries do not multiply the load when all servers fail. A
// burst is allowed, so that no client loses its answer when one server of several dies.

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
