// Pages that are open while an application is deployed, in a real browser: each belongs to a browser that knows nothing of the others, and
// goes one of four ways afterwards. The applications' pages have `#release`, and `#data`, `#late` and `#order` to click. What came of a
// click is added to `window.went`, unless the page's server says what it is.

import type { Browser, BrowserContext, Page } from 'playwright-core'

/** Data for another route; a script that is loaded on demand; something sent; all of it. */
const WAYS = [['data'], ['late'], ['order'], ['data', 'late', 'order']] as const
/** What `window.went` begins with: a page that was loaded anew has lost it. */
const OPENED = 'open;'
/** What a page's server says that has no session for it. */
const SESSION_LOST = 'lost;'
const OUTCOME_MS = 30_000
/** Measures nothing: a busy machine must not reach it. */
const OPENS_WITHIN_MS = 120_000
/** More at once, and a busy machine looks as a page that hangs. */
const AT_ONCE = 5

/** `reloaded`: its page was loaded anew, and has lost what it knew. `mixed`: its code has got another release's data. */
export type Outcome = 'ok' | 'reloaded' | 'mixed' | 'failed'

export interface Tabs {
  /** What was answered with 400 or more, of all pages: status and path. */
  readonly refused: readonly string[]
  /** Opens a second tab beside each. Returns the releases that these show. */
  openBeside(): Promise<readonly string[]>
  /** How the first tabs fare on their way; `ok` is as if nothing had happened. Closes all. */
  go(): Promise<Readonly<Record<Outcome, number>>>
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
    await page.goto(url, { waitUntil: until, timeout: OPENS_WITHIN_MS })
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
        const outcome = await follow(page, WAYS[i % WAYS.length]!)
        await context.close()
        return outcome
      })
      const countOf = (outcome: Outcome) => results.filter((each) => each === outcome).length
      return { ok: countOf('ok'), reloaded: countOf('reloaded'), mixed: countOf('mixed'), failed: countOf('failed') }
    },
  }
}

async function follow(page: Page, way: readonly string[]): Promise<Outcome> {
  let expected = OPENED
  for (const step of way) {
    expected += `${step};`
    let went: string | undefined
    try {
      await page.locator(`#${step}`).click({ timeout: OUTCOME_MS })
      const isOver = `window.went?.split(';').length >= ${expected.split(';').length}`
      await page.waitForFunction(`!window.went?.startsWith('${OPENED}') || ${isOver}`, undefined, {
        timeout: OUTCOME_MS,
      })
      went = await page.evaluate<string | undefined>('window.went')
    } catch {
      return 'failed'
    }
    if (went !== expected) return outcomeOf(went)
  }
  return 'ok'
}

function outcomeOf(went: string | undefined): Outcome {
  if (went?.startsWith(SESSION_LOST)) return 'failed'
  if (!went?.startsWith(OPENED)) return 'reloaded'
  return went.endsWith('mixed;') ? 'mixed' : 'failed'
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
