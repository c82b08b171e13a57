// English that no native speaker would write has crept into documents, comments and messages before. What is here does not return.

import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const FILES = globSync(
  [
    '*.md',
    '*.{ts,toml}',
    'docs/**/*.md',
    'examples/**/*.md',
    '{src,test,bench,demo,bin,examples}/**/*.{ts,js}',
    '.dev.vars.example',
  ],
  { cwd: ROOT, exclude: ['**/node_modules/**', 'test/workerd/release-*/**', 'test/contract/words.test.ts'] },
)

/** What is written, and what to write instead. */
const REFUSED: readonly (readonly [looks: RegExp, instead: string])[] = [
  [/\b(?:cannot|could not|can not) be had\b/i, 'is not available, or what is wrong'],
  [/\bis to be had\b/i, 'is available'],
  [/\bmend(?:s|ed|ing)?\b/i, 'fix'],
  [/\bleft unwritten\b|\bleaves unwritten\b/i, 'not set, or the default'],
  [/\b(?:is|are|was|were|be) told of\b/i, 'is logged, is reported, learns of'],
  [/\bbehind (?:its|their|requests'|a request's|somebody's) backs?\b/i, 'after the answer, in the background'],
  [/\b(?:and|or) (?:its|their) kin\b/i, 'and the like'],
  [/\b(?:is|are) told to nobody\b/i, 'is not reported'],
  [/\bof old days\b/i, 'from an older release'],
  [/\b(?:gone|ends|here) without a word\b/i, 'silently'],
]

it.each(REFUSED.map(([looks, instead]) => [looks.source, looks, instead] as const))(
  '%s is not written',
  (_, looks, instead) => {
    const lines = FILES.flatMap((file) =>
      readFileSync(join(ROOT, file), 'utf8')
        .split('\n')
        .flatMap((line, i) => (looks.test(line) ? [`${file}:${i + 1}: ${line.trim()} (write: ${instead})`] : [])),
    )
    expect(lines).toEqual([])
  },
)

it('looks at all that is written here', () => {
  for (const file of ['README.md', 'docs/log.md', 'src/cli/main.ts', 'test/e2e/readme.test.ts', 'wrangler.toml']) {
    expect(FILES).toContain(file)
  }
})
