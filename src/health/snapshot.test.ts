import { expect, it } from 'vitest'

import { readSnapshot } from './snapshot.ts'

const UP = { admin: 'ready', health: 'up', weight: 1 }

it.each([
  ['the least', { epoch: 1, n: 2, servers: {} }],
  ['the most', { epoch: 1, n: 2, servers: { 'app/s1': UP }, monitor: 'id', at: 'monitor-weur', atMs: 5 }],
  ['a server in slowstart', { epoch: 1, n: 2, servers: { 'app/s1': { ...UP, health: 'starting', startedMs: 7 } } }],
])('reads a snapshot as it was written: %s', (_, snapshot) => {
  expect(readSnapshot(JSON.parse(JSON.stringify(snapshot)))).toEqual(snapshot)
})

it.each([
  ['nothing', null],
  ['a text', 'snapshot'],
  ['no epoch', { n: 1, servers: {} }],
  ['no number', { epoch: 1, servers: {} }],
  ['a number that is a text', { epoch: 1, n: '1', servers: {} }],
  ['no servers', { epoch: 1, n: 1 }],
  ['servers that are nothing', { epoch: 1, n: 1, servers: null }],
])('takes %s for no snapshot', (_, value) => {
  expect(readSnapshot(value)).toBeUndefined()
})

it('leaves out states that make no sense, and what is not of its kind', () => {
  const servers = {
    'app/good': UP,
    'app/nothing': null,
    'app/admin': { ...UP, admin: 'gone' },
    'app/health': { ...UP, health: 'ill' },
    'app/weight': { ...UP, weight: '1' },
    'app/started': { ...UP, startedMs: 'now' },
  }
  const read = readSnapshot({ epoch: 1, n: 1, servers, monitor: 5, at: 5, atMs: '5' })
  expect(read).toEqual({ epoch: 1, n: 1, servers: { 'app/good': UP } })
})
