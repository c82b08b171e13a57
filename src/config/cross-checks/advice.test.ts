// What works and is hardly meant.

import { describe, expect, it } from 'vitest'

import { formatNamedIssue } from '../named-path.ts'
import type { LimpetConfig } from '../options/root.ts'
import { checkAdvice } from './advice.ts'
import { collectIssues } from './report.ts'

function told(config: object): readonly string[] {
  const { issues, report } = collectIssues()
  checkAdvice(config as LimpetConfig, report)
  return issues.map((issue) => `${issue.code} ${formatNamedIssue(issue, config).split(': ')[1]}`)
}

const server = (more: object = {}, name = 's1') => ({ name, url: 'https://a.example', ...more })
const backend = (name: string, more: object = {}) => ({ name, servers: [server()], ...more })

describe('servers that take no new clients', () => {
  it.each([
    [[server({ state: 'maint' })], true],
    [[server({ state: 'drain' }), server({ weight: 0 }, 's2')], true],
    [[server({ state: 'maint' }), server({}, 's2')], false],
    [[server({ state: 'ready', weight: 1 })], false],
    [[], false],
  ])('%j: %s', (servers, isTold) => {
    expect(told({ backends: [{ name: 'app', servers }] })).toEqual(isTold ? ['servers-off app.servers'] : [])
  })
})

describe('a backend that nothing leads to', () => {
  const app = backend('app')
  const other = backend('other')
  const front = { name: 'f', defaultBackend: 'app' }
  it.each<[string, object, boolean]>([
    ['is told', { frontends: [front], backends: [app, other] }, true],
    ['is not, without frontends', { backends: [app] }, false],
    [
      'is led to by a rule',
      { frontends: [{ ...front, rules: [{ hosts: 'x', backend: 'other' }] }], backends: [app, other] },
      false,
    ],
    [
      'is led to by a rule with an action',
      { frontends: [{ ...front, rules: [{ do: { useBackend: 'other' } }] }], backends: [app, other] },
      false,
    ],
    [
      'is perhaps what samples make',
      { frontends: [{ ...front, rules: [{ do: { useBackend: '%[path]' } }] }], backends: [app, other] },
      false,
    ],
    [
      'has a table of another',
      { frontends: [front], backends: [backend('app', { stick: [{ on: 'src', table: 'other' }] }), other] },
      false,
    ],
    [
      'has a server that another tracks',
      { frontends: [front], backends: [backend('app', { servers: [server({ track: 'other/s1' })] }), other] },
      false,
    ],
    [
      'has a table that a rule tracks in',
      {
        frontends: [{ ...front, rules: [{ do: { trackSc: { sc: 0, key: 'src', table: 'other' } } }] }],
        backends: [app, other],
      },
      false,
    ],
    [
      'is asked by a sample',
      {
        frontends: [{ ...front, rules: [{ if: { sample: 'nbsrv(other)' }, do: { deny: {} } }] }],
        backends: [app, other],
      },
      false,
    ],
  ])('%s', (_, config, isTold) => {
    expect(told(config)).toEqual(isTold ? ['unused-backend other.name'] : [])
  })
})

it.each([
  ['https://example.com', true],
  ['https://s1.example.org:8443', true],
  ['http://a.b.example.net', true],
  ['https://s1.example', false],
  ['https://myexample.com', false],
  ['https://example.com.de', false],
])('a server at %s: told %s', (url, isTold) => {
  expect(told({ backends: [{ name: 'app', servers: [server({ url })] }] })).toEqual(
    isTold ? ['placeholder-server app/s1.url'] : [],
  )
})
