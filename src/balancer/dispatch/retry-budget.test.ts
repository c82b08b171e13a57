import { expect, it } from 'vitest'

import { createRetryBudget } from './retry-budget.ts'

/** How many retries of so many requests are made, when each wants three. */
function retriesOf(requests: number, share: number | null): number {
  const budget = createRetryBudget(share)
  let retries = 0
  for (let i = 0; i < requests; i++) {
    budget.earn()
    for (let retry = 0; retry < 3; retry++) if (budget.spend()) retries += 1
  }
  return retries
}

it('lets a share of the requests be retried, and a burst before that', () => {
  expect(retriesOf(10, 0.25)).toBe(30)
  // The first request earns nothing: the burst is all there.
  expect(retriesOf(10_000, 0.25)).toBe(100 + Math.floor(9999 * 0.25))
  expect(retriesOf(10_000, 0)).toBe(100)
  expect(retriesOf(10_000, null)).toBe(30_000)
})

it('does not save up for longer than the burst', () => {
  const budget = createRetryBudget(0.5)
  for (let i = 0; i < 10_000; i++) budget.earn()
  let retries = 0
  while (budget.spend()) retries += 1
  expect(retries).toBe(100)
})
