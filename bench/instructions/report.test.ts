// The tables of what was counted.

import { expect, it } from 'vitest'

import { functionsText, leastOf, tablesText } from './report.ts'
import type { Counted } from './report.ts'

const counted = (self: Record<string, number>): Counted => ({
  requests: 10,
  total: Object.values(self).reduce((sum, count) => sum + count, 0),
  self: new Map(Object.entries(self)),
})

const FLOOR = { name: 'floor: new' }
const ROWS = [{ name: 'passthrough' }, FLOOR, { name: 'limpet: new', floor: FLOOR }]
const COUNTED = new Map([
  ['passthrough', counted({ free: 1_000_000 })],
  ['floor: new', counted({ free: 1_000_000, Builtins_ArrayPush: 100_000 })],
  ['limpet: new', counted({ free: 1_000_000, Builtins_ArrayPush: 250_000, 'v8::internal::compiler::Run()': 70_000 })],
])

/** Its cells. */
const lineOf = (text: string, name: string) =>
  text
    .split('\n')
    .filter((line) => line.startsWith(name))
    .map((line) => line.slice(name.length).trim().split(/\s+/))

it('compares each row with the first and with its floor, and leaves the compilers out', () => {
  const text = tablesText('instructions', ROWS, COUNTED)
  expect(lineOf(text, 'passthrough')[0]).toEqual(['100.0', '1.000'])
  expect(lineOf(text, 'floor: new')[0]).toEqual(['110.0', '1.100'])
  expect(lineOf(text, 'limpet: new')[0]).toEqual(['125.0', '1.250', '+0.150'])
})

it('says whose work it is, the compilers last', () => {
  const [, shares] = lineOf(tablesText('instructions', ROWS, COUNTED), 'limpet: new')
  expect(shares).toEqual(['0.0', '25.0', '0.0', '0.0', '0.0', '0.0', '0.0', '100.0', '0.0', '7.0'])
})

it('names the functions that differ most, whichever of the two has more', () => {
  const text = functionsText('instructions', 'floor: new', 'limpet: new', COUNTED)
  expect(lineOf(text, 'Builtins_ArrayPush')).toEqual([['-15000', '10000', '25000']])
  expect(text.split('\n').map((line) => line.split(' ')[0])).toEqual([
    'instructions/request',
    'Builtins_ArrayPush',
    'v8::internal::compiler::Run()',
    'free',
  ])
})

it('takes the least of several counts, whatever the compilers did meanwhile', () => {
  const [low, middle, high] = [100, 110, 130].map((free, i) =>
    counted({ free, 'v8::internal::compiler::Run()': 900 - 400 * i }),
  )
  expect(leastOf([high!, low!, middle!])).toBe(low)
})
