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

it.each([
  ['{ src_inc_gpc0(abuse) -- }', 'src_inc_gpc0(abuse)'],
  ['{ src_inc_gpc0(abuse) }', 'src_inc_gpc0(abuse)'],
  ['{ sc_inc_gpc(1,0),add(1) -- }', 'sc_inc_gpc(1,0)'],
  ['{ sc0_clr_gpc1 }', 'sc_clr_gpc1(0)'],
  ['{ src_updt_conn_cnt -- }', 'src_updt_conn_cnt'],
])('%s never holds, and changes the counter all the same', (text, sample) => {
  expect(parseIf(['if', ...text.split(' ')], new Map(), ports)).toMatchObject({
    value: { sample, match: 'int', values: ['lt 0'] },
  })
})

it('what reads a counter and has nothing to compare with is never asked', () => {
  expect(parseIf(['if', '{', 'src_get_gpc0(abuse)', '}'], new Map(), ports)).toMatchObject({
    value: { sample: 'always_false', match: 'bool' },
  })
})
