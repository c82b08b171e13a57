import { describe, expect, it } from 'vitest'

import { ADMIN_STATES, HEALTH_STATES, shownOf } from './states.ts'
import { readStatus, shownWord, statusText } from './status.ts'

describe('a status', () => {
  it.each([
    ['up', 'UP'],
    ['nolb', 'NOLB'],
    ['drain', 'DRAIN'],
    ['down', 'DOWN'],
    ['maint', 'MAINT'],
  ] as const)('that shows as %s is %s, with its checks’ progress behind it', (shown, word) => {
    expect(shownWord(shown)).toBe(word)
    for (const admin of ADMIN_STATES) {
      for (const health of HEALTH_STATES) {
        if (shownOf({ admin, health }) !== shown) continue
        expect(statusText({ admin, health }, true, null)).toBe(word)
        expect(statusText({ admin, health }, true, { count: 1, of: 3 })).toBe(`${word} 1/3`)
      }
    }
  })

  it('of a server without checks says so, unless its operator says something', () => {
    expect(ADMIN_STATES.map((admin) => statusText({ admin, health: 'up' }, false, null))).toEqual([
      'no check',
      'DRAIN',
      'MAINT',
    ])
  })
})

describe('a status that release 0.1 wrote', () => {
  it.each([
    ['up', 'UP', 'up', false],
    ['up', 'UP 1/3', 'up', true],
    ['up', 'no check', 'up', false],
    ['up', 'NOLB', 'nolb', false],
    ['up', 'NOLB 2/3', 'nolb', true],
    ['down', 'DOWN', 'down', false],
    ['down', 'DOWN 1/2', 'down', true],
    ['up', 'DRAIN', 'up', false],
    ['up', 'DRAIN 12/30', 'up', true],
    ['up', 'MAINT', 'up', false],
    ['down', 'MAINT', 'down', false],
  ] as const)('%s, %s is %s (in transition: %s)', (health, status, healthState, isTransitional) => {
    expect(readStatus(health, status)).toEqual({ healthState, isTransitional })
  })
})
