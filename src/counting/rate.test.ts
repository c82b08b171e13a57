import { expect, it } from 'vitest'

import { addToRate, newRate, readRate } from './rate.ts'

const PERIOD_MS = 1_000

/** What the real HAProxy 2.6 said of `http_req_rate(1s)` at known instants: requests that count, and reads between them. */
const RECORDED: readonly (readonly [atMs: number, counts: 0 | 1, rate: number])[] = [
  [5000, 1, 1],
  [5156, 1, 2],
  [5257, 0, 2],
  [5399, 1, 3],
  [5535, 1, 4],
  [5567, 1, 5],
  [5720, 0, 5],
  [6671, 1, 2],
  [6860, 1, 2],
  [6989, 1, 3],
  [7191, 1, 3],
  [7371, 0, 2],
  [7498, 0, 2],
  [7523, 1, 3],
  [7607, 1, 4],
  [7683, 0, 3],
  [7756, 1, 4],
  [7846, 1, 5],
  [7896, 1, 6],
  [7964, 1, 7],
  [8043, 1, 7],
  [8103, 0, 7],
  [8151, 1, 7],
  [8232, 0, 7],
  [8390, 0, 6],
  [8493, 0, 5],
  [8617, 1, 5],
  [8740, 0, 4],
  [8876, 0, 3],
  [9041, 0, 2],
  [9110, 1, 3],
  [9183, 1, 4],
  [11267, 0, 0],
  [11351, 0, 0],
  [11446, 0, 0],
  [11591, 1, 1],
  [11683, 1, 2],
  [11761, 0, 2],
  [13204, 0, 0],
  [15434, 0, 0],
  [16700, 0, 0],
  [16805, 0, 0],
  [16835, 0, 0],
  [16980, 1, 1],
  [17028, 1, 2],
  [17162, 0, 2],
  [17295, 0, 2],
  [17372, 0, 2],
  [17499, 1, 3],
  [17711, 1, 4],
  [17804, 0, 4],
  [17848, 0, 4],
  [17885, 1, 5],
  [18032, 0, 4],
  [18055, 1, 5],
  [18115, 0, 5],
  [18148, 1, 6],
  [18198, 1, 6],
  [18224, 0, 6],
  [18278, 0, 6],
  [18352, 1, 7],
  [18498, 1, 7],
  [18552, 0, 7],
  [18586, 0, 6],
  [18690, 1, 7],
  [18828, 1, 7],
  [18872, 0, 7],
  [19048, 0, 6],
  [19226, 0, 5],
  [19296, 1, 5],
]

it('a rate is what HAProxy says at the same instants', () => {
  const rate = newRate()
  for (const [atMs, counts, expected] of RECORDED) {
    if (counts) addToRate(rate, PERIOD_MS, 1, atMs)
    expect([atMs, readRate(rate, PERIOD_MS, atMs)]).toEqual([atMs, expected])
  }
})

it('what another isolate counted a little before belongs to the period before', () => {
  const rate = newRate()
  addToRate(rate, PERIOD_MS, 4, 10_000)
  addToRate(rate, PERIOD_MS, 1, 9_500)
  addToRate(rate, PERIOD_MS, 1, 8_000)
  expect(rate).toEqual({ startMs: 10_000, current: 4, previous: 1 })
})
