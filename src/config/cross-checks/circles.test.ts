// Frontends and backends of one configuration that lead to one another: circles are refused, chains are not.

import { describe, expect, it } from 'vitest'

import { formatIssue } from '../issue.ts'
import type { Target } from '../issue.ts'
import type { LimpetConfig } from '../options/root.ts'
import { validateConfig } from '../validate.ts'

type Frontend = NonNullable<LimpetConfig['frontends']>[number]

const front = (name: string, port: number, more: Partial<Frontend>): Frontend => ({
  name,
  bind: `127.0.0.1:${port}`,
  ...more,
})
const back = (name: string, ...ports: number[]) => ({
  name,
  servers: ports.map((port) => ({ name: `s${port}`, url: `http://127.0.0.1:${port}` })),
})
/** Every issue that speaks of circles: its level and place. */
const circles = (frontends: Frontend[], backends: LimpetConfig['backends'], target: Target = 'serve') =>
  validateConfig({ frontends, backends }, target)
    .issues.map(formatIssue)
    .filter((text) => text.includes('circle'))
    .map((text) => text.split(': ').slice(0, 2).join(' '))

describe('a chain is no circle', () => {
  it('of two balancers in one file', () => {
    const frontends = [
      front('outer', 8001, { defaultBackend: 'to-inner' }),
      front('inner', 8002, { defaultBackend: 'app' }),
    ]
    expect(circles(frontends, [back('to-inner', 8002), back('app', 9001)])).toEqual([])
  })

  it('of a frontend that sends some to another of the same file', () => {
    const frontends = [
      front('outer', 8001, {
        rules: [{ if: { pathBeg: '/api' }, do: { useBackend: 'to-inner' } }],
        defaultBackend: 'app',
      }),
      front('inner', 8002, { defaultBackend: 'api' }),
    ]
    expect(circles(frontends, [back('to-inner', 8002), back('app', 9001), back('api', 9002)])).toEqual([])
  })

  it('even where another backend goes round further on, which is said of that one', () => {
    const frontends = [
      front('outer', 8001, { defaultBackend: 'to-inner' }),
      front('inner', 8002, { defaultBackend: 'app' }),
    ]
    expect(circles(frontends, [back('to-inner', 8002), back('app', 8002)])).toEqual([
      'error backends[1].servers[0].url',
    ])
  })
})

describe('a circle', () => {
  it('of one is an error', () => {
    expect(circles([front('www', 8001, { defaultBackend: 'app' })], [back('app', 9001, 8001)])).toEqual([
      'error backends[0].servers[1].url',
    ])
  })

  it('of two and of three is an error at each of its servers', () => {
    const two = [front('a', 8001, { defaultBackend: 'b' }), front('b', 8002, { defaultBackend: 'a' })]
    expect(circles(two, [back('a', 8001), back('b', 8002)])).toEqual([
      'error backends[0].servers[0].url',
      'error backends[1].servers[0].url',
    ])
    const three = [1, 2, 3].map((i) => front(`f${i}`, 8000 + i, { defaultBackend: `b${i}` }))
    expect(circles(three, [back('b1', 8002), back('b2', 8003), back('b3', 8001)])).toHaveLength(3)
  })

  it('that depends on a rule, on a name made of samples, or on which server is chosen is a warning', () => {
    const rule = [{ if: { pathBeg: '/api' }, do: { useBackend: 'self' } }]
    const warning = ['warning backends[0].servers[0].url']
    expect(
      circles([front('www', 8001, { rules: rule, defaultBackend: 'app' })], [back('self', 8001), back('app', 9001)]),
    ).toEqual(warning)
    const named = [{ do: { useBackend: '%[path,field(2,/)]' } }]
    expect(circles([front('www', 8001, { rules: named })], [back('self', 8001), back('app', 9001)])).toEqual(warning)
    const two = [front('a', 8001, { defaultBackend: 'b' }), front('b', 8002, { defaultBackend: 'a' })]
    expect(circles(two, [back('a', 8001, 9001), back('b', 8002)])).toEqual([
      'error backends[0].servers[0].url',
      'warning backends[1].servers[0].url',
    ])
  })

  it('is made by a host name under serve, and not on Cloudflare, where a fetch of it does not come back', () => {
    const frontends = [front('www', 8001, { bind: [], hosts: 'www.example.com', defaultBackend: 'app' })]
    const backends = [{ name: 'app', servers: [{ name: 's1', url: 'https://www.example.com' }] }]
    expect(circles(frontends, backends)).toEqual(['error backends[0].servers[0].url'])
    expect(circles(frontends, backends, 'cloudflare')).toEqual([])
    expect(circles(frontends, backends, 'either')).toEqual([])
  })

  it('is none where a rule without a condition leads away', () => {
    const frontends = [front('www', 8001, { rules: [{ do: { useBackend: 'app' } }], defaultBackend: 'self' })]
    expect(circles(frontends, [back('self', 8001), back('app', 9001)])).toEqual([])
  })
})
