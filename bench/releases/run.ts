// `npm run releases:matrix`: do open pages survive a deploy? Twenty pages of an application's old release are open in Chromium when the new one
// is deployed; then each loads data for another route, loads a script on demand, sends something, or does all of it. It prints how many
// work as if nothing had happened, and how many requests were answered with 400 or more. Installs frameworks from npm: 800 MB.
//
//   --apps A,B         only applications whose name begins so
//   --tabs N           pages (20)
//   --directory DIR    where applications are installed and built, and stay; otherwise a temporary one
//   --built            they are built there already

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

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

const ALL = [NEXT, VITE, SVELTEKIT, REACT_ROUTER, NUXT, ASTRO, PHP]

const { values } = scriptOptions(import.meta.url, {
  options: {
    apps: { type: 'string' },
    tabs: { type: 'string', default: '20' },
    directory: { type: 'string' },
    built: { type: 'boolean' },
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
  const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
  console.log(`| | ${CASES.map(({ name }) => name).join(' | ')} |\n| --- |${' --- |'.repeat(CASES.length)}`)
  let failed = 0
  for (const app of apps) {
    try {
      console.log(`| ${app.name} | ${(await rowOf(browser, app, join(directory, app.name))).join(' | ')} |`)
    } catch (error) {
      failed += 1
      console.error(`releases: ${app.name}: ${messageOf(error)}`)
    }
  }
  await browser.close()
  if (values.directory === undefined) rmSync(directory, { recursive: true, force: true })
  return failed === 0 ? 0 : 1
}

/** A cell for each case: how many pages were well, and how many requests were not. */
async function rowOf(browser: Browser, app: Application, directory: string): Promise<readonly string[]> {
  if (!values.built) await buildReleases(app, directory, ['r1', 'r2'])
  const origins = [await startRelease(app, directory, 'r1'), await startRelease(app, directory, 'r2')] as const
  const urls = { r1: origins[0].url, r2: origins[1].url }
  const row: string[] = []
  for (const each of CASES) row.push(await cellOf(browser, app, each, urls))
  await Promise.all(origins.map((origin) => origin.end()))
  return row
}

async function cellOf(
  browser: Browser,
  app: Application,
  each: Case,
  urls: { readonly r1: string; readonly r2: string },
) {
  const limpet = await startLimpet(configOf(each, app, urls, 'r1'))
  const tabs = await openTabs(browser, limpet.url, Number(values.tabs), 'r1', 'networkidle')
  if (each.isPromoted) await limpet.limpet('release', 'promote', 'app', 'r2')
  else await limpet.reload(configOf(each, app, urls, 'r2'))
  if (each.second !== undefined) {
    const shown = String(await tabs.openBeside())
    if (shown !== each.second) throw new Error(`${each.name}: second tabs are of '${shown}', not '${each.second}'`)
  }
  const ok = await tabs.go()
  await limpet.end()
  const kinds = [...new Set(tabs.refused)].slice(0, 4).join(', ')
  console.error(`${app.name}, ${each.name}: ${ok} ok, ${tabs.refused.length} refused${kinds ? ` (${kinds})` : ''}`)
  return `${ok} ok, ${tabs.refused.length}`
}
