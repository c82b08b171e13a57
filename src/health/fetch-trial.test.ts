import { describe, expect, it } from 'vitest'

import type { Server } from '../config/config.ts'
import type { CheckCode, CheckResult } from './check.ts'
import { adoptRecord } from './adopt-record.ts'
import { isOnTrial, ruleOnTrial, trialOf } from './fetch-trial.ts'
import type { ServerRecord } from './server-record.ts'

const result = (code: CheckCode): CheckResult => ({ code, status: null, durationMs: 1 })
const REFUSED = result('L7STS')
const FINE = result('L7OK')
const FALL = { fall: 2 }

const savedAs = (fetchTrial: ServerRecord['fetchTrial'], lastCheck: CheckResult | null = FINE) =>
  ({ stateOverride: null, weightOverride: null, health: 1, lastCheck, fetchTrial }) as ServerRecord
const serverBy = (by: 'fetch' | 'socket') => ({ check: { by, rise: 2, fall: 3 } }) as Parameters<typeof trialOf>[0]

describe('a server that a socket has checked and fetch checks now', () => {
  it("is up by the socket's word for fall x 3 checks, then fetch decides", () => {
    let record = trialOf(serverBy('fetch'), savedAs(undefined))
    const lefts: unknown[] = []
    while (isOnTrial(record, { by: 'fetch' })) {
      const { result: counted, fetchTrial, left } = ruleOnTrial(record, FALL, REFUSED, FINE)
      expect(counted).toBe(FINE)
      lefts.push(left)
      record = { fetchTrial }
    }
    expect(lefts).toEqual([5, 4, 3, 2, 1, 0])
    expect(ruleOnTrial(record, FALL, REFUSED, undefined).result).toBe(REFUSED)
  })

  it('is on trial no longer once fetch has passed', () => {
    expect(ruleOnTrial({ fetchTrial: 3 }, FALL, FINE, undefined)).toMatchObject({ result: FINE, fetchTrial: 'over' })
  })

  it('is down when both say so, which uses nothing up', () => {
    const both = ruleOnTrial({ fetchTrial: 3 }, FALL, REFUSED, result('L4CON'))
    expect(both).toEqual({ result: REFUSED, fetchTrial: 3, left: undefined })
  })

  it('is on trial no longer, whatever a socket says once it is over', () => {
    expect(ruleOnTrial({ fetchTrial: 'over' }, FALL, REFUSED, FINE)).toMatchObject({
      result: REFUSED,
      fetchTrial: 'over',
    })
  })

  it('is not on trial anew with a smaller fall', () => {
    const ruling = ruleOnTrial({ fetchTrial: 5 }, { fall: 1 }, REFUSED, FINE)
    expect(ruling).toEqual({ result: REFUSED, fetchTrial: 'over', left: undefined })
  })
})

describe('who is on trial', () => {
  it('a server that sockets have checked, not a new one, nor one that sockets check', () => {
    const isTried = (by: 'fetch' | 'socket', saved?: ServerRecord) => isOnTrial(trialOf(serverBy(by), saved), { by })
    expect(isTried('fetch', savedAs(undefined))).toBe(true)
    expect(isTried('fetch', savedAs(2))).toBe(true)
    expect(isTried('fetch')).toBe(false)
    expect(isTried('fetch', savedAs(undefined, null))).toBe(false)
    expect(isTried('fetch', savedAs('over'))).toBe(false)
    expect(isTried('socket', savedAs(undefined))).toBe(false)
    // by: 'socket' was written for a while.
    expect(adoptRecord(serverBy('socket') as Server, savedAs('over'), 0).fetchTrial).toBeUndefined()
  })
})
