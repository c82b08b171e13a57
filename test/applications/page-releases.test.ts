// Releases on the statistics page in a real browser: what a canary's whole life takes is done with the buttons of their lines, each asks
// first, and axe finds nothing serious.

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { freePort } from '../free-ports.ts'
import { startLimpet, startOrigins } from '../e2e/harness.ts'
import { openStats, seriousProblems, shoot, startBrowser } from './stats-browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser.close())

/** r1 is current, r2 could be, and r3 has a server that is down. */
async function serve(): Promise<string> {
  const origins = await startOrigins(2)
  const { url } = await startLimpet({
    backends: [
      {
        name: 'app',
        releases: { list: ['r1', 'r2', 'r3'], current: 'r1' },
        check: { uri: '/health', inter: '300ms', fall: 2, timeout: '30s' },
        servers: [
          { name: 'a1', release: 'r1', url: origins[0]!.url },
          { name: 'b1', release: 'r2', url: origins[1]!.url },
          { name: 'c1', release: 'r3', url: `http://127.0.0.1:${await freePort()}` },
        ],
      },
    ],
  })
  return url
}

const lineOf = (page: Page, release: string) => page.locator(`[id="release-app/${release}"]`)

/** Waits until the line of a release says so. */
const shows = (page: Page, release: string, text: RegExp) => lineOf(page, release).filter({ hasText: text }).waitFor()

/** Clicks and answers the question, which is returned. */
async function click(page: Page, release: string, button: string, answer: 'accept' | 'dismiss'): Promise<string> {
  const asked = page.waitForEvent('dialog')
  const clicked = lineOf(page, release).getByRole('button', { name: button, exact: true }).click()
  const dialog = await asked
  await dialog[answer]()
  await clicked
  return dialog.message()
}

const setShare = (page: Page, release: string, share: string) => lineOf(page, release).getByLabel('Share').fill(share)

describe('releases on the statistics page', () => {
  it('starts a canary, changes its share, promotes it, and aborts the next one, each by a click and after asking', async () => {
    const page = await openStats(browser, await serve())
    await shows(page, 'r1', /r1\s+current 100 %/)
    expect(await lineOf(page, 'r1').getByRole('button').count()).toBe(0)
    await setShare(page, 'r2', '25')
    expect(await click(page, 'r2', 'Start', 'dismiss')).toMatch(/^Start r2 of app as a canary\?/)
    await shows(page, 'r2', /r2\s+new/)
    // What was typed is still there.
    await click(page, 'r2', 'Start', 'accept')
    await shows(page, 'r2', /r2\s+canary 25 %, since .* by ann/)
    expect(page.url()).toMatch(/;st=DONE$/)
    await shows(page, 'r1', /r1\s+current 75 %/)

    await setShare(page, 'r2', '29')
    expect(await click(page, 'r2', 'Set', 'accept')).toMatch(/^Change the share of r2 of app\?/)
    await shows(page, 'r2', /r2\s+canary 29 %/)
    // Not 28.999999999999996, which is 100 times 0.29.
    expect(await lineOf(page, 'r2').getByLabel('Share').inputValue()).toBe('29')
    await shoot(page, 'releases')

    expect(await click(page, 'r2', 'Promote', 'accept')).toMatch(/^Make r2 of app current\? .* r1 is kept/)
    await shows(page, 'r2', /r2\s+current 100 %/)
    await shows(page, 'r1', /r1\s+kept, .* until /)

    await click(page, 'r1', 'Start', 'accept')
    await shows(page, 'r1', /r1\s+canary 10 %/)
    expect(await click(page, 'r1', 'Abort', 'accept')).toMatch(/^Abort r1 of app\? .* go back to r2/)
    await shows(page, 'r1', /r1\s+aborted/)
    expect(await click(page, 'r1', 'End', 'accept')).toMatch(/^End r1 of app\?/)
    await shows(page, 'r1', /r1\s+ended/)
  })

  it('keeps what is typed while the page refreshes itself, and a share that is none is not sent', async () => {
    const page = await openStats(browser, await serve())
    await setShare(page, 'r2', '12.5')
    const age = page.getByText(/^[3-9] s old, refreshed/)
    await age.waitFor()
    await age.waitFor({ state: 'hidden' })
    expect(await lineOf(page, 'r2').getByLabel('Share').inputValue()).toBe('12.5')
    await setShare(page, 'r2', '101')
    await lineOf(page, 'r2').getByRole('button', { name: 'Start' }).click()
    expect(await page.evaluate(`document.activeElement.validity.rangeOverflow`)).toBe(true)
    await shows(page, 'r2', /r2\s+new/)
  })

  it.each([
    ['with JavaScript', {}],
    ['without JavaScript', { javaScriptEnabled: false }],
  ])('says why a release without servers is not started, and starts it all the same: %s', async (_, options) => {
    const url = await serve()
    const page = await openStats(browser, url, options)
    page.on('dialog', (dialog) => void dialog.accept())
    await page.locator('tr', { hasText: 'c1' }).locator('.state.down').waitFor()
    await setShare(page, 'r3', '5')
    await lineOf(page, 'r3').getByRole('button', { name: 'Start' }).click()
    await page.getByRole('alert').filter({ hasText: '0 of 1 servers of app/r3 take new clients' }).waitFor()
    await shows(page, 'r3', /r3\s+new/)
    await page.getByRole('button', { name: 'Do it all the same' }).click()
    await shows(page, 'r3', /r3\s+canary 5 %/)
  })

  it.each([
    ['light', { colorScheme: 'light' as const }],
    ['dark', { colorScheme: 'dark' as const }],
    ['phone', { colorScheme: 'light' as const, viewport: { width: 390, height: 844 } }],
  ])('has nothing that axe calls serious: %s', async (name, options) => {
    const page = await openStats(browser, await serve(), { ...options, bypassCSP: true })
    await click(page, 'r2', 'Start', 'accept')
    await shows(page, 'r2', /r2\s+canary/)
    expect(await seriousProblems(page)).toEqual([])
    // Nothing but the table itself is wider than the screen.
    expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(
      true,
    )
    await shoot(page, `releases-${name}`)
  })
})
