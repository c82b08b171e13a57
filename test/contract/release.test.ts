// What `npm run release` refuses, and that the workflow which runs it has what npm's proof of origin needs.

import { readFileSync } from 'node:fs'

import { expect, it } from 'vitest'

import { problemsOf } from '../../release/problems.ts'
import type { Release } from '../../release/problems.ts'

const READY: Release = {
  manifest: { name: 'limpet', version: '1.2.0', repository: 'github:owner/limpet' },
  tag: 'v1.2.0',
  changelog: '# Changelog\n\n## [Unreleased]\n\n## [1.2.0] - 2026-11-26\n',
  workflowRepository: 'Owner/limpet',
  published: { repository: { type: 'git', url: 'git+https://github.com/owner/limpet.git' }, versions: ['1.1.0'] },
}

it('publishes the next version of a package of its own, and a name that nobody has', () => {
  expect(problemsOf(READY)).toEqual([])
  expect(problemsOf({ ...READY, published: undefined })).toEqual([])
})

it.each<[string, Partial<Release>, string]>([
  [
    'a name that belongs to another project',
    { published: { repository: { url: 'git+https://github.com/shell/limpet.git' }, versions: ['0.0.1'] } },
    "npm: the name 'limpet' belongs to github.com/shell/limpet: choose another in package.json, such as @OWNER/limpet, and write it into the documents",
  ],
  [
    'a name whose package says nothing about where it is from',
    { published: { versions: ['0.0.1'] } },
    "npm: the name 'limpet' belongs to a package that names no repository: choose another",
  ],
  [
    'a version that is published',
    { published: { ...READY.published!, versions: ['1.2.0'] } },
    'npm: limpet 1.2.0 is published',
  ],
  ['another tag', { tag: 'v1.1.0' }, 'git: the tag of this commit is v1.1.0, and package.json says 1.2.0'],
  ['no tag', { tag: undefined }, 'git: the tag of this commit is missing'],
  [
    'no heading in the changelog',
    { changelog: '## [Unreleased]\n' },
    "CHANGELOG.md: there is no heading '## [1.2.0] - DATE'",
  ],
  [
    'no repository',
    { manifest: { name: 'limpet', version: '1.2.0' }, published: undefined },
    'package.json: repository is missing',
  ],
  [
    'the repository of a fork',
    { workflowRepository: 'fork/limpet' },
    'package.json: repository is github.com/owner/limpet, and this runs in fork/limpet',
  ],
])('refuses %s', (_, change, problem) => {
  expect(problemsOf({ ...READY, ...change })).toEqual([expect.stringContaining(problem)])
})

it('runs in a workflow that may prove where the package was built, after the suites', () => {
  const workflow = readFileSync(new URL('../../.github/workflows/release.yml', import.meta.url), 'utf8')
  expect(workflow).toContain('id-token: write')
  expect(workflow.indexOf('npm run test:package')).toBeLessThan(workflow.indexOf('npm run release'))
})
