import { expect, it } from 'vitest'

import { patternOf } from '../../pattern/compile.ts'
import { findEntry } from './find.ts'

it.each([
  ['ip', { '::/64': 'six', '10.0.0.0/8': 'four' }, '10.1.1.1', '10.0.0.0/8'],
  ['ip', { '10.0.0.0/8': 'wide', '10.1.0.0/16': 'narrow' }, '10.1.1.1', '10.1.0.0/16'],
  ['beg', { '/a': '1', '/a/b': '2' }, '/a/b/c', '/a/b'],
  ['str', { a: '1', b: '2' }, 'b', 'b'],
] as const)('%s %j has for %s the entry that rules use', (match, entries, sample, key) => {
  const found = findEntry(
    new Map(Object.entries(entries)),
    { match, ignoreCase: false, gives: 'str' },
    sample,
    patternOf,
  )
  expect(found?.[0]).toBe(key)
})
