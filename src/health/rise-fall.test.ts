import { describe, expect, it } from 'vitest'

import { statusText } from '../server/status.ts'
import { afterCheck, clampHealth, initialHealth, intervalMs, isUp, progressOf } from './rise-fall.ts'

const check = {
  interMs: 2000,
  fastinterMs: 500,
  downinterMs: 5000,
  rise: 2,
  fall: 3,
}

/** The status after each of these results: `+` passed, `-` failed. */
function story(results: string, rise = 2, fall = 3): string {
  let health = initialHealth({ rise })
  return [...results]
    .map((result) => {
      health = afterCheck(health, result === '+', { rise, fall })
      const state = { admin: 'ready', health: isUp(health, { rise }) ? 'up' : 'down' } as const
      return statusText(state, true, progressOf(health, { rise, fall }))
    })
    .join(', ')
}

describe('rise and fall', () => {
  it.each([
    ['-', 'DOWN'],
    ['+', 'UP'],
    ['+-', 'UP, UP 2/3'],
    ['+---', 'UP, UP 2/3, UP 1/3, DOWN'],
    ['+--+', 'UP, UP 2/3, UP 1/3, UP'],
    ['-+', 'DOWN, DOWN 1/2'],
    ['-++', 'DOWN, DOWN 1/2, UP'],
    ['-+-', 'DOWN, DOWN 1/2, DOWN'],
    ['----', 'DOWN, DOWN, DOWN, DOWN'],
  ])('%s gives %s', (results, expected) => {
    expect(story(results)).toBe(expected)
  })

  it('with rise 1 and fall 1 follows every check', () => {
    expect(story('-+-+', 1, 1)).toBe('DOWN, UP, DOWN, UP')
  })

  it('never leaves its range and agrees with isUp, from every state by every result', () => {
    for (let rise = 1; rise <= 4; rise++) {
      for (let fall = 1; fall <= 4; fall++) {
        const range = Array.from({ length: rise + fall }, (_, health) => health)
        expect(range).toContain(initialHealth({ rise }))
        for (const before of range) {
          for (const isPassed of [true, false]) {
            const health = afterCheck(before, isPassed, { rise, fall })
            expect(range).toContain(health)
            const { count, of } = progressOf(health, { rise, fall }) ?? { count: 0, of: 1 }
            expect(count).toBeLessThan(of)
            expect(of === 1 || of === (isUp(health, { rise }) ? fall : rise)).toBe(true)
          }
        }
      }
    }
  })

  it('asks a server in transition at fastinter, a dead one at downinter', () => {
    expect([4, 3, 2, 1, 0].map((health) => intervalMs(health, check))).toEqual([2000, 500, 500, 500, 5000])
  })

  it('brings a counter of an older configuration into range', () => {
    expect(clampHealth(9, { rise: 2, fall: 3 })).toBe(4)
    expect(clampHealth(-1, { rise: 2, fall: 3 })).toBe(0)
  })
})
