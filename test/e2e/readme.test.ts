// README's commands as they are pasted. What needs an account is rehearsed; ports and names are this test's.

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { cookieKeysProblem } from '../../src/persistence/sealed.ts'
import { freePort } from '../free-ports.ts'
import { freshCopy, type } from './fresh-copy.ts'
import { exchange, startOrigin, until } from './harness.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
const BLOCKS = [...README.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block]) => block!)
const [TRY = '', OWN = '', DEPLOY = '', OPERATE = ''] = BLOCKS

/** The lines that no test types as they stand, and why. */
const NOT_TYPED: Readonly<Record<string, string>> = {
  'npm ci && npm start': 'npm ci would empty the node_modules that this test runs in; .ci/run begins with it',
  'npx wrangler login': 'needs an account',
  'openssl rand -base64 32 | npx wrangler secret put LIMPET_COOKIE_KEYS': 'needs an account; its left half is run',
  'npm run deploy': 'needs an account; rehearsed with --dry-run',
}

function linesOf(block: string): readonly string[] {
  return block
    .split('\n')
    .map((line) => line.replace(/ +#.*/, ''))
    .filter((line) => line !== '')
}

it('every block is run here', () => {
  expect(BLOCKS).toHaveLength(4)
  expect([...linesOf(TRY), ...linesOf(DEPLOY)]).toEqual(Object.keys(NOT_TYPED))
})

it('the demo starts, shows its page, and is operated by the commands', async () => {
  const directory = freshCopy()
  // The copy has no demo.
  const root = new URL('../..', import.meta.url).pathname
  const port = await freePort(4)
  const start = linesOf(TRY)[0]!.replace('npm ci && ', '')
  const demo = type(root, `${start} -- --listen 127.0.0.1:${port} --origin-port ${port + 1}`)
  await until(() => demo.said().includes('Ctrl-C'))
  const url = `http://127.0.0.1:${port}`
  expect((await exchange(url)).body).toContain('You are on')

  const [, token = ''] = /--admin-token=(\S+)/.exec(demo.said()) ?? []
  const lines = OPERATE.replace('https://app.example.com', url).replace('YOUR-TOKEN', token)
  expect(lines).toContain(`LIMPET_URL=${url} LIMPET_ADMIN_TOKEN=${token}\n`)
  const operating = type(directory, lines)
  expect({ status: await operating.ended, said: operating.said() }).toEqual({
    status: 0,
    said: expect.stringMatching(/app\/s1 +ready +UP[^]+app\/s1 +drain[^]+ until [^]+# pxname,svname,[^]+Name: Limpet/),
  })
  await demo.interrupt()
})

it('a haproxy.cfg is checked, served and imported', async () => {
  const directory = freshCopy()
  const [origin, port] = [await startOrigin('s1'), await freePort()]
  writeFileSync(
    join(directory, 'haproxy.cfg'),
    `defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
listen app
  bind 127.0.0.1:${port}
  cookie SERVERID insert indirect nocache
  server s1 127.0.0.1:${origin.port} cookie S1
`,
  )
  const [check = '', serve = '', load = '', ...more] = linesOf(OWN)
  expect(more).toEqual([])
  const checking = type(directory, check)
  expect({ status: await checking.ended, said: checking.said() }).toMatchObject({
    status: 0,
    said: expect.stringMatching(/haproxy\.cfg:9\S* .*server s1/),
  })
  const serving = type(directory, serve)
  await until(() => serving.said().includes(`listening on http://127.0.0.1:${port}`))
  expect(String((await exchange(`http://127.0.0.1:${port}/`)).setCookie)).toContain('SERVERID=S1')
  await serving.interrupt()
  const importing = type(directory, load)
  expect({ status: await importing.ended, said: importing.said() }).toMatchObject({ status: 0 })
  const imported = type(directory, 'npx limpet check --for cloudflare')
  expect({ status: await imported.ended, said: imported.said() }).toMatchObject({ status: 0 })
})

it('the deploy is rehearsed: a key, and all but the upload', async () => {
  const directory = freshCopy()
  const [, secret = '', deploy = ''] = linesOf(DEPLOY)
  const key = type(directory, secret.split(' | ')[0]!)
  await key.ended
  expect(cookieKeysProblem(key.said().trim())).toBeUndefined()
  const deploying = type(directory, `${deploy} -- --dry-run --outdir out`)
  expect({ status: await deploying.ended, said: deploying.said() }).toMatchObject({
    status: 0,
    said: expect.stringContaining('--dry-run: exiting now.'),
  })
  expect(existsSync(join(directory, 'out/worker.js'))).toBe(true)
  for (const command of ['login', 'secret put']) {
    expect(await type(directory, `npx wrangler ${command} --help`).ended).toBe(0)
  }
})
