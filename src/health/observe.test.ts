import { expect, it } from 'vitest'

import { isGood } from './observe.ts'

it('layer 4 wants an answer, layer 7 one that is no server error', () => {
  for (const layer of ['layer4', 'layer7'] as const) expect(isGood(layer, undefined)).toBe(false)
  const judged = [200, 404, 499, 500, 501, 502, 503, 504, 505, 507].map((status) => [
    status,
    isGood('layer4', status),
    isGood('layer7', status),
  ])
  expect(judged.filter(([, l4]) => !l4)).toEqual([])
  expect(judged.filter(([, , l7]) => !l7).map(([status]) => status)).toEqual([500, 502, 503, 504, 507])
})
