import { expect, it } from 'vitest'

import { commandLine } from './command-line.ts'

it.each<[readonly string[], string]>([
  [['add', 'map', 'a.map', 'key', 'value'], 'add map a.map key value'],
  [['set', 'map', 'a.map', 'two words', 'a;b'], String.raw`set map a.map two\ words a\;b`],
  [['add', 'acl', 'r.lst', String.raw`^/\d+$`], String.raw`add acl r.lst ^/\\d+$`],
])('%j is the line %s', (words, line) => {
  expect(commandLine(words)).toBe(line)
})
