// Entries as they were configured, and what changes make of them.

import { describe, expect, it } from 'vitest'

import { createChangedList, readDifferences } from './changed-list.ts'
import type { Differences } from './changed-list.ts'

const CONFIGURED = new Map([
  ['a', '1'],
  ['b', '2'],
  ['c', '3'],
])

/** What another isolate, or the Monitor after a restart, makes of the same differences. */
const again = (differences: Differences | undefined, configured = CONFIGURED) =>
  createChangedList(configured, readDifferences(JSON.parse(JSON.stringify(differences ?? null))))

it('an entry that is set keeps its place, one that is added comes last, as does one that is deleted and added again', () => {
  const list = createChangedList(CONFIGURED)
  list.put('b', 'new')
  list.put('d', '4')
  list.put('a', null)
  list.put('a', '1')
  expect([...list.entries]).toEqual([
    ['b', 'new'],
    ['c', '3'],
    ['d', '4'],
    ['a', '1'],
  ])
  expect([...again(list.differences()).entries]).toEqual([...list.entries])
})

it('what is as it was configured is no difference', () => {
  const list = createChangedList(CONFIGURED)
  expect(list.put('a', '1')).toBe(false)
  list.put('a', '9')
  list.put('a', '1')
  list.put('d', '4')
  list.put('d', null)
  expect(list.differences()).toBeUndefined()
  expect([list.count, list.characters]).toEqual([0, 0])
})

it('a map that is cleared stays so while the configuration says the same of it', () => {
  const list = createChangedList(CONFIGURED)
  list.put('z', '1')
  list.clear()
  list.put('d', '4')
  const differences = list.differences()
  expect([...again(differences).entries]).toEqual([['d', '4']])
  const changed = new Map([...CONFIGURED, ['e', '5']])
  expect([...again(differences, changed).entries]).toEqual([...changed, ['d', '4']])
})

describe('a configuration that says something new about a key has the last word', () => {
  const list = createChangedList(CONFIGURED)
  list.put('a', 'set')
  list.put('b', null)
  list.put('d', 'added')
  const differences = list.differences()

  it.each<[string, readonly (readonly [string, string])[], readonly (readonly [string, string])[]]>([
    [
      'nothing',
      [...CONFIGURED],
      [
        ['a', 'set'],
        ['c', '3'],
        ['d', 'added'],
      ],
    ],
    [
      'another key',
      [...CONFIGURED, ['e', '5']],
      [
        ['a', 'set'],
        ['c', '3'],
        ['e', '5'],
        ['d', 'added'],
      ],
    ],
    [
      'another value of what was set',
      [
        ['a', 'x'],
        ['b', '2'],
      ],
      [
        ['a', 'x'],
        ['d', 'added'],
      ],
    ],
    [
      'another value of what was deleted',
      [
        ['a', '1'],
        ['b', 'x'],
      ],
      [
        ['a', 'set'],
        ['b', 'x'],
        ['d', 'added'],
      ],
    ],
    ['a value of what was added', [['d', 'x']], [['d', 'x']]],
    ['that what was set is gone', [['b', '2']], [['d', 'added']]],
  ])('%s', (_, configured, entries) => {
    expect([...again(differences, new Map(configured)).entries]).toEqual(entries)
  })

  it('and differences that no longer count are forgotten when room is needed', () => {
    const later = again(differences, new Map([['a', 'x']]))
    expect(later.count).toBe(3)
    later.prune()
    expect(later.differences()).toEqual({ entries: [['d', 'added', null]] })
    expect(later.characters).toBe('dadded'.length)
  })
})

it('any sequence of changes has the entries that HAProxy has, and leaves them to whoever reads its differences', () => {
  let seed = 7
  const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below
  for (let round = 0; round < 300; round++) {
    const list = createChangedList(CONFIGURED)
    const model = new Map(CONFIGURED)
    for (let i = 0; i < 12; i++) {
      const key = 'abcdef'[random(6)]!
      if (random(12) === 0) {
        list.clear()
        model.clear()
      } else if (random(3) === 0) {
        list.put(key, null)
        model.delete(key)
      } else {
        const value = String(random(4))
        list.put(key, value)
        model.set(key, value)
      }
    }
    expect([...list.entries]).toEqual([...model])
    expect([...again(list.differences()).entries]).toEqual([...model])
    expect(list.kept).toEqual([...CONFIGURED.keys()].filter((key) => again(list.differences()).kept.includes(key)))
    const characters = (list.differences()?.entries ?? []).flat().join('').length
    expect(list.characters).toBeLessThanOrEqual(characters)
  }
})

it.each([null, 'text', { entries: 'x' }, {}])('%j are no differences', (value) => {
  expect(readDifferences(value)).toBeUndefined()
})

it('differences that cannot be read are left out', () => {
  const sent = {
    entries: [['a', '1', null], 'x', [1, '2', null], ['b', 2, null], ['c', null, undefined]],
    cleared: 'x',
  }
  expect(readDifferences(sent)).toEqual({ entries: [['a', '1', null]] })
})
