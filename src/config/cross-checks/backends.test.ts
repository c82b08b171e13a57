import { expect, it } from 'vitest'

import { SERVER, told, toldOf } from './testing.ts'

const RESPONSE = { sample: 'status', values: '200' }

it('names and numbers are taken once', () => {
  const frontends = [{ name: 'www', defaultBackend: 'app' }]
  expect(
    told({
      frontends,
      backends: [
        { name: 'app', servers: [SERVER] },
        { name: 'app', servers: [SERVER] },
      ],
    }),
  ).toEqual(['error: backends[1].name: is taken by backends[0]; names must be unique (found "app")'])
  expect(
    toldOf({
      servers: [
        { ...SERVER, id: 2 },
        { ...SERVER, id: 2 },
      ],
    }),
  ).toEqual([
    'error: backends[0].servers[1].name: is taken by backends[0].servers[0]; names must be unique (found "s1")',
    'error: backends[0].servers[1].id: is the number of another server (found 2)',
  ])
  expect(toldOf({ servers: [SERVER, { ...SERVER, name: 's2' }] })).toEqual([])
})

it('there is a backend, which may be there for its table alone', () => {
  expect(told({ backends: [] })).toEqual(['error: backends: at least one backend is needed'])
  expect(toldOf({ servers: [], stickTable: { type: 'ip', size: 10 } })).toEqual([])
  expect(toldOf({ servers: [] })).toEqual(['error: backends[0].servers: a backend needs at least one server'])
})

it("'first' needs a limit on some server", () => {
  const limited = { ...SERVER, name: 's2', maxconn: 9 }
  expect(toldOf({ balance: 'first', servers: [SERVER, limited] })).toEqual([])
  expect(toldOf({ balance: 'first' })).toEqual([
    'warning: backends[0].balance: without a maxconn on its servers \'first\' never leaves the first one (found "first")',
  ])
})

it('what is written about hashes has an effect, or is said to have none', () => {
  const at = 'warning: backends[0]'
  expect(toldOf({ balance: 'uri', hashType: 'map-based', hashFunction: 'wt6', hashAvalanche: true })).toEqual([])
  expect(toldOf({ balance: 'uri', hashType: 'consistent', hashBalanceFactor: 150 })).toEqual([])
  expect(toldOf({ balance: 'random(3)', hashBalanceFactor: 150 })).toEqual([])
  expect(toldOf({ balance: 'uri', hashFunction: 'wt6', hashAvalanche: true, hashBalanceFactor: 150 })).toEqual([
    `${at}.hashFunction: has no effect with hashType 'rendezvous', which has a hash function of its own (found "wt6")`,
    `${at}.hashAvalanche: has no effect with hashType 'rendezvous', which has a hash function of its own (found true)`,
  ])
  expect(toldOf({ balance: 'uri', hashType: 'map-based', hashBalanceFactor: 150 })).toEqual([
    `${at}.hashBalanceFactor: has no effect with hashType 'map-based', which knows no next server for a key (found 150)`,
  ])
  expect(toldOf({ balance: 'leastconn', hashBalanceFactor: 150 })).toEqual([
    `${at}.hashBalanceFactor: has no effect with balance 'leastconn', which hashes nothing (found 150)`,
  ])
})

it('its rules choose no backend, and a server that is there', () => {
  expect(toldOf({ rules: [{ do: { useBackend: 'api' } }] })).toEqual([
    'error: backends[0].rules[0].do: only a frontend chooses a backend (found "api")',
  ])
  expect(toldOf({ useServer: [{ server: 's1' }, { server: 's9' }] })).toEqual([
    'error: backends[0].useServer[1].server: no such server; there are: s1 (found "s9")',
  ])
})

it('no condition asks for a response before there is one', () => {
  const before = (path: string) =>
    `error: backends[0].${path}.if.sample: is known in responseRules only (found "status")`
  expect(toldOf({ responseRules: [{ if: RESPONSE, do: { delHeader: 'x' } }] })).toEqual([])
  expect(
    toldOf({
      rules: [{ if: RESPONSE, do: { deny: { status: 403 } } }],
      useServer: [{ if: RESPONSE, server: 's1' }],
      persistRules: [{ if: RESPONSE, do: 'ignore' }],
    }),
  ).toEqual([before('rules[0]'), before('useServer[0]'), before('persistRules[0]')])
})
