// Variables: what sets them, when, and what reads them. The values are those that HAProxy 2.6 shows.

import { expect, it } from 'vitest'

import type { ActionInput } from '../config/rules/action.ts'
import { resolveResponseRules, resolveRule } from '../config/rules/rule.ts'
import type { RuleInput } from '../config/rules/rule.ts'
import { parseSample } from '../config/rules/samples/sample.ts'
import { fieldsOf } from '../http/fields.ts'
import { createResponseRules, createRules } from './rules.ts'
import { compileSample } from './samples.ts'
import { BARE_VIEW, TOOLS, transactionOf } from './testing.ts'
import type { View } from './view.ts'

const set = (name: string, value: string, ...when: string[]) => ({ setVar: { name, value, when } }) as ActionInput

function after(actions: readonly ActionInput[], view: View = BARE_VIEW) {
  const transaction = transactionOf({ headers: { 'x-a': 'one, two' } })
  const rules = actions.map((action) => resolveRule({ do: action } as RuleInput, 'haproxy'))
  createRules(rules, TOOLS)(transaction, view)
  return (sample: string, seen: View = view) => compileSample(parseSample(sample)!, TOOLS)(transaction, seen)
}

it.each([
  ['a sample without a value leaves it', [set('txn.a', 'str(a)'), set('txn.a', 'req.hdr(none)')], 'a'],
  ['the last of several values counts', [set('txn.a', 'req.hdr(x-a)')], 'two'],
  ['a value keeps its type', [set('txn.a', 'nbsrv(app)')], 2n],
  ['a text with samples is text', [{ setVar: { name: 'txn.a', text: 'p=%[path] %%' } }], 'p=/ %'],
  ['what is removed is gone', [set('txn.a', 'str(a)'), { unsetVar: 'txn.a' }], undefined],
  ['ifexists: not before it is set', [set('txn.a', 'str(a)', 'ifexists')], undefined],
  [
    'ifexists: nor once it is removed',
    [set('txn.a', 'str(a)'), { unsetVar: 'txn.a' }, set('txn.a', 'str(b)', 'ifexists')],
    undefined,
  ],
  ['ifnotexists: once', [set('txn.a', 'str(a)', 'ifnotexists'), set('txn.a', 'str(b)', 'ifnotexists')], 'a'],
  ['ifset', [set('txn.a', 'str(a)', 'ifset')], undefined],
  ['ifnotset', [set('txn.a', 'str(a)', 'ifnotset'), set('txn.a', 'str(b)', 'ifnotset')], 'a'],
  ['ifempty', [set('txn.a', 'str(a)', 'ifempty')], undefined],
  ['ifempty with nothing', [{ setVar: { name: 'txn.a', text: '%[req.hdr(none)]', when: 'ifempty' } }], ''],
  ['ifnotempty with nothing', [{ setVar: { name: 'txn.a', text: '%[req.hdr(none)]', when: 'ifnotempty' } }], undefined],
  ['ifgt of a greater number before', [set('txn.a', 'dst_port'), set('txn.a', 'nbsrv(app)', 'ifgt')], 2n],
  ['ifgt of a lesser number before', [set('txn.a', 'nbsrv(app)'), set('txn.a', 'dst_port', 'ifgt')], 2n],
  ['iflt of a lesser number before', [set('txn.a', 'nbsrv(app)'), set('txn.a', 'dst_port', 'iflt')], 80n],
  ['ifgt of texts holds always', [set('txn.a', 'str(abc)'), set('txn.a', 'str(abd)', 'ifgt')], 'abd'],
  ['all conditions must hold', [set('txn.a', 'str(a)', 'ifnotempty', 'ifexists')], undefined],
] as [string, ActionInput[], unknown][])('%s', (_, actions, value) => {
  expect(after(actions)('var(txn.a)')).toEqual(value)
})

it('a default takes the place of what is not set', () => {
  expect(after([])('var(txn.a,none)')).toBe('none')
})

it('variables of the request end with it, those of the response begin with it, those of the transaction stay', () => {
  const find = after([set('req.a', 'str(a)'), set('res.a', 'str(a)'), set('txn.a', 'str(a)'), set('sess.a', 'str(a)')])
  const response: View = { ...BARE_VIEW, response: { status: 200, headers: fieldsOf(new Headers()) } }
  const names = ['req.a', 'res.a', 'txn.a', 'sess.a']
  expect(names.map((name) => find(`var(${name})`))).toEqual(['a', undefined, 'a', 'a'])
  expect(names.map((name) => find(`var(${name})`, response))).toEqual([undefined, undefined, 'a', 'a'])
})

it('a rule of the response reads what a rule of the request has set', () => {
  const transaction = transactionOf()
  createRules([resolveRule({ do: set('txn.host', 'req.hdr(host)') } as RuleInput, 'haproxy')], TOOLS)(
    transaction,
    BARE_VIEW,
  )
  const headers = new Headers({ 'x-a': 'r' })
  const rules = resolveResponseRules(
    [
      { do: { setVar: { name: 'res.a', value: 'res.hdr(x-a)' } } },
      { do: { setHeader: { name: 'x-both', value: '%[var(txn.host,-)] %[var(res.a)]' } } },
    ],
    'haproxy',
  )
  createResponseRules(rules, TOOLS)!({ status: 200, headers: fieldsOf(headers) }, transaction, BARE_VIEW)
  expect(headers.get('x-both')).toBe('- r')
})

it('variables of the process are shared, and exist from the start', () => {
  const view = { ...BARE_VIEW, processVariables: new Map() }
  after([set('proc.a', 'str(a)', 'ifexists'), set('proc.b', 'str(b)', 'ifset')], view)
  const find = after([], view)
  expect([find('var(proc.a)'), find('var(proc.b)')]).toEqual(['a', undefined])
})
