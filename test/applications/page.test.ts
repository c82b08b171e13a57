// The statistics page in a real browser: what it shows, that it keeps itself up to date, that one can drain a server with it,
// and that axe finds nothing serious. LIMPET_SCREENSHOTS names a directory for pictures of it.

import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'

import { chromium } from 'playwright-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { Client, exchange, startLimpet, startOrigins, TOKEN } from '../e2e/harness.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const { LIMPET_SCREENSHOTS: SCREENSHOTS } = process.env

let browser: Browser
beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] })
})
afterAll(() => browser.close())

async function open(url: string, options: Parameters<Browser['newContext']>[0] = {}): Promise<Page> {
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

async function shoot(page: Page, name: string): Promise<void> {
  if (SCREENSHOTS) await page.screenshot({ path: join(SCREENSHOTS, `stats-${name}.png`), fullPage: true })
}

async function serve(names = ['s1', 's2', 's3']) {
  const origins = await startOrigins(names.length)
  const { url } = await startLimpet({
    backends: [
      {
        name: 'app',
        cookie: { name: 'SERVERID' },
        check: { uri: '/health', inter: '300ms', fall: 2, timeout: '30s' },
        stickTable: { type: 'string', size: 1000, expire: '1h' },
        stick: [{ on: 'req.hdr(x-user)' }],
        servers: origins.map((origin, i) => ({ name: names[i]!, url: origin.url, weight: 10 * (i + 1) })),
      },
    ],
  })
  for (let i = 0; i < 30; i++) await exchange(`${url}/whoami`, { headers: { 'x-user': `user ${i % 12}` } })
  await exchange(`${url}/empty?code=404`)
  return { origins, url }
}

async function visit(url: string): Promise<void> {
  const client = new Client()
  for (let i = 0; i < 900; i++) {
    await (i % 3 === 0 ? exchange(`${url}/whoami`) : client.get(`${url}/whoami`))
    await pass(20 + 80 * Math.abs(Math.sin(i / 60)))
  }
}

describe('the statistics page', () => {
  it('shows every server, and a server that goes down without being loaded again', async () => {
    const { origins, url } = await serve()
    const page = await open(url)
    await page.getByRole('rowheader', { name: 's2' }).waitFor()
    expect(await page.locator('.state.up').count()).toBeGreaterThanOrEqual(4)
    await page.getByText(/app: 12 of 1000\s+entries: \d+ on s\d, \d+ on s\d, \d+ on s\d/).waitFor()
    // A picture is worth the time that a graph needs.
    if (SCREENSHOTS) await visit(url)
    await origins[1]!.kill()
    await page.locator('tr', { hasText: 's2' }).locator('.state.down').waitFor({ timeout: 20_000 })
    await page
      .getByText('s2 UP → DOWN')
      .or(page.getByText(/app\/s2/))
      .first()
      .waitFor()
    await shoot(page, 'light')
  })

  it('drains a server by a click, after asking', async () => {
    const { url } = await serve()
    const page = await open(url)
    await page.getByLabel('s1').check()
    page.once('dialog', (dialog) => void dialog.dismiss())
    await page.getByRole('button', { name: 'Drain' }).click()
    expect(await page.locator('tr', { hasText: 's1' }).first().locator('.state').textContent()).toBe('UP')
    page.once('dialog', (dialog) => void dialog.accept())
    await page.getByRole('button', { name: 'Drain' }).click()
    await page.getByRole('status').filter({ hasText: 'Done.' }).waitFor()
    expect(await page.locator('tr', { hasText: 's1' }).first().locator('.state').textContent()).toBe('DRAIN')
    expect(page.url()).toMatch(/;st=DONE$/)
    await page.getByText('by ann').waitFor()
  })

  it('works without JavaScript', async () => {
    const { url } = await serve()
    const page = await open(url, { javaScriptEnabled: false })
    await page.getByLabel('s3').check()
    await page.getByRole('button', { name: 'Maint' }).click()
    expect(await page.locator('tr', { hasText: 's3' }).first().locator('.state').textContent()).toBe('MAINT')
  })

  it.each([
    ['light', { colorScheme: 'light' as const }],
    ['dark', { colorScheme: 'dark' as const }],
    ['phone', { colorScheme: 'light' as const, viewport: { width: 390, height: 844 } }],
  ])('has nothing that axe calls serious: %s', async (name, options) => {
    const { url } = await serve()
    const page = await open(url, { ...options, bypassCSP: true })
    await page.evaluate(AXE)
    type Result = { violations: { id: string; impact: string; nodes: { html: string }[] }[] }
    const { violations } = await page.evaluate<Result>('axe.run()')
    const serious = violations.filter(({ impact }) => impact === 'serious' || impact === 'critical')
    expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)).toEqual([])
    // Nothing but the table itself is wider than the screen.
    expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(
      true,
    )
    if (name !== 'light') await shoot(page, name)
  })
})
