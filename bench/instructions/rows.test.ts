// Which rows are counted.

import { expect, it } from 'vitest'

import type { WorkerVariant } from '../worker-variants.ts'
import { chosenRows, rivalOf, rowOf } from './rows.ts'

const row = (name: string, floor?: WorkerVariant): WorkerVariant => ({
  name,
  floor,
  requests: [],
  setsCookie: false,
  start: () => Promise.reject(new Error('not started here')),
  verify: () => Promise.reject(new Error('not asked here')),
})
const FLOOR = row('floor: new')
const ROWS = [
  row('passthrough'),
  FLOOR,
  row('limpet: new, there', FLOOR),
  row('limpet: new, here', FLOOR),
  row('limpet: due'),
] as const
const names = (rows: readonly WorkerVariant[]) => rows.map(({ name }) => name)

it('are all of them unless something is asked for', () => {
  expect(chosenRows(ROWS, {})).toEqual(ROWS)
})

it('are those with the text, the first, and what they are compared with', () => {
  expect(names(chosenRows(ROWS, { only: 'due' }))).toEqual(['passthrough', 'limpet: due'])
  expect(names(chosenRows(ROWS, { only: 'there' }))).toEqual(['passthrough', 'floor: new', 'limpet: new, there'])
})

it('are those of one comparison where functions are asked for', () => {
  expect(names(chosenRows(ROWS, { functions: 'limpet: new, there' }))).toEqual([
    'passthrough',
    'floor: new',
    'limpet: new, there',
  ])
})

it('are compared with the other checkout where there is one, with the floor or the first otherwise', () => {
  const rivals = ROWS.map((one) => rivalOf(ROWS, one).name)
  expect(rivals).toEqual(['passthrough', 'passthrough', 'floor: new', 'limpet: new, there', 'passthrough'])
})

it('names them where one does not exist', () => {
  expect(() => rowOf(ROWS.slice(0, 2), 'limpet: old')).toThrow(
    "--functions: there is no row 'limpet: old'; the rows are 'passthrough', 'floor: new'",
  )
})
