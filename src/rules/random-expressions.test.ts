// Whatever is written in the language of samples, and whatever a request holds: nothing throws, and nothing hangs. RANDOM_EXPRESSIONS says
// how many are tried.

import { expect, it } from 'vitest'

import { CONVERTERS } from '../config/rules/samples/converter-rows.ts'
import type { ConverterName } from '../config/rules/samples/converter-rows.ts'
import { FETCHES } from '../config/rules/samples/fetch-rows.ts'
import type { FetchName } from '../config/rules/samples/fetch-rows.ts'
import { MATCH_METHODS } from '../config/rules/match-methods.ts'
import { parseSample } from '../config/rules/samples/sample.ts'
import { sampleText } from '../config/rules/samples/sample-text.ts'
import { fieldsOf } from '../http/fields.ts'
import { compileMatch } from './matches.ts'
import { compileBytes, compileSample, compileText } from './samples.ts'
import { BARE_VIEW, TOOLS, transactionOf } from './testing.ts'
import { cast, listOf } from './values.ts'
import type { View } from './view.ts'

const TRIES = Number(process.env['RANDOM_EXPRESSIONS'] ?? 20_000)

/** Always the same: a failure can be looked at. */
function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return (state >>> 0) / 2 ** 32
  }
}

const random = seeded(20)
const below = (n: number) => Math.floor(random() * n)
const oneOf = <T>(items: readonly T[]): T => items[below(items.length)]!

const TEXTS = [
  '',
  'a',
  'x-n',
  '1',
  '-1',
  '0',
  '24',
  '64',
  ',',
  '/',
  'txn.x',
  'é€',
  '%zz',
  '1.2.3.4',
  '::1',
  '0a1b',
  '^(a)|b',
  'g',
  'true',
]
const NUMBERS = ['9223372036854775807', '-9223372036854775808', '18446744073709551616', '4294967296', '-5', '3']
const argument = () => oneOf([oneOf(TEXTS), oneOf(TEXTS), oneOf(NUMBERS), `"${oneOf(TEXTS)}"`])
const callOf = (name: string, most: number) => {
  const given = Array.from({ length: below(most + 1) }, argument)
  return given.length === 0 ? name : `${name}(${given.join(',')})`
}

function expression(): string {
  const fetch = oneOf(Object.keys(FETCHES) as FetchName[])
  const converters = Array.from({ length: below(4) }, () => oneOf(Object.keys(CONVERTERS) as ConverterName[]))
  const calls = [
    callOf(fetch, FETCHES[fetch].takes.length),
    ...converters.map((name) => callOf(name, CONVERTERS[name].takes.length)),
  ]
  return calls.join(',')
}

const HEADERS = [
  {},
  { 'x-n': '1, 2,,"a,b', cookie: 'a=1; b; =; a="x', authorization: 'Basic %%%' },
  { 'x-n': '99999999999999999999', cookie: '=', authorization: 'bearer  x', 'content-type': '' },
]
const RESPONSES: readonly View['response'][] = [
  undefined,
  {
    status: 200,
    headers: fieldsOf(
      new Headers([
        ['set-cookie', '='],
        ['x-n', '-'],
      ]),
    ),
  },
]

it(`${TRIES} expressions`, () => {
  let read = 0
  for (let i = 0; i < TRIES; i++) {
    const text = expression()
    const sample = parseSample(text)
    if (!sample) continue
    read += 1
    const transaction = transactionOf({
      url: oneOf(['http://a/', 'https://[::1]:8443/%zz;a=1?a=1&a=&=&b', 'http://a.example/a/b?']),
      clientAddress: oneOf(['', '192.0.2.1', '2001:db8::1']),
      headers: oneOf(HEADERS),
    })
    transaction.variables = new Map([['txn.x', oneOf([5n, true, 'a', 'é'])]])
    const view: View = { ...BARE_VIEW, ...(below(2) === 0 ? {} : { response: RESPONSES[1]! }) }
    try {
      expect(parseSample(sampleText(sample))).toEqual(sample)
      compileText(sample, TOOLS)(transaction, view)
      compileBytes(sample, TOOLS)(transaction, view)
      const found = listOf(compileSample(sample, TOOLS)(transaction, view))
      for (const value of found) {
        for (const type of ['bool', 'sint', 'ip', 'str', 'bin', 'meth', 'any'] as const) cast(value, type)
        const match = oneOf(MATCH_METHODS)
        compileMatch(
          match,
          [match === 'int' || match === 'len' ? 'ge 3' : '0a'],
          below(2) === 0,
          TOOLS.patternOf,
        )(value)
      }
    } catch (error) {
      throw new Error(`${text}: ${String(error)}`, { cause: error })
    }
  }
  // Most arguments fit nothing.
  expect(read).toBeGreaterThan(TRIES / 50)
})
