// A deploy under open pages, in a real browser: an application that Vite has built, in two releases. Without `releases` the pages break, with
// them none does. More applications, and more pages: `npm run releases:matrix`.

import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { openTabs } from '../../bench/releases/tabs.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { startServing } from '../e2e/reloading.ts'
import { startBrowser } from './stats-browser.ts'
import { startVite } from './vite-app.ts'

const TABS = 8

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser.close())

type Releases = NonNullable<LimpetConfig['backends'][number]['releases']>

interface Origins {
  readonly r1: string
  readonly r2: string
}

async function startOrigins(): Promise<Origins> {
  const r1 = await startVite('r1')
  return { r1, r2: await startVite('r2') }
}

const configOf = ({ r1, r2 }: Origins, releases: Omit<Exclude<Releases, string>, 'list'>): LimpetConfig => ({
  backends: [
    {
      name: 'app',
      releases: { list: ['r1', 'r2'], ...releases },
      servers: [
        { name: 'a1', release: 'r1', url: r1 },
        { name: 'b1', release: 'r2', url: r2 },
      ],
    },
  ],
})
const configOfOne = (url: string): LimpetConfig => ({ backends: [{ name: 'app', servers: [{ name: 's1', url }] }] })

const openPages = (url: string) => openTabs(browser, url, TABS, 'r1', 'load')

describe('pages that are open while an application of Vite is deployed', () => {
  it('break without releases, each at the first thing that it asks for', async () => {
    const { r1, r2 } = await startOrigins()
    const limpet = await startServing(configOfOne(r1), '--listen', '127.0.0.1:0')
    const tabs = await openPages(limpet.url)
    limpet.write(configOfOne(r2))
    await limpet.reload()
    expect((await tabs.go()).ok).toBe(0)
    expect(tabs.refused.some((text) => text.startsWith('404 /assets/late-'))).toBe(true)
    expect(tabs.refused).toContain('409 /api/order')
  })

  it('all work with `documents: own`, and a second tab beside each', async () => {
    const limpet = await startServing(configOf(await startOrigins(), { current: 'r1' }), '--listen', '127.0.0.1:0')
    const tabs = await openPages(limpet.url)
    await limpet.limpet('release', 'promote', 'app', 'r2')
    expect(await tabs.openBeside()).toEqual(['r1'])
    expect((await tabs.go()).ok).toBe(TABS)
    expect(tabs.refused).toEqual([])
    const newcomer = await browser.newPage()
    await newcomer.goto(limpet.url)
    expect(await newcomer.locator('#release').textContent()).toBe('r2')
    await newcomer.close()
  })

  it.each([
    ['all work with `documents: current` and the documented stamp', [{ header: 'x-deployment-id' }], TABS],
    ['only load their scripts with `documents: current` and nothing that tells tabs apart', undefined, TABS / 4],
  ])('and a second tab beside each is of the new release: %s', async (_, ids, ok) => {
    const origins = await startOrigins()
    const releasesOf = (current: string) =>
      configOf(origins, { current, documents: 'current', ...(ids ? { ids } : {}) })
    const limpet = await startServing(releasesOf('r1'), '--listen', '127.0.0.1:0')
    const tabs = await openPages(limpet.url)
    limpet.write(releasesOf('r2'))
    await limpet.reload()
    expect(await tabs.openBeside()).toEqual(['r2'])
    expect((await tabs.go()).ok).toBe(ok)
    if (ok === TABS) expect(tabs.refused).toEqual([])
    else expect(tabs.refused).toContain('409 /api/order')
  })
})
