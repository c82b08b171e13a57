// What holds for every row, whatever its concept: it explains itself, and what it promises is so. Of the grammar of rules: every
// key explains itself.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it } from 'vitest'
import * as v from 'valibot'

import type { Option, Options } from '../../src/config/option.ts'

interface Concept {
  readonly name: string
  readonly rows: Options
  /** What stands between its braces. */
  readonly text: string
}

const FOLDER = join(import.meta.dirname, '../../src/config/options')
const FILES = globSync('*.ts', { cwd: FOLDER }).filter((file) => !file.endsWith('.test.ts'))

async function conceptsOf(file: string): Promise<readonly Concept[]> {
  const text = readFileSync(join(FOLDER, file), 'utf8')
  const exported: Record<string, unknown> = await import(join(FOLDER, file))
  return Object.entries(exported)
    .filter(([name]) => name.endsWith('Options'))
    .map(([name, rows]) => ({ name, rows: rows as Options, text: bodyOf(name, text) }))
}

function bodyOf(name: string, text: string): string {
  const [, body] = new RegExp(String.raw`\nexport const ${name}\b[^\n]*\{\n(.*?)\n\}`, 's').exec(text) ?? []
  return body ?? ''
}

const CONCEPTS = (await Promise.all(FILES.map(conceptsOf))).flat()

/** The doc comment right above a row, as one line: its sentence, then each tag and what stands behind it. */
function commentIn(text: string, key: string): readonly string[] | undefined {
  const [, comment] =
    new RegExp(String.raw`/\*\*((?:(?!\*/).)*)\*/\s*\n  ${key.replace('$', String.raw`\$`)}:`, 's').exec(text) ?? []
  return comment
    ?.replaceAll(/\s*\n\s*\* ?/g, ' ')
    .trim()
    .split(/ ?@(example|default|why) /)
}

/** Rows that several concepts share have theirs where they were written. */
function commentOf(row: Option, key: string): readonly string[] {
  const found = CONCEPTS.filter(({ rows }) => rows[key] === row).map(({ text }) => commentIn(text, key))
  return found.find((each) => each !== undefined) ?? []
}

const hasTag = (row: Option, key: string, tag: 'default' | 'why') => commentOf(row, key).includes(tag)

const ROWS = CONCEPTS.flatMap(({ name, rows }) =>
  Object.entries(rows).map(([key, row]) => ({ path: `${name}.${key}`, key, row })),
)

/** The paths of the rows that a claim does not hold for. */
const except = (holds: (row: Option, key: string) => boolean) =>
  ROWS.filter(({ row, key }) => !holds(row, key)).map(({ path }) => path)

const isOf = (shape: v.GenericSchema, value: unknown) => v.safeParse(shape, value).success

it('there are rows to look at', () => {
  expect(CONCEPTS.map(({ name }) => name)).toEqual(expect.arrayContaining(['rootOptions', 'frontendOptions']))
  expect(ROWS.length).toBeGreaterThan(80)
})

describe('every row', () => {
  it('has a sentence above it, or two', () => {
    const isProse = (text: string) => /^[A-Z`].*\.$/.test(text) && text.split(/\. (?=[A-Z`])/).length <= 2
    expect(except((row, key) => isProse(commentOf(row, key)[0] ?? ''))).toEqual([])
  })

  it('is required, or says what holds when it is not written', () => {
    expect(
      except((row, key) => {
        const { isRequired, defaults } = row
        const hasDefault = defaults.limpet !== undefined && defaults.haproxy !== undefined
        return Number(isRequired) + Number(hasDefault) + Number(hasTag(row, key, 'default')) === 1
      }),
    ).toEqual([])
  })

  it('says why its two defaults differ, exactly where they do', () => {
    const differs = ({ defaults }: Option) => JSON.stringify(defaults.limpet) !== JSON.stringify(defaults.haproxy)
    expect(except((row, key) => differs(row) === hasTag(row, key, 'why'))).toEqual([])
  })

  it('has defaults that may be written', () => {
    const isAllowed = (row: Option, value: unknown) => value === null || value === undefined || isOf(row.shape, value)
    expect(except((row) => [row.defaults.limpet, row.defaults.haproxy].every((each) => isAllowed(row, each)))).toEqual(
      [],
    )
  })
})

it('a word of a line means one thing', () => {
  const wordsOf = (row: Option) =>
    [row.word ?? []]
      .flat()
      .flatMap((each) => (typeof each === 'string' ? [each] : [each.word, each.undoneBy ?? []].flat()))
  for (const { name, rows } of CONCEPTS) {
    const words = Object.values(rows).flatMap(wordsOf)
    expect([name, words.filter((word, i) => words.indexOf(word) < i)]).toEqual([name, []])
  }
})

/** Keys of `strict({ ... })` without a doc comment above them, as `FILE: KEY`. */
function silentKeys(file: string, text: string): readonly string[] {
  const lines = text.split('\n')
  return lines.flatMap((line, i) => {
    // What is spread has its sentences where it is written.
    if (!/\bstrict(?:Object)?\(\{(?! \.\.\.)/.test(line)) return []
    if (!line.endsWith('{')) return [`${file}: ${line.trim()}`]
    const indent = /^ */.exec(lines[i + 1]!)![0]
    const end = lines.findIndex((each, j) => j > i && each.length > 0 && !each.startsWith(indent))
    const own = lines.slice(i + 1, end).map((each) => (each.startsWith(`${indent} `) ? '' : each.trim()))
    const keys = own.filter((each, j) => /^\w+[:,]/.test(each) && !lines[i + j]!.endsWith('*/'))
    return keys.map((key) => `${file}: ${key}`)
  })
}

it('every key of a rule, a condition, an action and an answer has a sentence above it', () => {
  const folder = join(FOLDER, '../rules')
  const files = globSync('*.ts', { cwd: folder }).filter((file) => !file.endsWith('.test.ts'))
  expect(files.flatMap((file) => silentKeys(file, readFileSync(join(folder, file), 'utf8')))).toEqual([])
  expect(silentKeys('x', 'a = strict({\n  /** Known. */\n  b: text,\n  c: text,\n})\n')).toEqual(['x: c: text,'])
})
