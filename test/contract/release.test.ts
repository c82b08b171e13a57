// What `npm version` writes, what `npm run release` refuses, and that the workflow which runs it has what npm's proof of origin needs.

import { execFileSync } from 'node:child_process'
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it } from 'vitest'

import { problemsOf } from '../../release/problems.ts'
import type { Release } from '../../release/problems.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

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

it('`npm version` commits a checkout in which every file says the same version', { timeout: 60_000 }, () => {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-release-'))
  try {
    const run = (command: string, ...args: string[]) =>
      execFileSync(command, args, { cwd: directory, encoding: 'utf8', stdio: 'pipe' })
    const files = ['package.json', 'release/version.ts', 'src/deployment.ts', 'CHANGELOG.md']
    const examples = globSync('examples/*/package.json', { cwd: ROOT })
    for (const file of [...files, ...examples]) cpSync(join(ROOT, file), join(directory, file))
    run('git', 'init', '--quiet')
    for (const [key, value] of [
      ['user.name', 'a'],
      ['user.email', 'a@site.example'],
      ['commit.gpgsign', 'false'],
    ] as const)
      run('git', 'config', key, value)
    run('git', 'add', '.')
    run('git', 'commit', '--quiet', '-m', 'before')
    run('npm', 'version', '7.8.9', '--no-workspaces-update')
    expect(run('git', 'status', '--porcelain')).toBe('')
    expect(run('git', 'tag', '--points-at', 'HEAD')).toBe('v7.8.9\n')
    const say = (file: string) => readFileSync(join(directory, file), 'utf8')
    expect(say('package.json')).toContain('"version": "7.8.9"')
    expect(say('src/deployment.ts')).toContain("export const VERSION = '7.8.9'")
    expect(examples.map((file) => [file, say(file).includes('"limpet": "^7.8.9"')])).toEqual(
      examples.map((file) => [file, true]),
    )
  } finally {
    rmSync(directory, { recursive: true })
  }
})
