// `npm run mutate [-- ROOM…]`: puts faults into a room, one at a time, and counts those that the room's tests do not see. All rooms of
// rooms.ts when none is named. Only what changed since the last run is run again; --force runs all. Exit status 1 when a room is below
// its threshold, 2 when there is no such room. Survivors are printed; .stryker/ROOM.html shows them where
// they stand.

import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { scriptOptions } from '../script-options.ts'
import { ROOMS } from './rooms.ts'
import { scoreOf } from './score.ts'
import type { Report } from './score.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const HERE = join(ROOT, 'test/mutate')
const WRITTEN = join(ROOT, '.stryker')

/** What the tests of all rooms need. */
const COPIED = [
  'src/**',
  'generate/**',
  'test/*.ts',
  'test/{conformance,haproxy-lines,replay,suites}/**',
  'test/mutate/*.ts',
  'package.json',
]

const { values, positionals } = scriptOptions(import.meta.url, {
  allowPositionals: true,
  options: { force: { type: 'boolean', default: false }, concurrency: { type: 'string' } },
})
const unknown = positionals.filter((name) => !(name in ROOMS))
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: no room of test/mutate/rooms.ts; there are ${Object.keys(ROOMS).join(', ')}`)
  process.exit(2)
}
const concurrency = Number(values.concurrency ?? availableParallelism())
if (!(Number.isInteger(concurrency) && concurrency > 0)) {
  console.error(`--concurrency ${values.concurrency}: a number of processes, 1 or more`)
  process.exit(2)
}

mkdirSync(WRITTEN, { recursive: true })
// Stryker brings more packages than all else together: they are installed for whoever asks.
if (!existsSync(join(HERE, 'node_modules/@stryker-mutator'))) run('npm', ['ci', '--prefix', HERE])

const names = positionals.length > 0 ? positionals : Object.keys(ROOMS)
const rows = names.map((name) => {
  const { atLeast } = ROOMS[name]!
  const score = scoreOf(mutated(name))
  return { room: name, ...score, 'at least': atLeast, is: score.percent >= atLeast ? 'reached' : 'missed' }
})
console.table(rows)
process.exit(rows.every(({ is }) => is === 'reached') ? 0 : 1)

/** What became of each mutant of a room. */
function mutated(name: string): Report {
  const written = (what: string) => join('.stryker', `${name}${what}`)
  const config = join(ROOT, written('.config.json'))
  writeFileSync(config, JSON.stringify(optionsOf(name, written)))
  run(process.execPath, [join(HERE, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', config], {
    ROOM: name,
  })
  return JSON.parse(readFileSync(join(ROOT, written('.json')), 'utf8')) as Report
}

function optionsOf(name: string, written: (what: string) => string): object {
  return {
    testRunner: 'vitest',
    plugins: [join(HERE, 'node_modules/@stryker-mutator/vitest-runner/dist/src/index.js')],
    vitest: { configFile: 'test/mutate/vitest.config.ts', related: false },
    mutate: [...ROOMS[name]!.mutates, '!src/**/*.test.ts', '!src/**/testing.ts'],
    // Words are for people: what they say is no behaviour, and what a program reads of them is written in tests as it stands.
    mutator: { excludedMutations: ['StringLiteral'] },
    ignorePatterns: ['**', ...COPIED.map((pattern) => `!${pattern}`)],
    // It wants TypeScript's programming interface to read a tsconfig, which version 7 does not have: there is none of this name.
    tsconfigFile: 'none.json',
    incremental: true,
    incrementalFile: written('.incremental.json'),
    force: values.force,
    concurrency,
    tempDirName: '.stryker/tmp',
    reporters: ['progress-append-only', 'clear-text', 'html', 'json'],
    clearTextReporter: { logTests: false, reportTests: false, reportScoreTable: false, allowColor: false },
    htmlReporter: { fileName: written('.html') },
    jsonReporter: { fileName: written('.json') },
    thresholds: { high: 100, low: ROOMS[name]!.atLeast, break: null },
    allowConsoleColors: false,
  }
}

function run(command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): void {
  const { status } = spawnSync(command, args, { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } })
  if (status !== 0) process.exit(status ?? 1)
}
