import { describe, expect, it } from 'vitest'

import type { ExpectInput } from '../config/options/exchange.ts'
import { resolveConfig } from '../config/resolve.ts'
import { judge, readsOf } from './expect.ts'
import { patternOf } from '../pattern/compile.ts'

function exchangeOf(wanted: ExpectInput | readonly ExpectInput[]) {
  const check = { expect: wanted as ExpectInput }
  const servers = [{ name: 's1', url: 'http://s1' }]
  const [server] = resolveConfig({ backends: [{ name: 'app', check, servers }] }).backends[0]!.servers
  return server!.check!.exchanges[0]!
}

const codeOf = (wanted: ExpectInput | readonly ExpectInput[], seen: object, disableOn404 = false) =>
  judge({ disableOn404 }, exchangeOf(wanted), { status: 200, headers: [], body: '', ...seen }, patternOf)

describe('a header', () => {
  const headers = [
    ['x-a', 'one, two'],
    ['x-b', 'Three'],
    ['x-a', 'four'],
  ]
  it.each([
    [{ name: 'X-A' }, true],
    [{ name: 'X-C' }, false],
    [{ name: 'X-A', value: 'two' }, true],
    [{ name: 'X-A', value: 'four' }, true],
    [{ name: 'X-A', value: 'one, two' }, false],
    [{ name: 'X-A', value: 'one, two', full: true }, true],
    [{ name: 'X-A', value: 'two', full: true }, false],
    [{ name: 'X-B', value: 'three' }, false],
    [{ name: 'X-B', value: 'Thr' }, false],
    [{ name: 'X-B', value: 'Thr', valueMatch: 'beg' }, true],
    [{ name: 'X-B', value: 'ree', valueMatch: 'beg' }, false],
    [{ name: 'X-B', value: 'ree', valueMatch: 'end' }, true],
    [{ name: 'X-B', value: 'Thr', valueMatch: 'end' }, false],
    [{ name: 'X-B', value: 'hre', valueMatch: 'sub' }, true],
    [{ name: 'X-B', value: 'xyz', valueMatch: 'sub' }, false],
    [{ name: 'X-B', value: '^T.*e$', valueMatch: 'reg' }, true],
    [{ name: 'X-B', value: '^t', valueMatch: 'reg' }, false],
    [{ name: 'x-', nameMatch: 'beg', value: 'four' }, true],
    [{ name: '-B', nameMatch: 'end', value: 'four' }, false],
    [{ name: '-B', nameMatch: 'end', value: 'Three' }, true],
  ] as [Extract<ExpectInput, { hdr: unknown }>['hdr'], boolean][])('%j: %s', (hdr, holds) => {
    expect(codeOf({ hdr }, { headers })).toBe(holds ? 'L7OK' : 'L7RSP')
    expect(codeOf({ hdr, not: true }, { headers })).toBe(holds ? 'L7RSP' : 'L7OK')
  })
})

it.each<[ExpectInput, string, string]>([
  [{ status: '200' }, 'L7OK', 'status'],
  [{ status: '201-299' }, 'L7STS', 'status'],
  [{ status: '100-200' }, 'L7OK', 'status'],
  [{ rstatus: '^2' }, 'L7OK', 'status'],
  [{ rstatus: '^3' }, 'L7STS', 'status'],
  [{ status: '200', not: true }, 'L7STS', 'status'],
  [{ string: 'well' }, 'L7OK', 'body'],
  [{ string: 'ill' }, 'L7RSP', 'body'],
  [{ rstring: 'w.ll$' }, 'L7OK', 'body'],
  [{ rstring: '^is' }, 'L7RSP', 'body'],
  [{ hdr: { name: 'x' } }, 'L7RSP', 'headers'],
])('%j of an answer 200 "all is well": %s, for which is read: %s', (wanted, code, reads) => {
  expect(codeOf(wanted, { body: 'all is well' })).toBe(code)
  expect(readsOf(exchangeOf(wanted))).toBe(reads)
})

it('needs all of several expectations, and says which kind has failed', () => {
  const both = [{ status: '200-299' }, { string: 'well' }]
  expect(codeOf(both, { body: 'well' })).toBe('L7OK')
  expect(codeOf(both, { body: 'ill' })).toBe('L7RSP')
  expect(codeOf(both, { status: 500, body: 'well' })).toBe('L7STS')
  expect(readsOf(exchangeOf(both))).toBe('body')
  expect(readsOf(exchangeOf([{ status: 200 }, { hdr: { name: 'x' } }]))).toBe('headers')
})

it('takes a 404 for leaving only where that is agreed', () => {
  expect(codeOf({ status: '200-299' }, { status: 404 }, true)).toBe('L7OKC')
  expect(codeOf({ status: '200-299' }, { status: 404 })).toBe('L7STS')
  expect(codeOf({ status: '200-299' }, { status: 403 }, true)).toBe('L7STS')
})
