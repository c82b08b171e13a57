import { describe, expect, it } from 'vitest'

import { ADMIN_STATES, HEALTH_STATES, isAdminState, isHealthState } from './states.ts'
import { looksSame, rightsOf, shownOf, stateOfWord, stricterState, wordOf } from './states.ts'
import type { AdminState, HealthState, Shown } from './states.ts'

const [yes, no] = [true, false]
// candidate, servable, checked, shown, word
const TABLE: [AdminState, HealthState, boolean, boolean, boolean, Shown, string][] = [
  ['ready', 'up', yes, yes, yes, 'up', 'UP'],
  ['ready', 'starting', yes, yes, yes, 'up', 'UP'],
  ['ready', 'nolb', no, yes, yes, 'nolb', 'NOLB'],
  ['ready', 'down', no, no, yes, 'down', 'DOWN'],
  ['drain', 'up', no, yes, yes, 'drain', 'DRAIN'],
  ['drain', 'starting', no, yes, yes, 'drain', 'DRAIN'],
  ['drain', 'nolb', no, yes, yes, 'drain', 'DRAIN'],
  ['drain', 'down', no, no, yes, 'down', 'DRAIN (DOWN)'],
  ['maint', 'up', no, no, no, 'maint', 'MAINT'],
  ['maint', 'starting', no, no, no, 'maint', 'MAINT'],
  ['maint', 'nolb', no, no, no, 'maint', 'MAINT'],
  ['maint', 'down', no, no, no, 'maint', 'MAINT (DOWN)'],
]

describe('admin state x health state', () => {
  it('is in the table, each product once', () => {
    const products = ADMIN_STATES.flatMap((admin) => HEALTH_STATES.map((health) => `${admin} ${health}`))
    expect(TABLE.map(([admin, health]) => `${admin} ${health}`)).toEqual(products)
  })

  it.each(TABLE)('%s, %s: new clients %s, persistent ones %s, checks %s, shown as %s, told as %s', (...row) => {
    const [admin, health, candidate, servable, checked, shown, word] = row
    expect(rightsOf({ admin, health })).toMatchObject({ candidate, servable, checked })
    expect(shownOf({ admin, health })).toBe(shown)
    expect(wordOf({ admin, health })).toBe(word)
  })
})

it('two states look the same when they have one word: a change between them is not reported', () => {
  const state = (admin: AdminState, health: HealthState) => ({ admin, health })
  expect(looksSame(state('ready', 'up'), state('ready', 'starting'))).toBe(true)
  expect(looksSame(state('ready', 'up'), state('ready', 'down'))).toBe(false)
})

describe('a word that was kept', () => {
  it.each([...new Set(TABLE.map((row) => row[6]))])('%s is a state’s', (word) => {
    expect(wordOf(stateOfWord(word)!)).toBe(word)
  })

  it.each(['', 'up', 'UP 1/3', 'weight 3', 'constructor'])('%j is none’s', (word) => {
    expect(stateOfWord(word)).toBeUndefined()
  })
})

it.each([
  ['ready', 'ready', 'ready'],
  ['ready', 'drain', 'drain'],
  ['ready', 'maint', 'maint'],
  ['drain', 'drain', 'drain'],
  ['drain', 'maint', 'maint'],
  ['maint', 'maint', 'maint'],
] as const)('of %s and %s the stricter is %s', (a, b, stricter) => {
  expect([stricterState(a, b), stricterState(b, a)]).toEqual([stricter, stricter])
})

it('what comes from elsewhere is a state only if the table has it', () => {
  for (const admin of ADMIN_STATES) expect([isAdminState(admin), isHealthState(admin)]).toEqual([true, false])
  for (const health of HEALTH_STATES) expect([isAdminState(health), isHealthState(health)]).toEqual([false, true])
  for (const value of ['', 'constructor', undefined, null, 3, ['ready'], {}]) {
    expect([isAdminState(value), isHealthState(value)]).toEqual([false, false])
  }
})
