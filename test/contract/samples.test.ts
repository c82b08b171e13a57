// What a configuration may name and what rules do are two lists under the same names: neither has one that the other lacks.

import { expect, it } from 'vitest'

import { CONVERTERS } from '../../src/config/rules/samples/converter-rows.ts'
import { FETCHES } from '../../src/config/rules/samples/fetch-rows.ts'
import * as converters from '../../src/rules/converters/converters.ts'
import * as fetches from '../../src/rules/fetches/fetches.ts'

it.each([
  ['fetches', FETCHES, fetches],
  ['converters', CONVERTERS, converters],
])('%s: a row for each that there is, and each that has a row', (_, rows, made) => {
  expect(Object.keys(made).toSorted()).toEqual(Object.keys(rows).toSorted())
})
