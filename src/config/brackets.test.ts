import { expect, it } from 'vitest'

import { BRACKETED, inBrackets, withoutBrackets } from './brackets.ts'

it.each([
  ['::1', '[::1]'],
  ['::ffff:192.0.2.1', '[::ffff:192.0.2.1]'],
  ['192.0.2.1', '192.0.2.1'],
  ['app.example', 'app.example'],
  ['', ''],
])('%s as a host is %s', (bare, host) => {
  expect(inBrackets(bare)).toBe(host)
  expect(inBrackets(host)).toBe(host)
  expect(withoutBrackets(host)).toBe(bare)
  expect(withoutBrackets(bare)).toBe(bare)
})

it('an address in brackets is told by its characters', () => {
  const test = (text: string) => new RegExp(`^${BRACKETED}$`).test(text)
  expect(['[::1]', '[2001:DB8::a]', '[::ffff:192.0.2.1]'].filter((text) => !test(text))).toEqual([])
  expect(['::1', '[]', '[::1', '[app]', '[::1%eth0]', '[::1]]'].filter(test)).toEqual([])
})
