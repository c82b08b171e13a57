// The statistics page in a real browser: what it shows, that it keeps itself up to date, that one can drain a server with it,
// that it says so when it cannot, and that axe finds nothing serious. LIMPET_SCREENSHOTS names a directory for pictures of it.

import { setTimeout as pass } from 'node:timers/promises'

import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { freePort } from '../free-ports.ts'
import { Client, exchange, startLimpet, startOrigins } from '../e2e/harness.ts'
import { openStats, SCREENSHOTS, seriousProblems, shoot, startBrowser } from './stats-browser.ts'

let browser: Browser
beforeAll(async () => {
  browser = await startBrowser()
})
afterAll(() => browser.close())

const open = (url: string, options: Parameters<Browser['newContext']>[0] = {}) => openStats(browser, url, options)

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

const colourOf = (page: Page, selector: string) =>
  page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).color`)

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
    const box = page.getByRole('checkbox', { name: 's3' })
    await box.check()
    // A picture is worth the time that a graph needs.
    if (SCREENSHOTS) await visit(url)
    await origins[1]!.kill()
    await page.locator('tr', { hasText: 's2' }).locator('.state.down').waitFor({ timeout: 20_000 })
    await page
      .getByText('s2 UP → DOWN')
      .or(page.getByText(/app\/s2/))
      .first()
      .waitFor()
    // A ticked box does not stop it, and is still ticked, and in focus, after it.
    expect(await box.isChecked()).toBe(true)
    expect(await page.evaluate('document.activeElement.value')).toBe('s3')
    await shoot(page, 'light')
    const summary = page.locator('#summary')
    await summary.getByText('1 backend, 1 of 3 servers down').waitFor()
    await summary.getByText(/app\/s2\s+\(\d+ s, connection refused/).waitFor()
    await summary.getByRole('link', { name: 'app/s2' }).click()
    expect(await page.locator('tr:target').getByRole('rowheader').textContent()).toContain('s2')
    const row = page.locator('tr:target')
    await row.getByText(/DOWN\s+\d+ s/).waitFor()
    await row.getByText(/connection refused.*\(L4CON\) in \d+ ms/).waitFor()
    // Two checks that failed, one fall.
    expect(await row.locator('td').nth(2).textContent()).toBe('2')
    expect(await row.locator('td').nth(3).textContent()).toBe('1')
    expect(await page.title()).toMatch(/^1 server down – Limpet statistics, 127\.0\.0\.1:\d+$/)
  })

  it('turns grey under a red bar when nothing answers, and back when something does', async () => {
    const origins = await startOrigins(2)
    const port = await freePort()
    const start = () =>
      startLimpet(
        {
          frontends: [{ name: 'main', bind: `127.0.0.1:${port}`, defaultBackend: 'app' }],
          backends: [{ name: 'app', servers: origins.map(({ name, url }) => ({ name, url })) }],
        },
        { arguments: ['--drain', '0'] },
      )
    const limpet = await start()
    const page = await open(limpet.url, { bypassCSP: true })
    expect(await page.locator('#alarm').isHidden()).toBe(true)
    await page.getByText(/^\d s old, refreshed every 5 s$/).waitFor()
    const green = await colourOf(page, '.state.up')
    await page.getByRole('checkbox', { name: 's1' }).check()
    await Promise.all([limpet.stop(), origins[1]!.kill()])
    // What stood there for 17 s in green does not.
    await page.getByText(/^for 1[7-9] s: what is shown is from \d\d:\d\d:\d\dZ and may be untrue$/).waitFor()
    expect(await page.locator('#problem').textContent()).toBe('No answer')
    expect(await page.title()).toMatch(/^No answer: Limpet statistics/)
    expect(await colourOf(page, '.state.up')).not.toBe(green)
    expect(await colourOf(page, '.state.up')).toBe(await colourOf(page, '#live td'))
    expect(await seriousProblems(page)).toEqual([])
    await shoot(page, 'stale')
    page.once('dialog', (dialog) => {
      expect(dialog.message()).toMatch(/^These states are \d+ s old\. Drain s1 of app\?/)
      void dialog.dismiss()
    })
    await page.getByRole('button', { name: 'Drain' }).click()
    await start()
    await page.locator('#alarm').waitFor({ state: 'hidden' })
    expect(await colourOf(page, '.state.up')).toBe(green)
    expect(await page.getByRole('checkbox', { name: 's1' }).isChecked()).toBe(true)
  })

  it('says that refresh is off, what is asked for stays, and which deployment it is stands beside the buttons', async () => {
    const { url } = await serve()
    const page = await open(url)
    await page.goto(`${url}/.limpet/stats;norefresh`)
    await page.getByText(/^\d+ s old: refresh is off$/).waitFor()
    expect(await page.title()).toMatch(/^Paused: /)
    await page.goto(`${url}/.limpet/stats;up;st=DONE`)
    expect(await page.evaluate('document.body.dataset.uri')).toBe('/.limpet/stats;up')
    expect((await page.locator('fieldset small').textContent())!.trim()).toMatch(
      /^127\.0\.0\.1:\d+: Limpet \d+\.\d+\.\d+ on \S+, configuration [0-9a-f]{8}$/,
    )
  })

  it.each([
    ['with JavaScript', {}],
    ['without JavaScript', { javaScriptEnabled: false }],
  ])('asks, by name, before a backend is left empty: %s', async (_, options) => {
    const { url } = await serve()
    const page = await open(url, options)
    page.on('dialog', (dialog) => void dialog.accept())
    const states = () => page.locator('tr.server .state').allTextContents()
    for (const name of ['s1', 's2', 's3']) await page.getByLabel(name, { exact: true }).check()
    await page.getByRole('button', { name: 'Maint' }).click()
    await page.getByText('This leaves backend app without a server for new clients').waitFor()
    await page.getByText(/: s1, s2, s3\s+are its last/).waitFor()
    expect(await states()).toEqual(['UP', 'UP', 'UP'])
    await page.getByRole('button', { name: 'Do it all the same' }).click()
    await page.getByRole('status').filter({ hasText: 'Done.' }).waitFor()
    expect(await states()).toEqual(['MAINT', 'MAINT', 'MAINT'])
    await page.locator('#summary').getByText('1 backend (1 down), 0 of 3 servers down').waitFor()
  })

  it('sums up 54 servers of which four are down', async () => {
    const [origin] = await startOrigins(1)
    const gone = await freePort()
    const down = new Map([
      ['app', ['victim', 'app-7']],
      ['images', ['images-3']],
      ['search', ['search-2']],
    ])
    const sizes = { app: 16, api: 12, images: 12, search: 8, legacy: 6 }
    const backends = Object.entries(sizes).map(([name, size]) => {
      const names = Array.from({ length: size }, (_, i) => `${name}-${i + 1}`)
      if (name === 'app') names[3] = 'victim'
      return {
        name,
        check: { uri: '/health', inter: '500ms', fall: 2 } as const,
        servers: names.map((server) => ({
          name: server,
          url: down.get(name)?.includes(server) ? `http://127.0.0.1:${gone}` : origin!.url,
        })),
      }
    })
    const { url } = await startLimpet({ frontends: [{ name: 'www', defaultBackend: 'app' }], backends })
    for (let i = 0; i < 20; i++) await exchange(`${url}/whoami`)
    const page = await open(url, { bypassCSP: true })
    const summary = page.locator('#summary')
    await summary.getByText('5 backends, 4 of 54 servers down').waitFor()
    expect(await summary.getByRole('link').allTextContents()).toEqual([
      'app/victim',
      'app/app-7',
      'images/images-3',
      'search/search-2',
    ])
    expect(await seriousProblems(page)).toEqual([])
    await shoot(page, 'many')
  })

  it.each([
    ['with JavaScript', {}],
    ['without JavaScript', { javaScriptEnabled: false }],
    ['phone', { viewport: { width: 390, height: 844 }, bypassCSP: true }],
  ])('has the keys that come nearest to a limit: %s', async (name, options) => {
    const [origin] = await startOrigins(1)
    const { url } = await startLimpet({
      frontends: [
        {
          name: 'per_path',
          stickTable: { type: 'string', size: 1000, expire: '1m', data: ['http_req_rate(10s)'], hashKeys: false },
          rules: [
            { do: { trackSc: { sc: 0, key: 'path' } } },
            {
              if: { sample: 'sc_http_req_rate(0)', match: 'int', values: ['gt 20'] },
              do: { deny: { status: 429 } },
            },
          ],
          defaultBackend: 'app',
        },
      ],
      backends: [{ name: 'app', servers: [{ name: 's1', url: origin!.url }] }],
    })
    for (let i = 1; i <= 15; i++) for (let n = 0; n < i; n++) await exchange(`${url}/path%20${i}`)
    const page = await open(url, options)
    const table = page.getByRole('table', { name: 'per_path: highest counters' })
    await table.getByText('http_req_rate(10000), limit 20').waitFor()
    expect(await table.getByRole('rowheader').allTextContents()).toEqual(
      Array.from({ length: 10 }, (_, i) => `/path%20${15 - i}`),
    )
    expect((await table.getByRole('row').nth(1).textContent())!.replaceAll(/\s+/g, ' ').trim()).toMatch(
      / 15 (5\d s|1 min)$/,
    )
    await page.getByText(/per_path: 1[56] of 1000/).waitFor()
    if (name === 'with JavaScript') {
      for (let n = 0; n < 20; n++) await exchange(`${url}/path%209`)
      // It grows in place.
      await table.getByRole('row').nth(1).getByRole('rowheader', { name: '/path%209', exact: true }).waitFor()
    }
    if (name === 'phone') expect(await seriousProblems(page)).toEqual([])
    await shoot(page, `tables-${name.replaceAll(' ', '-')}`)
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
    expect(await seriousProblems(page)).toEqual([])
    // Nothing but the table itself is wider than the screen.
    expect(await page.evaluate('document.documentElement.scrollWidth <= document.documentElement.clientWidth')).toBe(
      true,
    )
    if (name !== 'light') await shoot(page, name)
  })
})
