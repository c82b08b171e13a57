import { describe, expect, it } from 'vitest'

import { resolveStats } from '../config/options/stats.ts'
import type { StatsInput } from '../config/options/stats.ts'
import { BARE_VIEW, transactionOf } from '../rules/testing.ts'
import { createStatsAccess } from './stats-access.ts'
import { patternOf } from '../pattern/compile.ts'
import { allTools } from '../rules/all-tools.ts'
import { createRulesEngine } from '../rules/engine.ts'

const ACCOUNTS = [{ name: 'bob', password: 'hunter2' }]
const FROM_INSIDE = { src: '10.0.0.0/8' }

interface Given {
  readonly isServe?: boolean
  readonly hasToken?: boolean
  readonly clientAddress?: string
}

function accessOf(stats: StatsInput, { isServe = false, hasToken = false, clientAddress = '192.0.2.1' }: Given = {}) {
  const access = createStatsAccess(
    resolveStats(stats, 'limpet'),
    isServe,
    hasToken,
    createRulesEngine(allTools(patternOf)),
  )
  return access(transactionOf({ clientAddress }), BARE_VIEW)
}

describe('a statistics page without rules', () => {
  it.each<[StatsInput, Given, string]>([
    [{}, {}, 'nobody'],
    [{}, { isServe: true }, 'nobody'],
    [{}, { hasToken: true }, 'login'],
    [{ accounts: ACCOUNTS }, {}, 'login'],
    [{ accounts: ACCOUNTS }, { isServe: true }, 'login'],
    // As HAProxy's without a password: on one machine only.
    [{ open: true }, { isServe: true }, 'open'],
    [{ open: true }, { isServe: false }, 'nobody'],
    [{ open: true }, { isServe: false, hasToken: true }, 'login'],
  ])('%j, %j is shown to: %s', (stats, given, who) => {
    expect(accessOf(stats, given).who).toBe(who)
  })
})

describe('a statistics page with rules', () => {
  it.each<['allow' | 'deny' | 'auth', string]>([
    ['allow', 'open'],
    ['deny', 'nobody'],
    ['auth', 'login'],
  ])('does what the first says whose condition holds: %s', (does, who) => {
    const rules: StatsInput['rules'] = [{ if: FROM_INSIDE, do: does }, { do: does === 'deny' ? 'allow' : 'deny' }]
    expect(accessOf({ rules }, { clientAddress: '10.1.2.3' }).who).toBe(who)
    expect(accessOf({ rules }).who).toBe(does === 'deny' ? 'open' : 'nobody')
  })

  it('is shown to everybody when none of them holds, as by HAProxy', () => {
    const stats: StatsInput = { accounts: ACCOUNTS, rules: [{ if: FROM_INSIDE, do: 'deny' }] }
    expect([accessOf(stats).who, accessOf(stats, { clientAddress: '10.1.2.3' }).who]).toEqual(['open', 'nobody'])
  })

  it('asks for a login in the realm of the rule, or else of the page', () => {
    const rules: StatsInput['rules'] = [{ if: FROM_INSIDE, do: 'auth', realm: 'inside' }, { do: 'auth' }]
    expect(accessOf({ realm: 'numbers', rules }, { clientAddress: '10.1.2.3' }).realm).toBe('inside')
    expect(accessOf({ realm: 'numbers', rules }).realm).toBe('numbers')
    expect(accessOf({ realm: 'numbers', accounts: ACCOUNTS }).realm).toBe('numbers')
  })
})

describe('whoever sees it may change servers', () => {
  it.each<[StatsInput['admin'], boolean, boolean]>([
    [undefined, false, false],
    [false, false, false],
    [true, true, true],
    [FROM_INSIDE, true, false],
  ])('with admin %j: from inside %s, from elsewhere %s', (admin, inside, elsewhere) => {
    const stats: StatsInput = { accounts: ACCOUNTS, ...(admin === undefined ? {} : { admin }) }
    expect(accessOf(stats, { clientAddress: '10.1.2.3' }).mayChange).toBe(inside)
    expect(accessOf(stats).mayChange).toBe(elsewhere)
  })
})
