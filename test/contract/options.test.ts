// Every option is one row that explains itself: its sentence, its defaults, its words in haproxy.cfg.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath, pathToFileURL } from 'node:url'

import { describe, expect, it } from 'vitest'
import * as v from 'valibot'

import type { Option, Options } from '../../src/config/option.ts'

const FOLDER = fileURLToPath(new URL('../../src/config/options/', import.meta.url))
const FILES = globSync('*.ts', { cwd: FOLDER }).filter((file) => !file.endsWith('.test.ts'))

/** Every `export const xOptions = { … }`, by its file and name. */
const CONCEPTS: readonly (readonly [string, Options])[] = (
  await Promise.all(
    FILES.map(async (file) => {
      const exported = (await import(pathToFileURL(FOLDER + file).href)) as Record<string, Options>
      return Object.entries(exported)
        .filter(([name]) => name.endsWith('Options'))
        .map(([name, rows]) => [`${file} ${name}`, rows] as const)
    }),
  )
).flat()

const ROWS = CONCEPTS.flatMap(([concept, rows]) =>
  Object.entries(rows).map(([key, row]): [string, Option] => [`${concept}.${key}`, row]),
)

it('there are rows', () => {
  expect(ROWS.length).toBeGreaterThan(50)
})

it.each(FILES)('%s: every row has a sentence above it', (file) => {
  const lines = readFileSync(FOLDER + file, 'utf8').split('\n')
  const rows = lines.flatMap((line, i) => (/^ {2,}\w+: (option|required)\(/.test(line) ? [i] : []))
  const silent = rows.filter((i) => !/^ *(?:\/\*\* [A-Z].*|\*)\/$/.test(lines[i - 1] ?? ''))
  expect(silent.map((i) => lines[i])).toEqual([])
})

it.each(ROWS)('%s: says why exactly where the defaults differ', (_, { defaults, why }) => {
  expect(why !== undefined).toBe(JSON.stringify(defaults.limpet) !== JSON.stringify(defaults.haproxy))
})

it.each(ROWS)('%s: has a default or says what it depends on, and all that it shows may be written', (_, row) => {
  const { shape, isRequired, defaults, depends, examples = [] } = row
  expect(defaults.limpet === undefined).toBe(isRequired || depends !== undefined)
  const shown = [defaults.limpet, defaults.haproxy, ...examples].filter(
    (value) => value !== undefined && value !== null,
  )
  for (const value of shown) expect([value, v.is(shape, value)]).toEqual([value, true])
})

describe.each(CONCEPTS)('%s', (_, rows) => {
  it('has each word of haproxy.cfg once', () => {
    const words = Object.values(rows).flatMap(({ word = [] }) =>
      [word].flat().flatMap((each) => (typeof each === 'string' ? [each] : [each.word, each.undoneBy ?? []].flat())),
    )
    expect(words.filter((word, i) => words.indexOf(word) !== i)).toEqual([])
  })
})
