import { expect, it } from 'vitest'

import { createLinkedMap } from './linked-map.ts'

/** A small generator of the same numbers each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return (state >>> 8) % below
  }
}

it('has what a Map has, in its order, whatever is done to it', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const [linked, map, below] = [createLinkedMap<number>(), new Map<string, number>(), numbers(seed)]
    for (let i = 0; i < 2_000; i++) {
      const key = `k${below(40)}`
      if (below(3) === 0) expect(linked.delete(key)).toBe(map.delete(key))
      else {
        linked.set(key, i)
        map.set(key, i)
      }
      expect([linked.get(key), linked.size]).toEqual([map.get(key), map.size])
      if (i % 50 === 0) expect([...linked]).toEqual([...map])
    }
    expect([...linked.values()]).toEqual([...map.values()])
  }
})

it('is walked to its end while what is looked at is deleted, or set anew', () => {
  const linked = createLinkedMap<number>()
  for (let i = 0; i < 10; i++) linked.set(`k${i}`, i)
  const seen: number[] = []
  for (const [key, value] of linked) {
    seen.push(value)
    if (seen.length > 20) break
    linked.delete(key)
    if (value % 2 === 0) linked.set(key, value + 100)
  }
  expect(seen.slice(0, 10)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  expect([...linked.values()].length).toBe(linked.size)
})
