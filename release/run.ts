// `npm run release`: asks what keeps this version from being published, and publishes it with npm's proof of where it was built.
// The workflow release.yml runs it for each tag; `--dry-run` shows on any machine what it would do.

import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

import { scriptOptions } from '../test/script-options.ts'
import { problemsOf } from './problems.ts'
import type { Release } from './problems.ts'

const { values } = scriptOptions(import.meta.url, {
  options: { 'dry-run': { type: 'boolean' }, first: { type: 'boolean' } },
})
const isWorkflow = process.env['ACTIONS_ID_TOKEN_REQUEST_URL'] !== undefined

const textOf = (file: string) => readFileSync(new URL(`../${file}`, import.meta.url), 'utf8')
const manifest = JSON.parse(textOf('package.json')) as Release['manifest']

const problems = [
  ...problemsOf({
    manifest,
    tag: tagOfCommit(),
    changelog: textOf('CHANGELOG.md'),
    workflowRepository: isWorkflow ? process.env['GITHUB_REPOSITORY'] : undefined,
    published: publishedAs(manifest.name),
  }),
  ...(isWorkflow || values['dry-run'] || values.first
    ? []
    : [
        'this is no workflow, and only one can prove where a package was built: git push --follow-tags starts it (npm lets a package name its workflow once it exists: publish the very first version with --first)',
      ]),
]
for (const problem of problems) console.error(problem)
if (problems.length > 0 && !values['dry-run']) process.exit(1)
const { status } = spawnSync(
  'npm',
  [
    'publish',
    '--access',
    'public',
    ...(isWorkflow ? ['--provenance'] : []),
    ...(values['dry-run'] ? ['--dry-run'] : []),
  ],
  { stdio: 'inherit' },
)
process.exitCode = problems.length > 0 ? 1 : (status ?? 1)

function tagOfCommit(): string | undefined {
  try {
    return execFileSync('git', ['describe', '--tags', '--exact-match'], { encoding: 'utf8', stdio: 'pipe' }).trim()
  } catch {
    return undefined
  }
}

function publishedAs(name: string): Release['published'] {
  const { stdout } = spawnSync('npm', ['view', name, 'repository', 'versions', '--json'], { encoding: 'utf8' })
  let answer: { error?: { code?: string; summary?: string }; repository?: unknown; versions?: string | string[] }
  try {
    answer = JSON.parse(stdout) as typeof answer
  } catch {
    answer = { error: { summary: 'npm view printed no JSON' } }
  }
  if (answer.error?.code === 'E404') return undefined
  if (answer.error) {
    console.error(`npm: could not be asked for the name '${name}': ${answer.error.summary}`)
    process.exit(1)
  }
  return { repository: answer.repository, versions: [answer.versions ?? []].flat() }
}
