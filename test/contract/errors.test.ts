// The codes of Limpet's errors are public (src/config-entry.ts): each is thrown somewhere, and docs/errors.md says when.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { STATUS_OF_CODE } from '../../src/errors.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')

const FILES = globSync('src/**/*.ts', { cwd: ROOT }).filter((file) => !/(\.test|(^|\/)testing)\.ts$/.test(file))

function thrownIn(text: string): readonly string[] {
  return [...text.matchAll(/throw new LimpetError\(\s*'(\w+)'/g)].map(([, code]) => code!)
}

it('each code is thrown somewhere', () => {
  const thrown = new Set(FILES.flatMap((file) => thrownIn(textOf(file))))
  expect([...thrown].toSorted()).toEqual(Object.keys(STATUS_OF_CODE).toSorted())
})

it('no code is thrown that cannot be read here', () => {
  const made = FILES.flatMap((file) => textOf(file).match(/new LimpetError\(/g) ?? [])
  expect(made).toHaveLength(FILES.flatMap((file) => thrownIn(textOf(file))).length)
})

it('docs/errors.md has a row for each, with the status that a client sees', () => {
  const rows = [...textOf('docs/errors.md').matchAll(/^\| `([A-Z_]+)` \|.*\| (\d{3})\b[^|]*\|$/gm)]
  expect(rows.map(([, code, status]) => [code, Number(status)])).toEqual(Object.entries(STATUS_OF_CODE))
})
