import { describe, expect, it } from 'vitest'

import type { Migration } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'

/** Undefined: they count up from 1, as `migrate` runs them. */
function orderProblem(migrations: readonly Pick<Migration, 'n'>[]): string | undefined {
  const i = migrations.findIndex(({ n }, place) => n !== place + 1)
  return i === -1 ? undefined : `migration ${migrations[i]!.n} stands where ${i + 1} should`
}

describe.each(Object.entries(MIGRATIONS))('the migrations of %s', (_, migrations) => {
  it('count up from 1 without a gap', () => {
    expect(migrations.length).toBeGreaterThan(0)
    expect(orderProblem(migrations)).toBeUndefined()
  })
})

it.each([
  ['two out of order', [2, 1], 'migration 2 stands where 1 should'],
  ['two of one number, as two branches make them', [1, 2, 2, 3], 'migration 2 stands where 3 should'],
  ['a gap', [1, 3], 'migration 3 stands where 2 should'],
])('%s are refused', (_, numbers, problem) => {
  expect(orderProblem(numbers.map((n) => ({ n })))).toBe(problem)
})
