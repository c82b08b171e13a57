import { describe, expect, it } from 'vitest'

import { haproxyFormat, haproxyUndated } from './haproxy-format.ts'

const AT_S = 1_795_217_064

describe("HAProxy's value", () => {
  it.each([
    ['A', null, null],
    ['A|awDWq', AT_S, null],
    ['A|awDWq|awDWq', AT_S, AT_S],
    ['A|awDWq|awDWr', AT_S, AT_S + 4],
    ['A||awDWq', null, AT_S],
    ['A|awDWq|awDWq|awDWq', AT_S, AT_S],
    // Five characters are a date, whatever follows; fewer, others or zero are none.
    ['A|awDWqA', AT_S, null],
    ['A|awDW', null, null],
    ['A|awDW-', null, null],
    ['A|-wDWq', null, null],
    ['A|AAAAA', null, null],
    ['A|AAAAB', 4, null],
    ['A|/////', 4 * (2 ** 30 - 1), null],
  ])('%s was written at %s for a client first seen at %s', async (value, lastS, firstS) => {
    const said = { serverCookie: 'A', dates: { lastS, firstS }, format: 'haproxy' }
    expect(haproxyFormat.decode(value)).toEqual(said)
    expect(haproxyUndated.decode(value)).toEqual({ ...said, serverCookie: value, dates: { lastS: null, firstS: null } })
    for (const codec of [haproxyFormat, haproxyUndated]) expect(await codec.verify(value)).toBeUndefined()
  })

  it.each([
    ['A', null, null],
    ['A', null, AT_S],
    ['A|awDWq', AT_S, null],
    ['A|awDWq', AT_S + 3, null],
    ['A|awDWq|awDWr', AT_S, AT_S + 4],
    ['A|AAAAB', 4, null],
    ['A|/////', 2 ** 32 - 1, null],
    ['A|AAAAB', 2 ** 32 + 4, null],
  ])('is %s when it is written at %s for a client first seen at %s', (value, lastS, firstS) => {
    expect(haproxyFormat.encode('A', { lastS, firstS })).toBe(value)
    expect(haproxyUndated.encode('A', { lastS, firstS })).toBe('A')
  })
})
