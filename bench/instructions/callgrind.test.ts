// What is said where instructions cannot be counted.

import { expect, it } from 'vitest'

import { requireValgrind } from './callgrind.ts'

it('needs Linux', () => {
  expect(() => requireValgrind('darwin')).toThrow('--instructions needs Linux: valgrind does not run workerd on darwin')
})

it('needs valgrind', () => {
  expect(() => requireValgrind('linux', '/nonexistent')).toThrow(
    '--instructions needs valgrind, which does not start (ENOENT): install the package valgrind',
  )
})
