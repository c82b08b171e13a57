import { expect, it } from 'vitest'

import { printLiteral } from './literal.ts'

it.each<[unknown, string]>([
  ['plain', "'plain'"],
  ["it's", '"it\'s"'],
  ['say "x"', `'say "x"'`],
  [`both ' and "`, String.raw`"both ' and \""`],
  ['a\nb\\c', String.raw`'a\nb\\c'`],
  [String.raw`\"`, String.raw`'\\"'`],
  [5, '5'],
  [true, 'true'],
  [null, 'null'],
  [[], '[]'],
  [[1, 'a'], "[1, 'a']"],
  [{}, '{}'],
  [{ a: undefined }, '{}'],
  [{ a: 1, $b: 2, 'c-d': 3, 4: 5, e: undefined }, "{ '4': 5, a: 1, $b: 2, 'c-d': 3 }"],
  [{ __proto: [{}] }, '{ __proto: [{}] }'],
  [JSON.parse('{"__proto__":1}'), "{ ['__proto__']: 1 }"],
])('%j is %s, and reads back as itself', async (value, text) => {
  expect(printLiteral(value)).toBe(text)
  const read = (await import(`data:text/javascript,${encodeURIComponent(`export default ${text}`)}`)) as {
    default: unknown
  }
  expect(JSON.stringify(read.default)).toBe(JSON.stringify(value))
})

it.each<[unknown, string]>([
  [new Map(), 'new Map()'],
  [
    new Map<unknown, unknown>([
      [503, { a: 1 }],
      ['b', []],
    ]),
    "new Map([[503, { a: 1 }], ['b', []]])",
  ],
  [new Set(), 'new Set()'],
  [new Set(['a', 5]), "new Set(['a', 5])"],
  [-0, '-0'],
])('%j is %s, which JSON does not have', async (value, text) => {
  expect(printLiteral(value)).toBe(text)
  const read = (await import(`data:text/javascript,${encodeURIComponent(`export default ${text}`)}`)) as {
    default: unknown
  }
  expect(read.default).toStrictEqual(value)
})

it('takes a line for each part of what is too wide, with no part that is not there', () => {
  const wide = { name: 'x'.repeat(60), gone: undefined, list: ['y'.repeat(40), 1], 'c-d': {} }
  expect(printLiteral(wide)).toBe(`{\n  name: '${'x'.repeat(60)}',\n  list: ['${'y'.repeat(40)}', 1],\n  'c-d': {},\n}`)
  expect(printLiteral(['x'.repeat(97)])).toBe(`[\n  '${'x'.repeat(97)}',\n]`)
  expect(printLiteral(['x'.repeat(96)])).toBe(`['${'x'.repeat(96)}']`)
  // The indent counts, too.
  expect(printLiteral(['x'.repeat(96)], '  ')).toBe(`[\n    '${'x'.repeat(96)}',\n  ]`)
})
