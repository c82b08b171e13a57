import { expect, it } from 'vitest'

import type { Resolution } from '../../../config/options/resolution.ts'
import { addressesFor, targetsOf, weightOf } from './places.ts'
import type { Asking } from './places.ts'

function asking(key: string, more: Partial<Resolution> = {}, port = 80): Asking {
  const resolution: Resolution = {
    resolvers: 'dns',
    name: 'web.test',
    isOfRecords: false,
    prefer: 'ipv4',
    networks: [],
    allowsDuplicates: false,
    ignoresWeight: false,
    initAddr: [],
    fqdn: 'web.test',
    isResolved: true,
    ...more,
  }
  return { key, port, resolution }
}

type Before = Readonly<Record<string, string>>

function chosen(servers: readonly Asking[], addresses: readonly string[], before: Before = {}) {
  const had = new Map(Object.entries(before).map(([key, address]) => [key, { address, fqdn: 'web.test' }]))
  return Object.fromEntries(addressesFor(servers, had, () => addresses))
}

const THREE = [asking('1'), asking('2'), asking('3')]

it.each<[string, readonly string[], Before, Before]>([
  ['each gets one, in the order of numbers', ['10.0.0.10', '10.0.0.9'], {}, { 1: '10.0.0.9', 2: '10.0.0.10' }],
  [
    'a server keeps what it has, and what is new goes to the others',
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
    { 2: '10.0.0.1', 3: '10.0.0.9' },
    { 1: '10.0.0.2', 2: '10.0.0.1', 3: '10.0.0.3' },
  ],
  [
    'more than servers',
    ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'],
    { 3: '10.0.0.4' },
    { 1: '10.0.0.1', 2: '10.0.0.2', 3: '10.0.0.4' },
  ],
  ['none', [], { 1: '10.0.0.1' }, {}],
])('%s', (_, addresses, before, after) => {
  expect(chosen(THREE, addresses, before)).toEqual(after)
})

it('two ports of an address are two servers', () => {
  expect(chosen([asking('1', {}, 80), asking('2', {}, 81), asking('3', {}, 80)], ['10.0.0.1'])).toEqual({
    1: '10.0.0.1',
    2: '10.0.0.1',
  })
})

it('with allow-dup-ip, who finds none free shares one', () => {
  const all = ['1', '2', '3'].map((key) => asking(key, { allowsDuplicates: true }))
  expect(chosen(all, ['10.0.0.1', '10.0.0.2'])).toEqual({ 1: '10.0.0.1', 2: '10.0.0.2', 3: '10.0.0.1' })
})

it('resolve-net: a server leaves its address for one that is preferred', () => {
  const one = [asking('1', { networks: ['10.2.0.0/16'] })]
  expect(chosen(one, ['10.1.0.1', '10.2.0.1'], { 1: '10.1.0.1' })).toEqual({ 1: '10.2.0.1' })
  expect(chosen(one, ['10.1.0.1'], { 1: '10.1.0.1' })).toEqual({ 1: '10.1.0.1' })
})

it('SRV records: whoever has one that is still there keeps it', () => {
  const record = (host: string, port = 80) => ({ host, port, weight: 1 })
  const before = new Map([['2', { fqdn: 'b.test', port: 80 }]])
  const result = targetsOf(THREE, before, [record('a.test'), record('b.test'), record('b.test', 81), record('c.test')])
  expect(Object.fromEntries(result)).toEqual({ 1: record('a.test'), 2: record('b.test'), 3: record('b.test', 81) })
  expect([...targetsOf(THREE, before, [record('c.test')]).keys()]).toEqual(['1'])
})

it.each([
  [0, 0],
  [1, 1],
  [256, 1],
  [257, 2],
  [65_535, 256],
])('a record’s weight %d is %d', (weight, ours) => {
  expect(weightOf({ host: 'a.test', port: 80, weight })).toBe(ours)
})
