// HAProxy's exporter as a service of a rule: which metrics it has, by scope.

import { expect, it } from 'vitest'

import { exportMetrics } from './exporter.ts'
import { NOW_MS, scripted, tableOf } from './testing.ts'

const counters = async () => ({ sinceMs: 38_500, isolates: [], totals: {} })
const answered = (query: string, happened?: Parameters<typeof scripted>[0]) =>
  exportMetrics(scripted(happened, { counters, tables: async () => [tableOf({})] }).operations, query)

const kindsOf = async (query: string) => {
  const text = await (await answered(query)).text()
  return [...new Set([...text.matchAll(/^(?:haproxy|limpet)_([a-z]+)_/gm)].map(([, kind]) => kind!))].join(' ')
}

it('has what HAProxy says of itself', async () => {
  const { status, headers } = await answered('')
  expect([status, headers.get('content-type'), headers.get('cache-control')]).toEqual([
    200,
    'text/plain; version=0.0.4',
    'no-cache',
  ])
})

it.each([
  ['', 'frontend backend server process sticktable'],
  ['?scope=*', 'frontend backend server process sticktable'],
  ['?scope=server', 'server'],
  ['?scope=server&scope=frontend', 'frontend server'],
  ['?scope=global', 'process'],
  ['?scope=server&scope=', ''],
  ['?scope=sticktable', 'sticktable'],
  ['?other=1', 'frontend backend server process sticktable'],
])('%s has metrics of: %s', async (query, kinds) => {
  const found = await kindsOf(query)
  expect(found.split(' ').toSorted()).toEqual(kinds.split(' ').toSorted())
})

it('an unknown scope is 400', async () => {
  expect((await answered('?scope=zz')).status).toBe(400)
  expect((await answered('?scope=constructor')).status).toBe(400)
})

it('leaves servers in maintenance out', async () => {
  const inMaint: Parameters<typeof scripted>[0] = (registry) => registry.setState('app/s1', 'maint', NOW_MS)
  expect(await (await answered('?scope=server', inMaint)).text()).toContain('server="s1"')
  expect(await (await answered('?scope=server&no-maint', inMaint)).text()).not.toContain('server="s1"')
})
