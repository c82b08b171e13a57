// Maps and lists in an isolate: what rules change holds at once, what others have changed comes with snapshots.

import { describe, expect, it } from 'vitest'

import type { Config } from '../../config/config.ts'
import { configOrThrow } from '../../config/validate.ts'
import type { MapMatch, MatchMethod } from '../../config/rules/match-methods.ts'
import { patternOf } from '../../pattern/compile.ts'
import { createListSet, MOST_CHARACTERS, MOST_DIFFERENCES } from './list-set.ts'
import type { ListChange } from './list-set.ts'
import { createLists } from './lists.ts'

const LISTS = { plain: ['a', 'b'], nets: ['10.0.0.0/8'], numbers: ['1:3'], expressions: ['^/a'] }

/** Every way of asking is used somewhere, so that entries are checked. */
function configOf(maps: Config['maps'] = { m: { a: '1' } }, asked: readonly string[] = []): Config {
  const conditions = [
    { sample: 'path', lists: 'plain' },
    { sample: 'src', lists: 'nets' },
    { sample: 'url_param(n)', match: 'int' as const, lists: 'numbers' },
    { sample: 'path', match: 'reg' as const, lists: 'expressions' },
  ]
  return configOrThrow(
    {
      maps,
      lists: LISTS,
      frontends: [
        {
          name: 'www',
          defaultBackend: 'app',
          rules: [
            ...conditions.map((condition) => ({ if: condition, do: { deny: { status: 403 } } })),
            ...asked.map((sample) => ({ do: { setHeader: { name: 'x', value: `%[${sample}]` } } })),
          ],
        },
      ],
      backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://s1.example' }] }],
    },
    'serve',
  )
}

function hold(config = configOf()) {
  const full: string[] = []
  const lists = createLists(config, patternOf, (list) => full.push(list))
  const change = (list: string, does: ListChange['does'], key: string, value = '') =>
    lists.change({ list, does, key, value })
  return { ...lists, lists, change, full }
}

/** As the Monitor answers: it has taken all of them. */
function snapshotOf(config: Config, ...changes: readonly ListChange[]): string {
  const set = createListSet(config, {})
  for (const change of changes) set.change(change)
  return JSON.stringify(set.differences())
}

describe('a map', () => {
  const MAPS = {
    str: { a: '1' },
    beg: { '/a': 'short' },
    end: { '.css': 'style' },
    sub: { exam: 'first', b: 'other' },
    dir: { x: 'dir' },
    reg: { '^/(.*)': 'reg' },
    ip: { '10.0.0.0/8': 'wide' },
    int: { '1:3': 'few' },
  }
  const asked = Object.keys(MAPS).map((match) => `path,map_${match}(${match})`)

  it.each<[MapMatch, string, string, string, string]>([
    ['str', 'b', 'b', '1', 'one'],
    ['beg', '/a/b', '/a/b/c', 'short', 'one'],
    ['end', '.x.css', 'a.x.css', 'style', 'style'],
    ['sub', 'example', 'example', 'first', 'first'],
    ['dir', 'y', '/x/y', 'dir', 'dir'],
    ['reg', '^/b', '/b', 'reg', 'reg'],
    ['ip', '10.1.0.0/255.255.0.0', '10.1.2.3', 'wide', 'one'],
    ['int', '2', '2', 'few', 'few'],
  ])(
    'looked up by %s has what rules put there, in order, and no longer what they delete',
    (match, key, text, before, after) => {
      const { lookUp, change } = hold(configOf(MAPS, asked))
      const configuredKey = Object.keys(MAPS[match as keyof typeof MAPS])[0]!
      if (match !== 'str') expect(lookUp(match, match, text)).toBe(before)
      change(match, 'put', key, 'one')
      expect(lookUp(match, match, text)).toBe(after)
      change(match, 'delete', configuredKey)
      expect(lookUp(match, match, text)).toBe('one')
      change(match, 'put', key, 'two')
      expect(lookUp(match, match, text)).toBe('two')
      change(match, 'delete', key)
      expect(lookUp(match, match, text)).toBeUndefined()
    },
  )
})

describe('a list', () => {
  it.each<[string, MatchMethod, string, string]>([
    ['plain', 'str', 'c', 'c'],
    ['nets', 'ip', '192.0.2.0/24', '192.0.2.7'],
    ['numbers', 'int', '5', '5'],
    ['expressions', 'reg', 'b$', '/xb'],
  ])('%s has what rules add, and no longer what they delete', (name, match, key, value) => {
    const { has, change } = hold()
    expect(has(name, match, false, value)).toBe(false)
    change(name, 'add', key)
    expect(has(name, match, false, value)).toBe(true)
    change(name, 'delete', key)
    expect(has(name, match, false, value)).toBe(false)
  })

  it('is asked with and without case, and by the keys of a map', () => {
    const { has, change } = hold()
    expect([has('plain', 'str', true, 'A'), has('plain', 'str', false, 'A'), has('m', 'str', false, 'a')]).toEqual([
      true,
      false,
      true,
    ])
    change('plain', 'delete', 'a')
    expect(has('plain', 'str', true, 'A')).toBe(false)
  })

  it.each([
    ['nets', 'nobody'],
    ['numbers', 'x'],
    ['numbers', '3:1'],
    ['expressions', '(('],
  ])('%s does not take %s, as in HAProxy', (name, key) => {
    const held = hold()
    held.change(name, 'add', key)
    expect(held.take()).toEqual([])
  })
})

describe('what rules change', () => {
  it('waits to be sent, once for each entry, and not if nothing is different', () => {
    const { change, lists } = hold()
    change('m', 'put', 'a', '1')
    change('plain', 'add', 'a')
    change('plain', 'delete', 'z')
    expect(lists.isWaiting).toBe(false)
    change('m', 'put', 'a', '2')
    change('m', 'put', 'a', '3')
    change('plain', 'add', 'z')
    expect(lists.isWaiting).toBe(true)
    expect(lists.take().map(({ list, key, value }) => [list, key, value])).toEqual([
      ['m', 'a', '3'],
      ['plain', 'z', ''],
    ])
    expect(lists.isWaiting).toBe(false)
  })

  it('stays when a snapshot comes that does not have it yet, and is sent again if it did not arrive', () => {
    const { change, lists } = hold()
    change('plain', 'add', 'mine')
    const taken = lists.take()
    change('plain', 'add', 'later')
    lists.accept('')
    expect(['mine', 'later'].map((key) => lists.has('plain', 'str', false, key))).toEqual([true, true])
    lists.sent(taken, false)
    const again = lists.take()
    expect(again.map(({ key }) => key)).toEqual(['mine', 'later'])
    lists.sent(again, true)
    lists.accept('{}')
    expect(lists.has('plain', 'str', false, 'mine')).toBe(false)
  })

  it('is sent again if its call failed, though a slower one before arrived meanwhile', () => {
    const { change, lists } = hold()
    change('plain', 'add', 'first')
    const slow = lists.take()
    change('plain', 'add', 'second')
    const failing = lists.take()
    expect(failing.map(({ key }) => key)).toEqual(['first', 'second'])
    lists.sent(slow, true)
    lists.sent(failing, false)
    expect(lists.take().map(({ key }) => key)).toEqual(['second'])
  })
})

describe('a snapshot', () => {
  const config = configOf()
  const ban: ListChange = { list: 'nets', does: 'add', key: '192.0.2.1', value: '' }

  it('brings what others have changed, and takes it back', () => {
    const { accept, has } = hold(config)
    accept(snapshotOf(config, ban))
    expect(has('nets', 'ip', false, '192.0.2.1')).toBe(true)
    accept(snapshotOf(config))
    expect(has('nets', 'ip', false, '192.0.2.1')).toBe(false)
  })

  it('of a release that knows no lists changes nothing: who is kept out stays out', () => {
    const { accept, has } = hold(config)
    accept(snapshotOf(config, ban))
    accept(undefined)
    expect(has('nets', 'ip', false, '192.0.2.1')).toBe(true)
  })

  it.each(['{', 'null', '{"nets":5,"plain":{"entries":[["c","",null]]}}'])('that reads %s does no harm', (text) => {
    const { accept, has } = hold(config)
    accept(text)
    expect(has('nets', 'ip', false, '10.1.1.1')).toBe(true)
    expect(has('plain', 'str', false, 'c')).toBe(text.includes('"c"'))
  })
})

it('no more differs than every isolate can hold: further changes are refused, and said', () => {
  const config = configOf()
  const { change, full, has, lookUp } = hold(config)
  for (let i = 0; i < MOST_DIFFERENCES; i++) change('plain', 'add', `k${i}`)
  expect(full).toEqual([])
  change('plain', 'add', 'one more')
  expect(full).toEqual(['plain'])
  expect(has('plain', 'str', false, 'one more')).toBe(false)
  const set = createListSet(config, {})
  const put = (key: string, value: string) => set.change({ list: 'm', does: 'put', key, value })
  expect(put('long', 'x'.repeat(MOST_CHARACTERS))).toBe('full')
  expect(put('long', 'x'.repeat(MOST_CHARACTERS - 10))).toBe('changed')
  expect([
    put('a', '2'),
    put('b', '0123456789'),
    set.change({ list: 'm', does: 'delete', key: 'long', value: '' }),
  ]).toEqual(['changed', 'full', 'changed'])
  expect(lookUp('m', 'str', 'a')).toBe('1')
})
