// Two releases of an application behind `limpet serve`: two processes whose sessions and files are their own.

import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

import { expect, it, onTestFinished } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { exchange } from './harness.ts'
import { startServing } from './reloading.ts'

interface Release {
  readonly url: string
  /** Of each request, by path. */
  readonly seen: { readonly path: string; readonly headers: IncomingHttpHeaders }[]
}

const IMMUTABLE = 'public, max-age=31536000, immutable'

/** Has one script, `/assets/NAME.js`, and a page for every other path, as servers of single-page applications do. */
async function startRelease(name: string): Promise<Release> {
  const seen: Release['seen'] = []
  const server = createServer(({ url = '/', headers }, response) => {
    seen.push({ path: url, headers })
    const { pathname } = new URL(url, 'http://x')
    if (pathname === `/assets/${name}.js`)
      return response
        .writeHead(200, { 'content-type': 'text/javascript', 'cache-control': IMMUTABLE })
        .end(`file of ${name}`)
    if (headers['if-none-match'] === '"same"') return response.writeHead(304, { etag: '"same"' }).end()
    return response.writeHead(200, { 'content-type': 'text/html', etag: '"same"' }).end(`page of ${name}`)
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const NAVIGATES = { 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' }
const LOADS = { 'sec-fetch-dest': 'script', 'sec-fetch-mode': 'no-cors' }

function browser(url: string) {
  let pin: string | undefined
  return async (path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET') => {
    const cookie = pin === undefined ? {} : { cookie: `a=1; ${pin}` }
    const answer = await exchange(url + path, { method, headers: { ...cookie, ...headers } })
    const [set] = ([answer.headers['set-cookie']].flat() as (string | undefined)[]).filter(Boolean)
    if (set !== undefined) pin = set.split(';', 1)[0]
    return { ...answer, set, cacheControl: answer.headers['cache-control'] }
  }
}

it('a page keeps its release through a deploy, finds its files, and leaves at its next document', async () => {
  const [one, two] = await Promise.all([startRelease('r1'), startRelease('r2')])
  const configOf = (current: string): LimpetConfig => ({
    backends: [
      {
        name: 'app',
        releases: {
          list: ['r1', { name: 'r2', ids: 'rel-2' }],
          current,
          documents: 'current',
          ids: [{ query: 'dpl' }],
        },
        servers: [
          { name: 'a1', release: 'r1', url: one.url },
          { name: 'b1', release: 'r2', url: two.url },
        ],
      },
    ],
  })
  const limpet = await startServing(configOf('r1'), '--listen', '127.0.0.1:0')
  const tab = browser(limpet.url)
  const first = await tab('/', NAVIGATES)
  expect([first.body, first.cacheControl]).toEqual(['page of r1', 'private'])
  expect(first.set).toMatch(/^RELEASE=[\w-]{35}; path=\/; HttpOnly; SameSite=Lax$/)

  limpet.write(configOf('r2'))
  await limpet.reload()

  // The open tab: what it loads, what it sends, and what names another release.
  for (const method of ['GET', 'POST']) expect((await tab('/api', {}, method)).body).toBe('page of r1')
  const script = await tab('/assets/r1.js', LOADS)
  expect([script.body, script.cacheControl, script.set]).toEqual(['file of r1', IMMUTABLE, undefined])
  expect((await tab('/api?dpl=rel-2')).body).toBe('page of r2')
  expect(one.seen.at(-1)!.headers.cookie).toBe('a=1')

  // A new client, and a file that only the old release has.
  const other = browser(limpet.url)
  expect((await other('/', NAVIGATES)).body).toBe('page of r2')
  const rescued = await other('/assets/r1.js', LOADS)
  expect([rescued.status, rescued.body, rescued.cacheControl]).toEqual([200, 'file of r1', IMMUTABLE])
  expect((await other('/assets/r0.js', LOADS)).body).toBe('page of r2')

  // The next document is of the new release, although the browser has one with the same ETag.
  const next = await tab('/', { ...NAVIGATES, 'if-none-match': '"same"' })
  expect([next.status, next.body]).toEqual([200, 'page of r2'])
  expect((await tab('/', { ...NAVIGATES, 'if-none-match': '"same"' })).status).toBe(304)
  expect((await tab('/api')).body).toBe('page of r2')

  const lines = limpet.log().filter(({ path }) => path === '/assets/r1.js')
  expect(lines.map(({ release, releaseBy, rescuedFrom }) => [release, releaseBy, rescuedFrom])).toEqual([
    ['r1', 'pin', undefined],
    ['r2', 'pin', 'r1'],
  ])
  const explained = await exchange(`${limpet.url}/`, {
    headers: { ...NAVIGATES, 'x-limpet-debug': 'a-token-for-tests' },
  })
  expect(explained.headers['x-limpet-release']).toBe('r2; by=draw; arm=r2')
})
