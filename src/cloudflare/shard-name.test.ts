import { expect, it } from 'vitest'

import { shardName, shardNames, tableOfShard } from './shard-name.ts'

it('are named by their table, their number and their place', () => {
  expect(shardNames('app', 3)).toEqual(['app/3/0', 'app/3/1', 'app/3/2'])
  expect(shardNames('app', 3).map(tableOfShard)).toEqual(['app', 'app', 'app'])
})

it('have each key in one of them, where it was in every release', () => {
  const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`)
  const names = keys.map((key) => shardName('app', 4, key))
  expect(new Set(names)).toEqual(new Set(shardNames('app', 4)))
  expect(names.slice(0, 6)).toEqual(['app/4/1', 'app/4/0', 'app/4/2', 'app/4/3', 'app/4/0', 'app/4/1'])
})
