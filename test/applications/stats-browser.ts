// The statistics page in a real browser, for the tests of it. LIMPET_SCREENSHOTS names a directory for pictures.

import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'

import { TOKEN } from '../e2e/harness.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
export const { LIMPET_SCREENSHOTS: SCREENSHOTS } = process.env

/** Debian's. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
}

/** The page as the administrator `ann` sees it. */
export async function openStats(
  browser: Browser,
  url: string,
  options: Parameters<Browser['newContext']>[0] = {},
): Promise<Page> {
  const context = await browser.newContext({ httpCredentials: { username: 'ann', password: TOKEN }, ...options })
  const page = await context.newPage()
  const problems: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await page.goto(`${url}/.limpet/stats`)
  expect(problems).toEqual([])
  return page
}

export async function shoot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `stats-${name}.png`), fullPage: true })
}

/** What axe calls serious or worse. */
export async function seriousProblems(page: Page): Promise<readonly string[]> {
  await page.evaluate(AXE)
  type Result = { violations: { id: string; impact: string; nodes: { html: string }[] }[] }
  const { violations } = await page.evaluate<Result>('axe.run()')
  const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
  return serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
}
