// A wrangler file as text means the same in both languages, with examples that mean nothing until they are uncommented.

import { parse as parseJsonc } from 'jsonc-parser'
import { parse as parseToml } from 'smol-toml'
import { expect, it } from 'vitest'

import { formatOf, sectionText, wranglerText } from './wrangler-text.ts'
import type { Part } from './wrangler-text.ts'

const PARTS: readonly Part[] = [
  { comment: ['A comment', 'of two lines'], section: { name: 'x', flags: ['a', 'b'] } },
  { comment: ['An example'], section: { kv_namespaces: [{ binding: 'A' }, { binding: 'B' }] }, isExample: true },
  { comment: [], section: { observability: { enabled: true, logs: { sampling: 1 } } } },
]

it('is TOML', () => {
  const text = wranglerText(PARTS, 'toml')
  expect(text).toBe(`# A comment
# of two lines
name = "x"
flags = [ "a", "b" ]

# An example
# [[kv_namespaces]]
# binding = "A"

# [[kv_namespaces]]
# binding = "B"

[observability]
enabled = true

[observability.logs]
sampling = 1
`)
  expect(parseToml(text.replaceAll(/^# (?=\[|binding)/gm, ''))).toHaveProperty('kv_namespaces.length', 2)
})

it('is JSON with comments, and stays so when an example is uncommented', () => {
  const text = wranglerText(PARTS, 'jsonc')
  const parsed = (given: string) => {
    const errors: unknown[] = []
    const value: unknown = parseJsonc(given, errors as never)
    expect(errors).toEqual([])
    return value
  }
  expect(parsed(text)).toEqual({ ...PARTS[0]!.section, ...PARTS[2]!.section })
  const uncommented = text.replaceAll(/^( *)\/\/ (?![A-Za-z])/gm, '$1')
  expect(parsed(uncommented)).toEqual(Object.assign({}, ...PARTS.map(({ section }) => section)))
})

it('of a piece is what is pasted', () => {
  const section = { triggers: { crons: ['* * * * *'] } }
  expect(sectionText(section, 'toml')).toBe('[triggers]\ncrons = [ "* * * * *" ]')
  expect(sectionText(section, formatOf('wrangler.json'))).toBe('"triggers": {\n  "crons": [\n    "* * * * *"\n  ]\n}')
})
