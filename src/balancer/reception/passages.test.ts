// A request that comes back to the deployment it came from, however it was dressed up on the way.

import { describe, expect, it } from 'vitest'

import { fieldsOf } from '../../http/fields.ts'
import type { CountPassage } from './passages.ts'
import { createCountPassage, PASSAGES_HEADER, passagesToken } from './passages.ts'

const A = 'AAAAAAAAAAAA'
const B = 'BBBBBBBBBBBB'

/** What `count` makes of a header. */
function pass(count: CountPassage, header: string | null): [boolean, string | null] {
  const headers = fieldsOf(new Headers(header === null ? {} : { [PASSAGES_HEADER]: header }))
  return [count(headers), headers.get(PASSAGES_HEADER)]
}

describe('a passage', () => {
  it('of four is let through, the fifth is one too many', () => {
    const count = createCountPassage(A, 4)
    const headers = fieldsOf(new Headers())
    const seen = Array.from({ length: 5 }, () => count(headers))
    expect(seen).toEqual([false, false, false, false, true])
    expect(headers.get(PASSAGES_HEADER)).toBe(`${A}=5`)
  })

  it('counts for its own deployment alone: a chain is no circle, and a circle of two is found', () => {
    const [a, b] = [createCountPassage(A, 4), createCountPassage(B, 4)]
    expect(pass(b, pass(a, null)[1])).toEqual([false, `${A}=1, ${B}=1`])
    const headers = fieldsOf(new Headers())
    const seen = [a, b, a, b, a, b, a, b, a].map((count) => count(headers))
    expect(seen.indexOf(true)).toBe(8)
  })

  it.each([
    ['', `${A}=1`],
    [',,;=,=,', `${A}=1`],
    [`${A}=`, `${A}=1`],
    [`${A}=0`, `${A}=1`],
    [`${A}=-3`, `${A}=1`],
    [`${A}=1e9`, `${A}=1`],
    [`${A}=9999`, `${A}=1`],
    [`${A}=1 ${B}=1`, `${A}=1`],
    ['\u00ff\u00fe, %00', `${A}=1`],
    [`${A}=1, ${A}=3, ${A}=2`, `${A}=4`],
    [`${B}=7,${A}=1`, `${B}=7, ${A}=2`],
  ])('reads what a client made up without harm: %j', (header, left) => {
    expect(pass(createCountPassage(A, 4), header)).toEqual([false, left])
  })

  it('of a client that claims many is refused to that client alone', () => {
    const count = createCountPassage(A, 4)
    expect(pass(count, `${A}=999`)).toEqual([true, `${A}=999`])
    expect(pass(count, null)).toEqual([false, `${A}=1`])
  })

  it('keeps a header that a client filled within bounds, and what real balancers wrote in it', () => {
    const made = (i: number) => `x${String(i).padStart(11, '0')}=1`
    const junk = Array.from({ length: 1_000 }, (_, i) => made(i)).join(',')
    const [, left] = pass(createCountPassage(A, 4), `${junk}, ${B}=2`)
    expect(left!.length).toBeLessThan(600)
    expect(left).toMatch(new RegExp(`, ${B}=2, ${A}=1$`))
  })
})

describe('a token', () => {
  it('is another for each deployment, the same each time, and says nothing', async () => {
    const tokens = await Promise.all(['one', 'two', 'one'].map(passagesToken))
    expect(tokens[0]).toBe(tokens[2])
    expect(tokens[0]).not.toBe(tokens[1])
    for (const token of tokens) expect(token).toMatch(/^[\w-]{12}$/)
  })
})
