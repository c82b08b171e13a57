// `npm run releases:matrix`: do open pages survive a deploy? Twenty pages of an application's old release are open in Chromium when the new one
// is deployed; then each loads data for another route, loads a script on demand, sends something, or does all of it. It prints how many
// work as if nothing had happened, what became of the others, and how many requests were answered with 400 or more. Installs frameworks
// from npm: 900 MB.
//
//   --apps A,B         only applications whose name begins so
//   --tabs N           pages (20)
//   --directory DIR    where applications are installed and built, and stay; otherwise a temporary one
//   --built            they are built there already
//   --cells FILE       each outcome is added to FILE as it comes, one JSON object a line; those that it has are not run again

import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'

import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'

import { messageOf } from '../../src/errors.ts'
import { scriptOptions } from '../../test/script-options.ts'
import type { Application } from './application.ts'
import { ASTRO } from './apps/astro.ts'
import { NEXT } from './apps/next.ts'
import { NUXT } from './apps/nuxt.ts'
import { PHP } from './apps/php.ts'
import { REACT_ROUTER } from './apps/react-router.ts'
import { SVELTEKIT } from './apps/sveltekit.ts'
import { VITE } from './apps/vite.ts'
import { configOf, CASES } from './cases.ts'
import type { Case } from './cases.ts'
import { buildReleases, startLimpet, startRelease } from './processes.ts'
import { openTabs } from './tabs.ts'
import type { Outcome } from './tabs.ts'

const ALL = [NEXT, VITE, SVELTEKIT, REACT_ROUTER, NUXT, ASTRO, PHP]
const OUTCOMES: readonly Outcome[] = ['ok', 'reloaded', 'mixed', 'failed']
/** Twenty pages that hang take two minutes. */
const CELL_MS = 300_000

/** Playwright would close the browser and go on with the next cell. */
const OURS = { handleSIGINT: false, handleSIGTERM: false, handleSIGHUP: false }
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1))

type Urls = Readonly<Record<'r1' | 'r2', string>>

interface Cell {
  readonly app: string
  readonly case: string
  readonly tabs: number
  readonly outcomes: Readonly<Record<Outcome, number>>
  readonly refused: number
  readonly examples: readonly string[]
  /** Of the last minute. */
  readonly load: number
}

const { values } = scriptOptions(import.meta.url, {
  options: {
    apps: { type: 'string' },
    tabs: { type: 'string', default: '20' },
    directory: { type: 'string' },
    built: { type: 'boolean' },
    cells: { type: 'string' },
  },
})

process.exit(await main())

async function main(): Promise<number> {
  const wanted = values.apps?.toLowerCase().split(',')
  const apps = ALL.filter(({ name }) => !wanted || wanted.some((each) => name.toLowerCase().startsWith(each)))
  if (apps.length === 0 || !/^[1-9]\d*$/.test(values.tabs)) {
    console.error(`releases: --apps are names of ${ALL.map(({ name }) => name).join(', ')}; --tabs is a whole number`)
    return 2
  }
  const directory = values.directory ?? mkdtempSync(join(tmpdir(), 'limpet-releases-'))
  const cells = [...cellsBefore()]
  let failed = 0
  for (const app of apps) {
    const failures = await addCellsOf(app, join(directory, app.name), cells).catch((error: unknown) => [error])
    failed += failures.length
    for (const failure of failures) console.error(`releases: ${app.name}: ${messageOf(failure)}`)
  }
  console.log(`| | ${CASES.map(({ name }) => name).join(' | ')} |\n| --- |${' --- |'.repeat(CASES.length)}`)
  for (const app of apps) {
    const row = CASES.map(({ name }) => cells.find((each) => each.app === app.name && each.case === name))
    console.log(`| ${app.name} | ${row.map((cell) => (cell ? textOf(cell) : '-')).join(' | ')} |`)
  }
  if (values.directory === undefined) rmSync(directory, { recursive: true, force: true })
  return failed === 0 ? 0 : 1
}

function cellsBefore(): readonly Cell[] {
  if (values.cells === undefined || !existsSync(values.cells)) return []
  const lines = readFileSync(values.cells, 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => JSON.parse(line) as Cell).filter(({ tabs }) => tabs === Number(values.tabs))
}

function textOf({ outcomes, refused }: Cell): string {
  const seen = OUTCOMES.filter((each) => outcomes[each] > 0)
  return [...seen.map((each) => `${outcomes[each]} ${each}`), refused].join(', ')
}

/** Returns why cells are missing. */
async function addCellsOf(app: Application, directory: string, cells: Cell[]): Promise<readonly unknown[]> {
  const missing = CASES.filter(({ name }) => !cells.some((each) => each.app === app.name && each.case === name))
  if (missing.length === 0) return []
  if (!values.built) await buildReleases(app, directory, ['r1', 'r2'])
  const origins = [await startRelease(app, directory, 'r1'), await startRelease(app, directory, 'r2')] as const
  const failures: unknown[] = []
  for (const each of missing) {
    try {
      const cell = await runCell(app, each, { r1: origins[0].url, r2: origins[1].url })
      cells.push(cell)
      if (values.cells !== undefined) appendFileSync(values.cells, `${JSON.stringify(cell)}\n`)
      const examples = cell.examples.length > 0 ? ` (${cell.examples.join(', ')})` : ''
      console.error(`${app.name}, ${each.name}: ${textOf(cell)}${examples}`)
    } catch (error) {
      failures.push(new Error(`${each.name}: ${messageOf(error)}`))
    }
  }
  await Promise.all(origins.map((origin) => origin.end()))
  return failures
}

/** With a browser that no other cell has used. */
async function runCell(app: Application, each: Case, urls: Urls): Promise<Cell> {
  const limpet = await startLimpet(configOf(each, app, urls, 'r1'))
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'], ...OURS })
  const over = new AbortController()
  const late = async () => {
    await pass(CELL_MS, undefined, { signal: over.signal })
    throw new Error(`no outcome after ${CELL_MS / 1_000} seconds`)
  }
  try {
    return await Promise.race([late(), deployUnder(browser, limpet, app, each, urls)])
  } finally {
    over.abort()
    await browser.close()
    await limpet.end()
  }
}

async function deployUnder(
  browser: Browser,
  limpet: Awaited<ReturnType<typeof startLimpet>>,
  app: Application,
  each: Case,
  urls: Urls,
): Promise<Cell> {
  const tabs = await openTabs(browser, limpet.url, Number(values.tabs), 'r1', 'networkidle')
  if (each.isPromoted) await limpet.limpet('release', 'promote', 'app', 'r2')
  else await limpet.reload(configOf(each, app, urls, 'r2'))
  if (each.second !== undefined) {
    const shown = String(await tabs.openBeside())
    if (shown !== each.second) throw new Error(`second tabs are of '${shown}', not '${each.second}'`)
  }
  const outcomes = await tabs.go()
  return {
    app: app.name,
    case: each.name,
    tabs: Number(values.tabs),
    outcomes,
    refused: tabs.refused.length,
    examples: [...new Set(tabs.refused)].slice(0, 4),
    load: Math.round(loadavg()[0]! * 10) / 10,
  }
}
