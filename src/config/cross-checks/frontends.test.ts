import { describe, expect, it } from 'vitest'

import { SERVER, told } from './testing.ts'

const ofFrontend = (frontend: object) => told({ frontends: [{ name: 'www', defaultBackend: 'app', ...frontend }] })
const NO_BACKEND = (name: string) => `no such backend; there are: app (found "${name}")`

it('one is needed where there are several backends', () => {
  const backends = ['app', 'api'].map((name) => ({ name, servers: [SERVER] }))
  expect(told({ backends })).toEqual([
    'error: frontends: several backends need a frontend that says which requests each one gets',
  ])
  expect(told({ frontends: [] })).toEqual(['error: frontends: leave it out, or write at least one frontend'])
})

it('leads to backends that are there', () => {
  expect(ofFrontend({ defaultBackend: 'ap' })).toEqual([`error: frontends[0].defaultBackend: ${NO_BACKEND('ap')}`])
  expect(
    ofFrontend({
      rules: [{ backend: 'ap' }, { do: { useBackend: 'ap' } }, { do: { useBackend: '%[path]' } }, { backend: 'app' }],
    }),
  ).toEqual([
    `error: frontends[0].rules[0].backend: ${NO_BACKEND('ap')}`,
    `error: frontends[0].rules[1].do.useBackend: ${NO_BACKEND('ap')}`,
  ])
})

it('goes somewhere', () => {
  const nowhere = ['error: frontends[0]: goes nowhere: it needs a defaultBackend or rules']
  const bare = (more: object) => told({ frontends: [{ name: 'www', ...more }] })
  expect(bare({})).toEqual(nowhere)
  expect(bare({ rules: [] })).toEqual(nowhere)
  for (const more of [{ redirectScheme: 'https' }, { stats: {} }, { rules: [{ backend: 'app' }] }]) {
    expect(bare(more)).toEqual([])
  }
})

it('knows networks where there are networks', () => {
  const networks = ['10.0.0.0/8', 'nowhere']
  const bad = "must be an address or a network such as '10.0.0.0/8' or 'fd00::/8' (found \"nowhere\")"
  expect(ofFrontend({ trustedProxies: networks, forwardfor: { except: networks } })).toEqual([
    `error: frontends[0].trustedProxies: ${bad}`,
    `error: frontends[0].forwardfor.except: ${bad}`,
  ])
})

it('asks for a response when there is one', () => {
  const [sample, condition] = ['res.hdr(x)', { sample: 'status', values: '200' }]
  const capture = { sample, len: 9 }
  expect(
    ofFrontend({
      captures: { response: [capture] },
      responseRules: [{ if: condition, do: { delHeader: 'x' } }],
    }),
  ).toEqual([])
  expect(
    ofFrontend({
      captures: { request: [capture] },
      rules: [{ if: condition, do: { deny: { status: 403 } } }],
    }),
  ).toEqual([
    'error: frontends[0].rules[0].if.sample: is known in responseRules only (found "status")',
    'error: frontends[0].captures.request[0]: is known in captures of responses only (found "res.hdr(x)")',
  ])
})

describe('on Cloudflare, which has no ports', () => {
  const overlap = (first: object, second: object) =>
    told(
      {
        frontends: [
          { name: 'a', defaultBackend: 'app', ...first },
          { name: 'b', defaultBackend: 'app', ...second },
        ],
      },
      'cloudflare',
    ).length > 0

  it.each<[object, object, boolean]>([
    [{}, {}, true],
    [{ hosts: 'x.example' }, {}, false],
    [{}, { hosts: 'x.example' }, true],
    [{ hosts: ['x.example', 'y.example'] }, { hosts: ['z.example', 'y.example'] }, true],
    [{ hosts: 'x.example' }, { hosts: 'y.example' }, false],
    [{ scheme: 'http' }, { scheme: 'https' }, false],
    [{ scheme: 'http' }, { scheme: 'http' }, true],
    [{ scheme: 'http' }, { scheme: 'any' }, true],
    [{ scheme: 'any' }, { scheme: 'https' }, true],
    [{ scheme: 'http', hosts: 'x.example' }, { scheme: 'https', hosts: 'x.example' }, false],
  ])('%j takes the requests of %j: %s', (first, second, isTaken) => {
    expect(overlap(first, second)).toBe(isTaken)
  })
})
