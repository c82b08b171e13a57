// Which requests a condition holds for.

import { describe, expect, it } from 'vitest'

import { resolveCondition } from '../config/rules/condition.ts'
import type { ConditionInput } from '../config/rules/condition.ts'
import { compileOptional } from './conditions.ts'
import { parseIntRange } from './matches.ts'
import { MAX_INTEGER, MIN_INTEGER } from './values.ts'
import { BARE_VIEW, transactionOf, TOOLS } from './testing.ts'

const ASKED = {
  url: 'https://www.Example.com:8443/static/img/a.png?v=2',
  method: 'POST',
  port: () => 8443,
  headers: { 'x-role': 'user, admin', 'x-one': 'a, b', 'x-empty': '' },
}

const holds = (condition: ConditionInput | undefined, asked: object = ASKED) =>
  compileOptional(resolveCondition(condition), TOOLS)(transactionOf(asked), BARE_VIEW)

const str = (text: string, match: string, values: string | string[], ignoreCase = false): ConditionInput =>
  ({ sample: `str(${text})`, match, values, ignoreCase }) as ConditionInput

const HOLDS: ConditionInput[] = [
  { all: [] },
  { all: [{ method: 'POST' }, { scheme: 'https' }] },
  { any: [{ method: 'GET' }, { scheme: 'https' }] },
  { not: { method: 'GET' } },
  { host: 'WWW.example.com' },
  { host: ['other.example', '*.example.com'] },
  { path: ['/', '/static/img/a.png'] },
  { pathBeg: ['/x', '/static/'] },
  { pathEnd: ['.gif', '.png'] },
  { method: ['get', 'post'] },
  { scheme: 'https' },
  { src: ['10.0.0.0/8', '192.0.2.0/24'] },
  { hdr: { name: 'X-Role' } },
  { hdr: { name: 'x-empty' } },
  { hdr: { name: 'x-role', value: 'admin' } },
  { hdr: { name: 'x-role', value: ['root', 'user'] } },
  { hdr: { name: 'x-one', value: 'a, b' } },
  { sample: 'req.hdr(x-role)' },
  { sample: 'req.hdr(x-role)', values: 'user' },
  { sample: 'ssl_fc' },
  { sample: 'src', values: '192.0.2.1' },
  { sample: 'dst_port', values: ['80', '8443'] },
  { sample: 'dst_port', values: 'ge 8443' },
  str('abc', 'str', 'abc'),
  str('abc', 'str', ['x', 'ABC'], true),
  str('Abc', 'beg', 'aB', true),
  str('abc', 'beg', 'ab'),
  str('abc', 'end', 'bc'),
  str('abc', 'sub', 'b'),
  str('/a/b/c?d', 'dir', 'b'),
  str('/a/b/c?d', 'dir', 'b/c'),
  str('/a/b/c?d', 'dir', '/b/c/'),
  str('/a/b/c?d', 'dir', 'd'),
  str('www.example.com:80', 'dom', 'example'),
  str('www.example.com:80', 'dom', 'example.com'),
  str('www.example.com:80', 'dom', '80'),
  str('abc', 'reg', '^a.c$'),
  str('ABC', 'reg', ['x', '^a.c$'], true),
  str('x', 'found', []),
  str('1', 'bool', []),
  str('5', 'int', '1:10'),
]

const DOES_NOT: ConditionInput[] = [
  { any: [] },
  { all: [{ method: 'POST' }, { scheme: 'http' }] },
  { any: [{ method: 'GET' }, { scheme: 'http' }] },
  { not: { method: 'POST' } },
  { host: 'example.com' },
  { path: '/static/img' },
  { pathBeg: ['/img', 'static'] },
  { pathEnd: ['png?v=2', '.jpg'] },
  { method: 'GET' },
  { scheme: 'http' },
  { src: '10.0.0.0/8' },
  { hdr: { name: 'x-none' } },
  { hdr: { name: 'x-none', value: 'a' } },
  { hdr: { name: 'x-role', value: 'adm' } },
  { sample: 'req.hdr(x-none)' },
  { sample: 'req.hdr(x-role)', values: 'root' },
  { sample: 'always_false' },
  { sample: 'src', values: '192.0.2.2' },
  { sample: 'dst_port', values: 'gt 8443' },
  str('abc', 'str', ['ABC', 'ab', 'abcd']),
  str('abc', 'beg', 'bc'),
  str('Abc', 'beg', 'ab'),
  str('abc', 'end', 'ab'),
  str('abc', 'sub', 'ac'),
  str('/a/bb/c', 'dir', 'b'),
  str('/a/b/c', 'dir', 'a/c'),
  str('/a/b/c', 'dir', 'c/d'),
  str('/a.b/c', 'dir', 'b'),
  str('/a/b/c', 'dir', '/'),
  str('www.example.com', 'dom', 'exam'),
  // As HAProxy, letters have a case from A to Z alone: a Kelvin sign is no k.
  str('\u212a', 'str', 'k', true),
  str('É', 'beg', 'é', true),
  str('abc', 'reg', '^b'),
  str('ABC', 'reg', 'abc'),
  str('0', 'bool', []),
  str('0', 'int', '1:10'),
  str('11', 'int', '1:10'),
]

describe('a condition', () => {
  it.each(HOLDS.map((condition) => [condition]))('%j holds', (condition) => {
    expect(holds(condition)).toBe(true)
  })

  it.each(DOES_NOT.map((condition) => [condition]))('%j does not', (condition) => {
    expect(holds(condition)).toBe(false)
  })

  it('that is none always holds', () => {
    expect(holds(undefined)).toBe(true)
  })
})

it.each([
  ['5', 5n, 5n],
  [' 5 ', 5n, 5n],
  ['eq 5', 5n, 5n],
  ['ge 5', 5n, MAX_INTEGER],
  ['gt  5', 6n, MAX_INTEGER],
  ['le 5', MIN_INTEGER, 5n],
  ['lt 5', MIN_INTEGER, 4n],
  ['1:10', 1n, 10n],
  [':10', MIN_INTEGER, 10n],
  ['1:', 1n, MAX_INTEGER],
])('the range %j is %s to %s', (text, low, high) => {
  expect(parseIntRange(text)).toEqual([low, high])
})
