// Where an issue is, by the names that an operator gave.

import { describe, expect, it } from 'vitest'

import { formatIssue, foundText } from './issue.ts'
import { formatNamedIssue, namedPath } from './named-path.ts'

const server = (name: unknown) => ({ name, url: 'https://x.example' })
const written = {
  frontends: [{ name: 'www' }, {}],
  backends: [
    { name: 'app', servers: [server('s1'), server('s2'), server('s2'), server(7), null] },
    { name: 'twice' },
    { name: 'twice' },
    { name: 'not a name' },
    'text',
  ],
  userlists: [{ name: 'staff', users: [{ name: 'ann' }] }],
}

describe('a path goes by names', () => {
  it.each([
    [['backends', 0, 'servers', 0, 'url'], 'app/s1.url'],
    [['backends', 0, 'servers', 0, 'check', 'inter'], 'app/s1.check.inter'],
    [['backends', 0, 'servers', 0], 'app/s1'],
    [['backends', 0, 'servers'], 'app.servers'],
    [['backends', 0, 'cookie', 'attr', 1], 'app.cookie.attr[1]'],
    [['backends', 0], 'backend app'],
    [['frontends', 0, 'rules', 2, 'do'], 'frontend www.rules[2].do'],
    [['frontends', 0], 'frontend www'],
    [['userlists', 0, 'users', 0, 'password'], 'userlist staff/ann.password'],
  ])('%j', (keys, path) => {
    expect(namedPath(keys, written)).toBe(path)
  })

  it.each([
    [['backends', 1, 'name'], 'backends[1].name'],
    [['backends', 3, 'name'], 'backends[3].name'],
    [['backends', 4, 'name'], 'backends[4].name'],
    [['backends', 9, 'name'], 'backends[9].name'],
    [['frontends', 1, 'bind'], 'frontends[1].bind'],
    [['backends', 0, 'servers', 1, 'name'], 'app.servers[1].name'],
    [['backends', 0, 'servers', 3, 'name'], 'app.servers[3].name'],
    [['backends', 0, 'servers', 4, 'url'], 'app.servers[4].url'],
    [['constructor', 0], 'constructor[0]'],
    [['backends'], 'backends'],
    [['admin', 'path'], 'admin.path'],
    [[], ''],
  ])('and by places where a name is missing, malformed or taken twice: %j', (keys, path) => {
    expect(namedPath(keys, written)).toBe(path)
    expect(namedPath(keys, undefined)).not.toContain('app')
  })
})

it('is one line', () => {
  const issue = { level: 'error', code: 'invalid-value', path: 'backends[0].retries', message: 'must be 3' } as const
  const keys = ['backends', 0, 'retries']
  expect(formatNamedIssue({ ...issue, keys, found: '4' }, written)).toBe('error: app.retries: must be 3 (found 4)')
  expect(formatIssue({ ...issue, keys })).toBe('error: backends[0].retries: must be 3')
  expect(formatIssue({ ...issue, keys: [], path: '' })).toBe('error: configuration: must be 3')
})

const circle: { self?: unknown } = {}
circle.self = circle

it.each([
  [NaN, 'NaN'],
  [Infinity, 'Infinity'],
  [10n, '10n'],
  [() => 1, 'a function'],
  [undefined, 'nothing'],
  [Symbol('x'), 'nothing'],
  [circle, 'an object'],
  [[1n], 'an object'],
  ['x'.repeat(100), `"${'x'.repeat(76)}...`],
])('what was found can be anything: %s', (value, text) => {
  expect(foundText(value)).toBe(text)
})
