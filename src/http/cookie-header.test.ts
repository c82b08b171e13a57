import { describe, expect, it } from 'vitest'

import {
  cookieValues,
  linesApart,
  nextCookie,
  ownValue,
  pairBeginning,
  withoutCookie,
  withoutPrefix,
} from './cookie-header.ts'

/** As the balancer reads its own. */
function ownValues(header: string, name: string): string[] {
  const values: string[] = []
  for (let at = nextCookie(header, name, 0); at !== -1; at = nextCookie(header, name, at + name.length)) {
    values.push(ownValue(header, at))
  }
  return values
}

describe('ownValue', () => {
  it.each([
    ['SRV=A', ['A']],
    ['a=1; SRV=A; b=2', ['A']],
    ['SRV=A; SRV=B', ['A', 'B']],
    ['a=1, SRV=A', ['A']],
    ['a=1,SRV=A,b=2', ['A']],
    ['SRV=A, b=2', ['A']],
    ['XSRV=A; SRVX=B; srv=C', []],
    ['x-SRV=A', []],
    ['x=SRV=A', []],
    ['SRV="A"', ['"A"']],
    ['SRV=', ['']],
    ['SRV', []],
    ['SRV; SRV=A', ['A']],
    [' SRV = A ;b=2', ['A']],
    ['\tSRV\t=\tA\t', ['A']],
    ['; ; =; ,=,; SRV=A; ', ['A']],
    ['$Version=1; SRV=A', ['A']],
    ['prefs={"x":1,"SRV":2}; SRV=A', ['A']],
    ['SRV=a=b', ['a=b']],
    // What another site's quotes enclose is read all the same: nobody can hide a cookie between two of his own.
    ['x="; SRV=A; y="', ['A']],
  ])('%s', (header, values) => {
    expect(ownValues(header, 'SRV')).toEqual(values)
  })
})

describe('cookieValues', () => {
  it.each([
    ['s=1; s=2, s=3', ['1', '2', '3']],
    ['s=a,b; x=1', ['a,b']],
    ['s=a, b; x=1', ['a, b']],
    ['s=a, b=1; x=1', ['a']],
    ['s={"x":1,"y":2}', ['{"x":1,"y":2}']],
    ['xs=1', []],
  ])('%s', (header, values) => {
    expect(cookieValues(header, 's')).toEqual(values)
  })

  it('has all of them, however many', () => {
    expect(cookieValues(Array.from({ length: 1000 }, (_, i) => `SRV=${i}`).join('; '), 'SRV')).toHaveLength(1000)
    expect(cookieValues(null, 's')).toEqual([])
  })
})

it('pairBeginning finds the first pair whose name begins so', () => {
  expect(pairBeginning('a=1; ASPSESSIONX=2, b=3; ASPSESSIONY=4', 'ASPSESSION')).toBe('ASPSESSIONX=2')
  expect(pairBeginning('xASPSESSION=1; ASP', 'ASPSESSION')).toBeUndefined()
})

// Each line as HAProxy 2.6 forwards it under `insert indirect`, unless a comma is at the cut.
describe('withoutCookie', () => {
  it.each([
    ['SRV=A', null],
    ['SRV=A; SRV=B', null],
    ['SRV=A; ', null],
    ['a=1', 'a=1'],
    ['a=1; SRV=A; b=2', 'a=1; b=2'],
    ['a=1;b=2; SRV=A', 'a=1;b=2'],
    ['a=1;SRV=A;b=2', 'a=1; b=2'],
    ['a=1 ;SRV=A ; b=2', 'a=1; b=2'],
    ['a=1;  SRV=A;   b=2', 'a=1; b=2'],
    ['SRV=A;  a=1;b=2;  c=3', 'a=1;b=2;  c=3'],
    ['a=1; SRV=A;', 'a=1; '],
    [';; SRV=A', ';'],
    ['SRV=A;;a=1', ';a=1'],
    ['a=1;;SRV=A;;b=2', 'a=1;; ;b=2'],
    ['SRV=B; x=1;  y=2; SRV=A', 'x=1;  y=2'],
    ['x=1; SRV=B; SRV=A; y=2', 'x=1; y=2'],
    ['a; SRV=A; b', 'a; b'],
    ['SRV; SRV=A', 'SRV'],
    ['$Version=1; SRV=A; $Path=/; a=1', '$Version=1; $Path=/; a=1'],
    ['pref=lang=de, theme=dark', 'pref=lang=de, theme=dark'],
    ['pref=lang=de, theme=dark; SRV=A', 'pref=lang=de, theme=dark'],
    ['SRV=A; pref=lang=de, theme=dark', 'pref=lang=de, theme=dark'],
    ['q="a, b=1"; SRV=A', 'q="a, b=1"'],
    ['c={"b":"x;y"};d=1; SRV=A', 'c={"b":"x;y"};d=1'],
    ['a={"x":1,"y":2}; SRV=A; b=3', 'a={"x":1,"y":2}; b=3'],
    ['q="a; SRV=A"; b=2', 'q="a; SRV=A"; b=2'],
    [String.raw`q="a\"; SRV=A"; SRV=B`, String.raw`q="a\"; SRV=A"`],
    // A quote that is never closed quotes nothing.
    ['q="a; SRV=A', 'q="a'],
    // Next to our cookie a comma is the end of a line, or a separator of old.
    ['a=1, SRV=A', 'a=1'],
    ['a=1,SRV=A', 'a=1'],
    ['SRV=A, b=2', 'b=2'],
    ['a=1, SRV=A, b=2', 'a=1; b=2'],
    ['a=1; SRV=A, b=2', 'a=1; b=2'],
    ['a=1, c=3; SRV=A, b=2, d=4', 'a=1, c=3; b=2, d=4'],
    // Never glued together, whatever a value is.
    ['a=1; SRV="x; SRV=y"', 'a=1; SRV=y"'],
  ])('%s is %s', (header, expected) => {
    expect(withoutCookie(header, 'SRV')).toBe(expected)
  })
})

describe('withoutPrefix', () => {
  it.each([
    ['SRV=A~x', 'SRV=x'],
    ['SRV=A', 'SRV=A'],
    ['a=1;SRV=A~x~y;b=2', 'a=1;SRV=x~y;b=2'],
    ['a=~; SRV=A', 'a=~; SRV=A'],
    ['SRV=A~x; SRV=B~y; SRV=z', 'SRV=x; SRV=y; SRV=z'],
    ['pref=lang=de, theme=dark; SRV=A~x', 'pref=lang=de, theme=dark; SRV=x'],
    ['SRV=A, b=~', 'SRV=A, b=~'],
  ])('%s is %s', (header, expected) => {
    expect(withoutPrefix(header, 'SRV', '~')).toBe(expected)
  })
})

describe('linesApart', () => {
  it.each([
    ['a=1, SRV=A', 'a=1; SRV=A'],
    ['a=1, SRV=A, b=2', 'a=1; SRV=A; b=2'],
    ['SRV=A, SRV=B', 'SRV=A; SRV=B'],
    ['a=1, b=2; SRV=A', 'a=1, b=2; SRV=A'],
    ['pref=lang=de, theme=dark', 'pref=lang=de, theme=dark'],
    ['a=1,SRV=A', 'a=1,SRV=A'],
    ['SRV=A, b', 'SRV=A, b'],
    ['q="a, SRV=A"', 'q="a, SRV=A"'],
  ])('%s is %s', (header, expected) => {
    expect(linesApart(header, 'SRV', true)).toBe(expected)
  })

  it("leaves what is behind an application's value", () => {
    expect(linesApart('a=1, SRV=x, b=2', 'SRV', false)).toBe('a=1; SRV=x, b=2')
  })
})

describe('a hostile header', () => {
  it('made of delimiters and crumbs is survived, and none of our cookies is left', () => {
    const crumbs = [';', ',', '=', ' ', 'SRV', '$', 'a=b; ', '; ', ', ', 'SRV=A']
    for (const a of crumbs) {
      for (const b of crumbs) {
        for (const c of crumbs) {
          for (const d of crumbs) {
            const header = a + b + c + d
            expect(ownValues(`${header};SRV=A`, 'SRV').at(-1)).toBe('A')
            expect(ownValues(withoutCookie(header, 'SRV') ?? '', 'SRV')).toEqual([])
          }
        }
      }
    }
  })

  it.each([
    ' ',
    ';',
    ', ',
    ' ;',
    ',a',
    ',a=',
    ', a',
    'a=',
    'SRV',
    'SRV ',
    'SRV=',
    'SRV=;',
    'SRV=, ',
    ' SRV',
    '"',
    'SRV="',
    '~;',
  ])('with runs of 128 KB of %j costs milliseconds: quadratic parsing would take seconds', (crumb) => {
    const run = crumb.repeat(131_072 / crumb.length)
    // Before the cookie, in its value, and in another's: no run ends what is parsed, or one that is trimmed would be found at once.
    const header = `${run}; SRV=x${run}y; c=x${run}y; SRV=A`
    const startedMs = performance.now()
    expect(ownValues(header, 'SRV').at(-1)).toBe('A')
    expect(cookieValues(header, 'SRV').at(-1)).toBe('A')
    withoutCookie(header, 'SRV')
    withoutPrefix(`${header}~`, 'SRV', '~')
    linesApart(header, 'SRV', true)
    pairBeginning(header, 'SRVX')
    pairBeginning(header, 'c=')
    expect(performance.now() - startedMs).toBeLessThan(1000)
  })
})
