import { describe, expect, it } from 'vitest'

import { createEjection } from './ejection.ts'

describe('a server that failed', () => {
  it('is avoided for a time that grows with each failure after it, up to half a minute', () => {
    const ejection = createEjection<string>()
    let nowMs = 0
    const lasts: number[] = []
    for (let i = 0; i < 8; i++) {
      ejection.judge('a', true, nowMs)
      let afterMs = 0
      while (ejection.avoids('a', nowMs + afterMs)) afterMs += 500
      lasts.push(afterMs)
      nowMs += afterMs
    }
    expect(lasts).toEqual([1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000])
  })

  it('has failed once, however many attempts failed with it', () => {
    const ejection = createEjection<string>()
    for (let i = 0; i < 50; i++) ejection.judge('a', true, i)
    expect(ejection.avoids('a', 999)).toBe(true)
    expect(ejection.avoids('a', 1000)).toBe(false)
  })

  it('is avoided no longer when the clock has gone back', () => {
    const ejection = createEjection<string>()
    ejection.judge('a', true, 3_600_000)
    expect([...ejection.avoided(0)]).toEqual([])
    ejection.judge('a', true, 0)
    expect([...ejection.avoided(1)]).toEqual(['a'])
  })

  it('is forgiven by its first answer', () => {
    const ejection = createEjection<string>()
    ejection.judge('a', true, 0)
    ejection.judge('b', true, 0)
    ejection.judge('a', false, 10)
    expect([...ejection.avoided(20)]).toEqual(['b'])
    ejection.judge('a', true, 5000)
    expect(ejection.avoids('a', 6000)).toBe(false)
  })
})
