import { expect, it } from 'vitest'

import { createSourceCounts, sourceNumber } from './sources.ts'

it('knows who has most of those that have more than their share', () => {
  const counts = createSourceCounts(3, new Map([[1, 3]]))
  expect([counts.of(1), counts.of(2), counts.greediest()]).toEqual([3, 0, undefined])
  counts.add(2, 5)
  expect(counts.greediest()).toBe(2)
  counts.add(1, 4)
  expect([counts.of(1), counts.greediest()]).toEqual([7, 1])
  counts.add(2, 5)
  expect([counts.of(2), counts.greediest()]).toEqual([10, 2])
  counts.add(2, -5)
  counts.add(1, -4)
  expect([counts.of(1), counts.greediest()]).toEqual([3, 2])
  counts.add(2, -2)
  expect(counts.greediest()).toBeUndefined()
})

it('counts nothing of a row without a source', () => {
  const counts = createSourceCounts(0, new Map())
  counts.add(null, 5)
  expect([counts.of(0), counts.greediest()]).toEqual([0, undefined])
})

it('makes one of 65,536 numbers of a source, others in another table', () => {
  const sources = Array.from({ length: 2_000 }, (_, i) => `192.0.2.${i}`)
  const numbers = sources.map((source) => sourceNumber(source, 1))
  expect(numbers.every((each) => Number.isInteger(each) && each >= 0 && each < 65_536)).toBe(true)
  expect(new Set(numbers).size).toBeGreaterThan(1_900)
  expect(sources.filter((source, i) => sourceNumber(source, 2) === numbers[i]).length).toBeLessThan(10)
})
