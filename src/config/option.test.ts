// Rows -> what an operator is told, and what other rooms read.

import { expect, test } from 'vitest'
import * as v from 'valibot'

import { bool, duration, integer, name, oneOf, record } from './fields.ts'
import { objectOf, option, required, valuesOf } from './option.ts'
import type { Written } from './option.ts'

const rows = {
  name: required(name),
  slowstart: option(duration(1000), { default: null, unit: 'ms', word: 'slowstart' }),
  maxidle: option(duration(1000), { default: '30m', unit: 's' }),
  weight: option(integer(0, 256), { default: 1 }),
  httponly: option(bool, { default: true, haproxy: false }),
  indirect: option(bool),
  state: option(oneOf(['ready', 'drain']), { default: 'ready' }),
}

const issuesOf = (input: unknown) =>
  v
    .safeParse(objectOf(rows), input)
    .issues?.map(({ path, message }) => `${path?.map(({ key }) => String(key)).join('.')}: ${message}`)

test('every issue of an object is found at once, every unknown key among them', () => {
  expect(issuesOf({ weight: 'x', wieght: 1, slow_start: '3s', nonsense: true })).toEqual([
    'name: required',
    'weight: must be a whole number from 0 to 256',
    "wieght: unknown key; did you mean 'weight'?",
    "slow_start: unknown key; did you mean 'slowstart'?",
    'nonsense: unknown key; allowed: name, slowstart, maxidle, weight, httponly, indirect, state',
  ])
})

test.each([[null], ['text'], [7], [undefined]])('%j is no object', (input) => {
  expect(issuesOf(input)).toEqual([`undefined: ${input === undefined ? 'required' : 'must be an object'}`])
})

test('what is not written has the default of the profile; durations are in their unit', () => {
  const written: Written<typeof rows> = { name: 'a', slowstart: '30s' }
  const values = valuesOf(rows, written, 'limpet')
  expect(values).toEqual({
    name: 'a',
    slowstartMs: 30_000,
    maxidleS: 1800,
    weight: 1,
    httponly: true,
    indirect: undefined,
    state: 'ready',
  })
  expect(valuesOf(rows, written, 'haproxy').httponly).toBe(false)
  const types: { slowstartMs: number | null; maxidleS: number; state: 'ready' | 'drain' } = values
  expect(types.maxidleS).toBe(1800)
})

test('a list is no object', () => {
  expect(issuesOf([])).toEqual(['undefined: must be an object'])
})

test('names that every object has are unknown keys, too', () => {
  expect(issuesOf(JSON.parse('{ "name": "a", "__proto__": { "weight": 2 }, "constructor": 1 }'))).toEqual([
    expect.stringMatching(/^__proto__: unknown key; allowed: /),
    expect.stringMatching(/^constructor: unknown key; allowed: /),
  ])
})

test('a record refuses names that would be lost', () => {
  const schema = record(name, integer(0, 9), 'must be an object of numbers')
  expect(v.safeParse(schema, JSON.parse('{ "a": 1, "constructor": 2 }')).issues?.map(({ message }) => message)).toEqual(
    ['unknown name: this one cannot be used'],
  )
  expect(v.safeParse(schema, []).issues?.map(({ message }) => message)).toEqual(['must be an object of numbers'])
})
