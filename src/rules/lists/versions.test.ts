// Versions that are prepared, and how much of them is kept.

import { expect, it } from 'vitest'

import type { Config } from '../../config/config.ts'
import { createListSet, MOST_CHARACTERS, MOST_DIFFERENCES } from './list-set.ts'
import { createListVersions } from './versions.ts'

const CONFIG = { maps: { m: { a: '1', b: '2' } }, lists: { l: ['x'], other: [] } } as unknown as Config

function hold() {
  const set = createListSet(CONFIG, {})
  const { arrange } = createListVersions(set)
  const add = (list: string, version: number, key: string, value = '') =>
    arrange(list, { does: 'add', version, key, value }).outcome
  const entries = (list: string) => [...set.lists.get(list)!.entries]
  return { set, arrange, add, entries }
}

it('only a commit changes what counts, and says so', () => {
  const { arrange, add, entries } = hold()
  expect(arrange('m', { does: 'prepare' }).isChanged).toBe(false)
  add('m', 1, 'c', '3')
  add('m', 1, 'a', '1')
  expect(entries('m')).toEqual([
    ['a', '1'],
    ['b', '2'],
  ])
  expect(arrange('m', { does: 'commit', version: 1 }).isChanged).toBe(true)
  expect(entries('m')).toEqual([
    ['c', '3'],
    ['a', '1'],
  ])
})

it('what was committed is there in an isolate that reads the differences', () => {
  const { set, arrange, add, entries } = hold()
  arrange('m', { does: 'prepare' })
  add('m', 1, 'b', 'new')
  arrange('m', { does: 'commit', version: 1 })
  const read = createListSet(CONFIG, JSON.parse(JSON.stringify(set.differences())) as Record<string, unknown>)
  expect([...read.lists.get('m')!.entries]).toEqual(entries('m'))
  expect(entries('m')).toEqual([['b', 'new']])
})

it('an empty version of an empty list changes nothing', () => {
  const { arrange } = hold()
  arrange('other', { does: 'prepare' })
  expect(arrange('other', { does: 'commit', version: 1 })).toMatchObject({ outcome: 'done', isChanged: false })
})

it('all versions together hold so many entries and characters', () => {
  const { arrange, add } = hold()
  arrange('m', { does: 'prepare' })
  arrange('l', { does: 'prepare' })
  for (let i = 0; i < MOST_DIFFERENCES - 1; i++) expect(add('l', 1, `k${i}`)).toBe('done')
  expect([add('m', 1, 'a', '1'), add('m', 1, 'b', '1'), add('l', 1, 'k0')]).toEqual(['done', 'full', 'done'])
  arrange('l', { does: 'clear', version: 1 })
  expect(add('l', 1, 'x'.repeat(MOST_CHARACTERS))).toBe('full')
  expect(add('m', 1, 'b', '1')).toBe('done')
})

it('a version that makes too much differ is refused, and the list stays', () => {
  const { set, arrange, add, entries } = hold()
  set.change({ list: 'l', does: 'add', key: 'y', value: '' })
  arrange('m', { does: 'prepare' })
  for (let i = 0; i < MOST_DIFFERENCES; i++) add('m', 1, `k${i}`, '')
  expect(arrange('m', { does: 'commit', version: 1 })).toMatchObject({ outcome: 'full', isChanged: false })
  expect(entries('m')).toEqual([
    ['a', '1'],
    ['b', '2'],
  ])
})
