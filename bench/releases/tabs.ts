// Pages that are open while an application is deployed, in a real browser: each belongs to a browser that knows nothing of the others, and
// goes one of four ways afterwards. The applications' pages have `#release`, and `#data`, `#late` and `#order` to click. What came of a
// click is added to `window.went`, unless the page's server says what it is.

import type { Browser, BrowserContext, Page } from 'playwright-core'

/** Data for another route; a script that is loaded on demand; something sent; all of it. */
const WAYS = [['data'], ['late'], ['order'], ['data', 'late', 'order']] as const
/** What `window.went` begins with: a page that was loaded anew has lost it. */
const OPENED = 'open;'
const OUTCOME_MS = 30_000
/** More at once, and a busy machine looks as a page that hangs. */
const AT_ONCE = 5

export interface Tabs {
  /** What was answered with 400 or more, of all pages: status and path. */
  readonly refused: readonly string[]
  /** Opens a second tab beside each. Returns the releases that these show. */
  openBeside(): Promise<readonly string[]>
  /** How many of the first tabs go their way as if nothing had happened. Closes all. */
  go(): Promise<number>
}

/**
 * Fails if one shows another release than `release`. `until`: when a page listens to clicks; with some frameworks long after it is loaded.
 */
export async function openTabs(
  browser: Browser,
  url: string,
  count: number,
  release: string,
  until: 'load' | 'networkidle',
): Promise<Tabs> {
  const refused: string[] = []
  const open = async (context: BrowserContext) => {
    const page = await context.newPage()
    page.on('response', (response) => {
      if (response.status() >= 400) refused.push(`${response.status()} ${new URL(response.url()).pathname}`)
    })
    await page.goto(url, { waitUntil: until })
    return { page, shown: (await page.locator('#release').textContent()) ?? '' }
  }
  const tabs = await inTurns(Array.from({ length: count }), async () => {
    const context = await browser.newContext()
    const { page, shown } = await open(context)
    if (shown !== release) throw new Error(`a new page is of release '${shown}', not '${release}'`)
    await page.evaluate(`window.went ??= '${OPENED}'`)
    return { context, page }
  })
  return {
    refused,
    async openBeside() {
      const shown = await inTurns(tabs, async ({ context }) => {
        const second = await open(context)
        await second.page.close()
        return second.shown
      })
      return [...new Set(shown)]
    },
    async go() {
      const results = await inTurns(tabs, async ({ context, page }, i) => {
        const isWell = await goesWell(page, WAYS[i % WAYS.length]!)
        await context.close()
        return isWell
      })
      return results.filter(Boolean).length
    },
  }
}

async function goesWell(page: Page, way: readonly string[]): Promise<boolean> {
  let expected = OPENED
  for (const step of way) {
    expected += `${step};`
    try {
      await page.locator(`#${step}`).click({ timeout: OUTCOME_MS })
      const isOver = `window.went?.split(';').length >= ${expected.split(';').length}`
      await page.waitForFunction(`!window.went?.startsWith('${OPENED}') || ${isOver}`, undefined, {
        timeout: OUTCOME_MS,
      })
    } catch {
      return false
    }
    if ((await page.evaluate('window.went')) !== expected) return false
  }
  return true
}

async function inTurns<T, R>(all: readonly T[], work: (each: T, i: number) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  let next = 0
  const worker = async () => {
    while (next < all.length) {
      const i = next++
      results[i] = await work(all[i]!, i)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
