import { expect, it } from 'vitest'

import { createListFiles } from './list-files.ts'
import { parseIf } from './acl.ts'

const unreadable = () => undefined
const ports = { text: unreadable, files: createListFiles(unreadable) }
const GET = { method: ['GET', 'HEAD'] }

it.each([
  ['if METH_GET', { value: GET }],
  ['unless METH_GET', { value: { not: GET } }],
  ['unless !METH_GET', { value: { not: { not: GET } } }],
  ['METH_GET', { problem: 'needs if or unless', isMistake: true }],
  ['', { problem: 'needs if or unless', isMistake: true }],
  ['if', { problem: 'a condition is missing' }],
  ['if RDP_COOKIE', { problem: "'RDP_COOKIE': a Worker sees requests, not bytes of other protocols" }],
  ['unless nobody', { problem: "there is no acl 'nobody'", isMistake: true }],
])('a line that ends in %j', (text, parsed) => {
  expect(parseIf(text.split(' '), new Map(), ports)).toEqual(parsed)
})
