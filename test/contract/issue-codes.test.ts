// The codes of `limpet check` are public: scripts and `limpet-ignore` go by them. Each is used somewhere, and docs/errors.md says
// what it means and what to do.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { ISSUE_CODES } from '../../src/config/issue-codes.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const CODE = String.raw`[a-z]+(?:-[a-z\d]+)*`

const SOURCE = globSync('src/{config,cli}/**/*.ts', { cwd: ROOT })
  .filter((file) => !/(\.test|(^|\/)testing|issue-codes)\.ts$/.test(file))
  .map(textOf)
  .join('\n')

it('each code is used somewhere', () => {
  const unused = Object.keys(ISSUE_CODES).filter((code) => !SOURCE.includes(`'${code}'`))
  // Of three kinds, by one line: references.ts.
  expect(unused.filter((code) => !(SOURCE.includes('`unknown-${what}`') && code.startsWith('unknown-')))).toEqual([])
})

it('docs/errors.md has a row for each, in the order of the table, with its level', () => {
  const rows = [
    ...textOf('docs/errors.md').matchAll(new RegExp(`^\\| \`(${CODE})\` \\| (error|warning|note) \\|`, 'gm')),
  ]
  expect(rows.map(([, code, level]) => [code, level])).toEqual(Object.entries(ISSUE_CODES))
})
