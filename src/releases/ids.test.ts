import { expect, it } from 'vitest'

import { fieldsOf } from '../http/fields.ts'
import { createRequestIds } from './ids.ts'

const list = [
  { name: 'r1', ids: ['rel-1', 'a b'] },
  { name: 'r2', ids: ['rel-2'] },
]
const ids = [
  { in: 'query', name: 'dpl' },
  { in: 'header', name: 'x-deployment-id' },
  { in: 'cookie', name: '__vdpl' },
] as const
const idsOf = createRequestIds({ list, ids })
const named = (query: string, headers: Readonly<Record<string, string>> = {}) =>
  idsOf({ query, headers: fieldsOf(new Headers(headers)) })

it.each([
  ['by name', '?dpl=r1', {}, ['r1']],
  ['by another word', '?x=1&dpl=rel-2', {}, ['r2']],
  ['as URLs write it', '?dpl=a%20b', {}, ['r1']],
  ['badly written', '?dpl=%zz', {}, []],
  ['by a header', '', { 'x-deployment-id': 'rel-1' }, ['r1']],
  ['by a cookie', '', { cookie: 'a=1; __vdpl=rel-2' }, ['r2']],
  ['in all places, in order', '?dpl=r1', { 'x-deployment-id': 'r2', cookie: '__vdpl=r1' }, ['r1', 'r2', 'r1']],
  ['not at all', '?dpl=', { 'x-deployment-id': '' }, []],
  ['by words that name none', '?dpl=constructor', { 'x-deployment-id': 'rel-3' }, []],
  ['by a parameter of another name', '?xdpl=r1', {}, []],
])('a release is named %s', (_, query, headers, releases) => {
  expect(named(query, headers as Record<string, string>)).toEqual(releases)
})

it('without `ids` nothing is named', () => {
  expect(createRequestIds({ list, ids: [] })({ query: '?dpl=r1', headers: fieldsOf(new Headers()) })).toEqual([])
})
