import { expect, it } from 'vitest'

import { namesOf, parseTemplate, withTemplates } from './server-template.ts'

it.each<[number | string, readonly [number, number] | undefined]>([
  [3, [1, 3]],
  ['3', [1, 3]],
  ['2-5', [2, 5]],
  ['7-7', [7, 7]],
  [1000, [1, 1000]],
  ['1001-2000', [1001, 2000]],
  [0, undefined],
  ['0-3', undefined],
  ['3-1', undefined],
  [1001, undefined],
  ['1-1001', undefined],
  [1.5, undefined],
  [-1, undefined],
  ['', undefined],
  ['a', undefined],
  ['1-', undefined],
])('%j is %j', (written, range) => {
  expect(parseTemplate(written)).toEqual(range)
})

it('names its servers by number, with a cookie each', () => {
  const fixed = { name: 'fixed', cookie: 'f' }
  expect(withTemplates([fixed, { name: 'web', template: '2-3', cookie: 'c' }, { name: 'api', template: 1 }])).toEqual([
    fixed,
    { name: 'web2', cookie: 'c2' },
    { name: 'web3', cookie: 'c3' },
    { name: 'api1' },
  ])
  expect([namesOf(fixed), namesOf({ name: 'web', template: 2 })]).toEqual([['fixed'], ['web1', 'web2']])
})
