// Where what an issue is about is written: in modules, in JSON, and the nearest place to what is computed.

import { describe, expect, it } from 'vitest'

import { locate } from './locate.ts'
import { parseTree } from './syntax-tree.ts'

/** What stands at the place, to the end of its line; `~` in front: it is computed. */
function shown(text: string, keys: readonly PropertyKey[], at: 'key' | 'value' = 'value', written?: unknown): string {
  const kind = /^\s*[{[/]/.test(text) && !text.includes('export') ? 'json' : 'module'
  const place = locate('f', text, parseTree(text, kind)!, { keys, at }, written)
  if (place.line === undefined) return 'nowhere'
  const rest = text.split('\n')[place.line - 1]!.slice(place.column! - 1)
  return `${place.isComputed ? '~' : ''}${place.line}: ${rest}`
}

describe('a literal', () => {
  const ts = 'export default {\n  backends: [\n    { name: "app", "retries": 3 },\n  ],\n}'
  it.each([
    [['backends', 0, 'retries'], 'value', '3: 3 },'],
    [['backends', 0, 'retries'], 'key', '3: "retries": 3 },'],
    [['backends', 0], 'value', '3: { name: "app", "retries": 3 },'],
    [['backends'], 'key', '2: backends: ['],
    [[], 'value', '1: {'],
    // What is missing is missing in what stands around it.
    [['backends', 0, 'servers'], 'value', '3: { name: "app", "retries": 3 },'],
    [['backends', 7, 'name'], 'value', '2: ['],
  ] as const)('%j by its %s', (keys, at, place) => {
    expect(shown(ts, keys, at)).toBe(place)
  })

  it.each([
    ['defineConfig', 'export default defineConfig({ a: 1 })', '1: 1 })'],
    [
      'as and satisfies',
      'export default ({ a: 1 as const } satisfies object) as never',
      '1: 1 as const } satisfies object) as never',
    ],
    ['a constant', 'const c = { a: 1 }\nexport default c', '1: 1 }'],
    ['an exported constant', 'export const c = { a: 1 }\nexport { c as default }', '1: 1 }'],
    ['a constant within', 'const a = 1\nexport default { a }', '1: 1'],
    ["a constant's member", 'const c = { d: 1 }\nexport default { a: c.d }', '1: 1 }'],
    ['an arrow', 'export default (env) => ({ a: 1 })', '1: 1 })'],
    ['a function', 'export default function (env) {\n  const a = 1\n  return { a }\n}', '2: 1'],
    ['a frozen object', 'export default Object.freeze({ a: 1 })', '1: 1 })'],
    ['a spread', 'const c = { a: 1 }\nexport default { ...c, b: 2 }', '1: 1 }'],
    ['the last of two', 'const c = { a: 1 }\nexport default { ...c, a: 2 }', '2: 2 }'],
    ['a computed key', "export default { ['a']: 1 }", '1: 1 }'],
    ['JSON with comments', '{\n  // "a": 0,\n  "a": 1,\n}', '3: 1,'],
    ['a string', "export default { a: 'x' }", "1: 'x' }"],
    ['a negative number', 'export default { a: -1 }', '1: -1 }'],
  ])('behind %s', (_, text, place) => {
    expect(shown(text, ['a'])).toBe(place)
  })
})

describe('what is computed is at the nearest written place', () => {
  it.each([
    ['a variable of env', 'export default (env) => ({ a: env.A })', '~1: env.A })'],
    ['a template', 'export default { a: `${x}` }', '~1: `${x}` }'],
    ['a call', 'export default { a: f() }', '~1: f() }'],
    ['an unknown spread', 'export default { b: 1, ...f() }', '~1: f() }'],
    ['something imported', "import { a } from './a'\nexport default { a }", '~2: a }'],
    ['a choice', 'export default (e) => {\n  if (e) return { a: 1 }\n  return { a: 2 }\n}', '~3: 2 }'],
    ['a circle', 'const a = b\nconst b = a\nexport default { a }', '~1: b'],
    ['a getter', 'export default { get a() { return 1 } }', '~1: () { return 1 } }'],
  ])('%s', (_, text, place) => {
    expect(shown(text, ['a'])).toBe(place)
  })

  const list = 'const more = [{ n: 1 }, { n: 2 }]\nexport default [...more, ...names.map((n) => ({ n })), { n: 9 }]'
  const written = [{ n: 1 }, { n: 2 }, { n: 'a' }, { n: 'b' }, { n: 9 }]
  it.each([
    [1, '1: 2 }]'],
    [2, '~2: n })), { n: 9 }]'],
    [3, '~2: n })), { n: 9 }]'],
    [4, '2: 9 }]'],
  ])('an entry of a list that is made of others: %d', (i, place) => {
    expect(shown(list, [i, 'n'], 'value', written)).toBe(place)
  })
})

it('what does not parse has no place, and a default export that is missing has none either', () => {
  expect(parseTree('export default {', 'module')).toBeUndefined()
  expect(shown('export const a = 1', ['a'])).toBe('nowhere')
})
