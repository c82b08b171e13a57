import { expect, it } from 'vitest'

import { readSnapshot } from './snapshot.ts'

const UP = { admin: 'ready', health: 'up', weight: 1 }

it.each([
  ['the least', { epoch: 1, n: 2, servers: {} }],
  ['the most', { epoch: 1, n: 2, servers: { 'app/s1': UP }, monitor: 'id', at: 'monitor-weur', atMs: 5 }],
  [
    'releases',
    {
      epoch: 1,
      n: 2,
      servers: {},
      releases: { app: { current: 'r1', canary: { name: 'r2', share: 0.1 }, states: { r0: 'kept' }, n: 3 } },
    },
  ],
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

it('leaves out releases that make no sense: such a backend is as configured', () => {
  const good = { current: 'r1', canary: null, states: {}, n: 1 }
  const releases = {
    good,
    nothing: null,
    nameless: { ...good, current: 1 },
    uncounted: { ...good, n: 'x' },
    left: { ...good, canary: { name: 'r2', share: 2 }, states: { r0: 'gone', r2: 'aborted' } },
  }
  expect(readSnapshot({ epoch: 1, n: 1, servers: {}, releases })?.releases).toEqual({
    good,
    left: { ...good, states: { r2: 'aborted' } },
  })
  expect(readSnapshot({ epoch: 1, n: 1, servers: {}, releases: 'r1' })).toEqual({ epoch: 1, n: 1, servers: {} })
})
