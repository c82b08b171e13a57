// Several isolates and one object, in random order: requests that count and ask, merges that arrive, fail, are slow or lose their answer, tables too small for
// the keys that are invented, saves, and objects that are evicted from memory. A failing seed is in the test's name.

import { expect, it } from 'vitest'

import { STALE_MS, testBed } from './testing.ts'

const SEEDS = Array.from({ length: 20 }, (_, i) => i + 1)
const STEPS = 1_000

/** From 0 to below 1, the same for a seed. */
function randomOf(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

type Bed = ReturnType<typeof testBed>

/** An isolate whose merges take their time: one is in progress, or none. */
function slowIsolate(bed: Bed, random: () => number) {
  const isolate = bed.isolate()
  const { table } = isolate
  let arrive: (() => void) | undefined
  return {
    ...isolate,
    merge(mayFail: boolean) {
      if (arrive) return
      const batch = table.take(1 + Math.floor(random() * 20))
      const how = random()
      if (mayFail && how < 0.3) return batch.failed()
      const ask = () => bed.ask(table, batch)
      const answer = (answers: ReturnType<typeof ask>) => batch.merged(answers)
      if (mayFail && how < 0.4) {
        // It has arrived, and the answer is lost.
        ask()
        return batch.failed()
      }
      if (how < 0.5) answer(ask())
      else if (how < 0.75) {
        // The answer is late.
        const answered = ask()
        arrive = () => answer(answered)
      } else arrive = () => answer(ask())
    },
    arrive() {
      arrive?.()
      arrive = undefined
    },
  }
}

it.each(SEEDS)('the object has the sum of what all isolates have counted (seed %i)', (seed) => {
  const random = randomOf(seed)
  const bed = testBed({ size: 12, expire: '1h', data: ['gpc0', 'http_req_cnt'] }, { gpc0: 50 })
  const isolates = Array.from({ length: 4 }, () => slowIsolate(bed, random))
  const counted = new Map<string, number>()
  const oneOf = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)]!
  for (let i = 0; i < STEPS; i++) {
    const { count, read, merge, arrive } = oneOf(isolates)
    const key = `k${Math.floor(random() ** 2 * 40)}`
    const what = random()
    if (what < 0.5) {
      const n = 1 + Math.floor(random() * 3)
      if (count(key, n, 'gpc0') !== undefined) counted.set(key, (counted.get(key) ?? 0) + n)
    } else if (what < 0.6) read(key, 'gpc0')
    else if (what < 0.8) merge(true)
    else if (what < 0.95) arrive()
    else if (what < 0.98) bed.clock.ms += Math.floor(random() * 2 * STALE_MS)
    else bed.shard().save()
  }
  for (const { table, merge, arrive } of isolates) {
    while (table.urgency() !== 'none') {
      arrive()
      merge(false)
    }
    arrive()
  }
  const asked = [...counted.keys()].map((key) => ({ key, touchedMs: 0, sets: [], adds: [] }))
  const { merged } = bed.shard().merge(['gpc0'], asked)
  expect(Object.fromEntries(asked.map(({ key }, i) => [key, merged[i]?.cells[0]]))).toEqual(Object.fromEntries(counted))
})

it.each(SEEDS)('an isolate that has heard of a ban never forgets it, whatever keys are invented (seed %i)', (seed) => {
  const random = randomOf(seed)
  const bed = testBed({ size: 12, expire: '1h', data: ['gpc0', 'http_req_cnt'] }, { gpc0: 0 })
  const isolates = Array.from({ length: 3 }, () => ({ ...slowIsolate(bed, random), heard: new Set<string>() }))
  const oneOf = <T>(all: readonly T[]) => all[Math.floor(random() * all.length)]!
  const banned = new Set<string>()
  for (let i = 0; i < STEPS; i++) {
    const { count, read, merge, arrive, heard } = oneOf(isolates)
    const what = random()
    const guilty = `guilty${Math.floor(random() * 6)}`
    if (what < 0.02) {
      banned.add(guilty)
      count(guilty, 1, 'gpc0')
      heard.add(guilty)
    } else if (what < 0.5) count(`invented${i}`, 1, 'http_req_cnt')
    else if (what < 0.65) {
      if ((read(guilty, 'gpc0') ?? 0) > 0) heard.add(guilty)
      else expect(heard.has(guilty)).toBe(false)
    } else if (what < 0.8) merge(true)
    else if (what < 0.95) arrive()
    else if (what < 0.98) bed.clock.ms += Math.floor(random() * 2 * STALE_MS)
    else bed.shard().save()
  }
  for (let round = 0; round < 2; round++) {
    for (const { table, read, merge, arrive } of isolates) {
      for (const key of banned) read(key, 'gpc0')
      arrive()
      while (table.urgency() !== 'none') {
        merge(false)
        arrive()
      }
    }
    bed.clock.ms += STALE_MS
  }
  for (const { read } of isolates) {
    expect(Object.fromEntries([...banned].map((key) => [key, (read(key, 'gpc0') ?? 0) > 0]))).toEqual(
      Object.fromEntries([...banned].map((key) => [key, true])),
    )
  }
})
