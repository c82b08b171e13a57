import { describe, expect, it } from 'vitest'

import { cookieValues, cookiesForOrigin, lastCookie } from './cookie-header.ts'

describe('cookieValues', () => {
  it.each([
    ['SRV=A', ['A']],
    ['a=1; SRV=A; b=2', ['A']],
    ['SRV=A; SRV=B', ['A', 'B']],
    ['a=1, SRV=A', ['A']],
    ['XSRV=A; SRVX=B; srv=C', []],
    ['SRV="A"', ['"A"']],
    ['SRV=', ['']],
    ['SRV', []],
    ['; ; =; ,=,; SRV=A; ', ['A']],
    ['$Version=1; SRV=A', ['A']],
    ['prefs={"x":1,"SRV":2}; SRV=A', ['A']],
    ['SRV=a=b', ['a=b']],
  ])('%s', (header, values) => {
    expect(cookieValues(header, 'SRV')).toEqual(values)
  })

  it('looks at no more than eight of one name', () => {
    expect(cookieValues(Array.from({ length: 1000 }, (_, i) => `SRV=${i}`).join('; '), 'SRV')).toHaveLength(8)
  })

  it('survives every header made of delimiters and crumbs', () => {
    const crumbs = [';', ',', '=', ' ', 'SRV', '"', '$', 'a=b; ', '; ', ', ']
    for (const a of crumbs) {
      for (const b of crumbs) {
        for (const c of crumbs) {
          const header = a + b + c
          expect(cookieValues(`${header};SRV=A`, 'SRV').length).toBeLessThanOrEqual(2)
          expect(cookieValues(cookiesForOrigin(header, 'SRV'), 'SRV')).toEqual([])
        }
      }
    }
  })

  it('comes to an end on 128 KB of blanks, commas or semicolons (quadratic parsing would not)', () => {
    for (const crumb of [' ', ';', ', ', ' ;', ',a', 'a=']) {
      const header = `${crumb.repeat(131_072 / crumb.length)}; SRV=A`
      expect(cookieValues(header, 'SRV').at(-1)).toBe('A')
      expect(lastCookie(header, 'SRV')).toBe('A')
      expect(cookiesForOrigin(header, 'SRV') ?? '').not.toContain('SRV')
    }
  })
})

describe('cookiesForOrigin', () => {
  it.each([
    ['SRV=A', 'SRV', null],
    ['SRV=A; SRV=B', 'SRV', null],
    ['a=1; SRV=A; b=2', 'SRV', 'a=1; b=2'],
    ['a=1, SRV=A, b=2', 'SRV', 'a=1; b=2'],
    ['a=1, b=2', 'SRV', 'a=1; b=2'],
    ['a=1, b=2', null, 'a=1; b=2'],
    ['SRV=A; a=1', null, 'SRV=A; a=1'],
    ['a={"x":1,"y":2}; b=3', 'SRV', 'a={"x":1,"y":2}; b=3'],
    ['a=1;b=2', 'SRV', 'a=1;b=2'],
    ['a=1;b=2; SRV=A', 'SRV', 'a=1; b=2'],
  ])('%s without %s', (header, remove, expected) => {
    expect(cookiesForOrigin(header, remove)).toBe(expected)
  })
})

it('lastCookie takes the last of several', () => {
  expect(lastCookie('s=1; s=2, s=3', 's')).toBe('3')
  expect(lastCookie('xs=1', 's')).toBeUndefined()
  expect(lastCookie(null, 's')).toBeUndefined()
})
