// The steps of docs/deploying.md for `wrangler dev`, in a fresh copy of the repository, with servers on this machine behind it.

import { once } from 'node:events'
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { freshCopy, type } from './fresh-copy.ts'
import { exchange, until } from './harness.ts'

const PAGE = readFileSync(new URL('../../docs/deploying.md', import.meta.url), 'utf8')
const [, START, USE] =
  /### First on your machine, under `wrangler dev`[^]+?```sh\n([^]+?)```[^]+?```sh\n([^]+?)```/.exec(PAGE)!
const URL_ON_PAGE = 'http://localhost:8787'

/** Answers 304 as Express does. */
async function startOrigin(name: string): Promise<number> {
  const server = createServer(({ headers }, response) => {
    const isFresh = headers['if-none-match'] === '"v1"' && !/no-cache/.test(headers['cache-control'] ?? '')
    response.writeHead(isFresh ? 304 : 200, { etag: '"v1"', 'x-name': name }).end(isFresh ? undefined : 'the page')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void (server.close(), server.closeAllConnections()))
  return (server.address() as AddressInfo).port
}

/** With two servers of this machine in its configuration. */
async function configuredCopy(): Promise<string> {
  const directory = freshCopy()
  const [a, b] = [await startOrigin('s1'), await startOrigin('s2')]
  writeFileSync(
    join(directory, 'limpet.config.ts'),
    `import { defineConfig } from './src/config-entry.ts'
export default defineConfig({
  backends: [{
    name: 'app', cookie: { name: 'SERVERID' }, check: { inter: '500ms' },
    servers: [{ name: 's1', url: 'http://127.0.0.1:${a}' }, { name: 's2', url: 'http://localhost:${b}' }],
  }],
})
`,
  )
  return directory
}

/** `wrangler dev` as the page starts it, on a port of its own, ready for requests. */
async function startDev(directory: string, lines: string) {
  const port = await freePort()
  const dev = type(directory, lines.replace('npx wrangler dev', `npx wrangler dev --port ${port} --inspector-port 0`))
  await until(() => dev.said().includes('Ready on'))
  return { ...dev, url: `http://localhost:${port}` }
}

it("does what the page says: a page, a cookie, 304, and the operator's commands", async () => {
  const directory = await configuredCopy()
  const { url, said } = await startDev(directory, START!)
  expect(said()).toContain('warning: app/s1.url: wrangler deploy refuses this: Cloudflare refuses to fetch')
  expect(said()).toContain('warning: app/s2.url: wrangler deploy refuses this: is this machine')

  const first = await exchange(url)
  expect(first).toMatchObject({ status: 200, body: 'the page' })
  const cookie = String(first.headers['set-cookie']).split(';')[0]!
  expect(cookie).toMatch(/^SERVERID=[\w-]{34}$/)
  for (let i = 0; i < 4; i++) {
    const again = await exchange(url, { headers: { cookie, 'if-none-match': '"v1"' } })
    expect(again).toMatchObject({ status: 304, headers: { 'x-name': first.headers['x-name'] } })
  }

  const using = type(directory, USE!.replaceAll(URL_ON_PAGE, url))
  await using.ended
  expect(using.said()).toContain('HTTP/1.1 200 OK')
  expect(using.said()).toMatch(/app\/s1 +ready +UP[^]+app\/s2 +ready +UP/)
})

it('builds again when the configuration changes, and goes on when it has an error', async () => {
  const directory = await configuredCopy()
  const { url, said } = await startDev(directory, START!)
  expect((await exchange(url)).status).toBe(200)
  expect(said()).toContain('limpet.config.ts: built into .limpet/config.js')
  const file = join(directory, 'limpet.config.ts')
  const before = readFileSync(file, 'utf8')

  writeFileSync(file, before.replace("name: 'app',", "name: 'app', wieght: 1,"))
  await until(async () => (await exchange(url)).status === 500)
  expect(said()).toContain('error: app.wieght: unknown key')
  expect(said()).toContain('limpet.config.ts: every request is answered with 500 until this is corrected')

  const rule = '{ do: { return: { status: 418, body: "short and stout" } } }'
  writeFileSync(file, before.replace("name: 'app',", `name: 'app', rules: [${rule}],`))
  await until(async () => (await exchange(url)).status === 418)
})

it('says what to do about a token that is not read, and without a key', async () => {
  const directory = await configuredCopy()
  cpSync(join(directory, '.dev.vars.example'), join(directory, '.dev.vars'))
  appendFileSync(join(directory, '.dev.vars'), 'LIMPET_ADMIN_TOKEN=a-token-for-tests\n')
  const { url, said } = await startDev(directory, 'npx wrangler dev')
  expect(said()).toContain('.dev.vars: warning: LIMPET_ADMIN_TOKEN: wrangler dev does not read this key')
  expect((await exchange(url)).status).toBe(500)
  await until(() => said().includes('LIMPET_COOKIE_KEYS is not set'))
  expect(said()).toContain('for wrangler dev write LIMPET_COOKIE_KEYS=KEY into .dev.vars')
})
