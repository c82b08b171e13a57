// The README's steps for `wrangler dev`, in a fresh copy of the package, with servers on this machine behind it.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { exchange, temporaryDirectory, until } from './harness.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const README = readFileSync(join(ROOT, 'README.md'), 'utf8')
const [, START, USE] = /### On this machine, under `wrangler dev`[^]+?```sh\n([^]+?)```[^]+?```sh\n([^]+?)```/.exec(
  README,
)!
const README_URL = 'http://localhost:8787'

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

/** What is in the package, with a configuration of one's own. */
async function freshCopy(): Promise<string> {
  const directory = temporaryDirectory()
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'))
  const { files } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { files: string[] }
  for (const name of ['package.json', ...files.filter((each) => !each.startsWith('!'))]) {
    cpSync(join(ROOT, name), join(directory, name), { recursive: true })
  }
  const [a, b] = [await startOrigin('s1'), await startOrigin('s2')]
  writeFileSync(
    join(directory, 'limpet.config.ts'),
    `import { defineConfig } from './src/index.ts'
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

/** Runs the lines in a shell; whatever they start ends with the test. */
function run(directory: string, lines: string) {
  const { LIMPET_ADMIN_TOKEN: _, LIMPET_COOKIE_KEYS: __, CLOUDFLARE_ENV: ___, ...env } = process.env
  const shell = spawn('sh', ['-ec', lines], {
    cwd: directory,
    detached: true,
    env: { ...env, CI: '1', NO_COLOR: '1', WRANGLER_SEND_METRICS: 'false' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [shell.stdout, shell.stderr]) stream.on('data', (data: Buffer) => (said += data.toString()))
  const ended = once(shell, 'close')
  onTestFinished(async () => {
    try {
      process.kill(-shell.pid!, 'SIGKILL')
    } catch {
      // All of the group have ended.
    }
    await ended
  })
  return { said: () => said, ended }
}

/** `wrangler dev` as the README starts it, on a port of its own, ready for requests. */
async function startDev(directory: string, lines: string) {
  const port = await freePort()
  const dev = run(directory, lines.replace('npx wrangler dev', `npx wrangler dev --port ${port} --inspector-port 0`))
  await until(() => dev.said().includes('Ready on'))
  return { ...dev, url: `http://localhost:${port}` }
}

it("does what the README says: a page, a cookie, 304, and the operator's commands", async () => {
  const directory = await freshCopy()
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

  const using = run(directory, USE!.replaceAll(README_URL, url))
  await using.ended
  expect(using.said()).toContain('HTTP/1.1 200 OK')
  expect(using.said()).toMatch(/app\/s1 +ready +UP[^]+app\/s2 +ready +UP/)
})

it('says what to do about a token that is not read, and without a key', async () => {
  const directory = await freshCopy()
  cpSync(join(directory, '.dev.vars.example'), join(directory, '.dev.vars'))
  appendFileSync(join(directory, '.dev.vars'), 'LIMPET_ADMIN_TOKEN=a-token-for-tests\n')
  const { url, said } = await startDev(directory, 'npx wrangler dev')
  expect(said()).toContain('.dev.vars: warning: LIMPET_ADMIN_TOKEN: wrangler dev does not read this key')
  expect((await exchange(url)).status).toBe(500)
  await until(() => said().includes('LIMPET_COOKIE_KEYS is not set'))
  expect(said()).toContain('for wrangler dev write LIMPET_COOKIE_KEYS=KEY into .dev.vars')
})
