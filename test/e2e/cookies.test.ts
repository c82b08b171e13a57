// Cookies as they are on the wire: whose they are, which bytes reach an origin, and when a client gets one at all.

import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { CLI, Client, exchange, spawnServe, startLimpet, temporaryDirectory, until } from './harness.ts'

/** An origin that answers as it is told; its name is the body. */
async function startOrigin(name: string, listener?: RequestListener): Promise<{ name: string; url: string }> {
  const server = createServer((request, response) => {
    listener?.(request, response)
    // A string would take the headers with it, as UTF-8.
    response.end(Buffer.from(name))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  return { name, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

const addressOf = ({ url }: { url: string }) => url.slice('http://'.length)

it('limpet check warns of two backends of one site with one sealed cookie, for both targets', () => {
  const file = join(temporaryDirectory(), 'limpet.config.json')
  const backend = (name: string) => ({
    name,
    cookie: { name: 'SRV' },
    servers: [{ name: 's', url: `https://${name}.example` }],
  })
  const frontends = [{ name: 'www', rules: [{ paths: ['/api/*'], backend: 'api' }], defaultBackend: 'page' }]
  writeFileSync(file, JSON.stringify({ frontends, backends: [backend('page'), backend('api')] }))
  for (const target of ['serve', 'cloudflare']) {
    const said = execFileSync(process.execPath, [CLI, 'check', '--for', target, file], { encoding: 'utf8' })
    expect(said).toContain(': warning: api.cookie.name: backends[0].cookie.name is the same')
    expect(said).toContain(`0 errors, 1 warning for ${target}`)
  }
})

describe('two backends of one site with one cookie name, under --seal', () => {
  it('keep a client each, for they get names of their own; what HAProxy wrote is still read', async () => {
    const [a, b, c, d] = await Promise.all(['a', 'b', 'c', 'd'].map((name) => startOrigin(name)))
    const port = await freePort()
    const file = join(temporaryDirectory(), 'haproxy.cfg')
    const servers = (...origins: { name: string; url: string }[]) =>
      origins.map((origin, i) => `  server s${i} ${addressOf(origin)} cookie S${i}`)
    const lines = [
      'frontend www',
      `  bind 127.0.0.1:${port}`,
      '  use_backend api if { path_beg /api }',
      '  default_backend page',
      'backend page',
      '  cookie SRV insert indirect nocache',
      ...servers(a!, b!),
      'backend api',
      '  cookie SRV insert indirect nocache',
      ...servers(c!, d!),
    ]
    writeFileSync(file, lines.join('\n') + '\n')
    const serving = spawnServe([file, '--seal'])
    const [url] = await serving.listening(1)
    expect(serving.stderr()).toContain('page: its cookie is called SRV-page from now on')
    const seen = async (client: Client) => {
      const answers = []
      for (const path of ['/page', '/api', '/page', '/api', '/page', '/api']) {
        const { body, setCookie } = await client.get(url + path)
        answers.push(body + '*'.repeat(setCookie.length))
      }
      return answers.join(' ')
    }
    const client = new Client()
    expect(await seen(client)).toBe('a* c* a c a c')
    expect([...client.cookies.keys()]).toEqual(['SRV-page', 'SRV-api'])
    const before = new Client()
    before.cookies.set('SRV', 'S1')
    expect(await seen(before)).toBe('b* d* b d b d')
  })
})

it('forged cookies before the good one, as a sibling domain can set them, move nobody', async () => {
  const servers = await Promise.all(['a', 'b'].map((name) => startOrigin(name)))
  const keys = { LIMPET_COOKIE_KEYS: 'a key of sixteen characters and more' }
  const config = { backends: [{ name: 'app', cookie: { name: 'SRV', maxidle: '30m' } as const, servers }] }
  const first = await startLimpet(config, { environment: keys })
  const client = new Client()
  const { body } = await client.get(first.url)
  const good = client.cookies.get('SRV')!
  // Another process has checked none of them yet.
  const second = await startLimpet(config, { environment: keys })
  for (const forge of [(i: number) => `forged${i}`, (i: number) => good.slice(0, -4) + String(i).padStart(4, '0')]) {
    const forged = Array.from({ length: 100 }, (_, i) => `SRV=${forge(i)}`).join('; ')
    for (let i = 0; i < 4; i++) {
      const answer = await exchange(second.url, { headers: { cookie: `${forged}; SRV=${good}` } })
      expect(answer.body).toBe(body)
    }
  }
  await until(() => second.log().length === 8)
  for (const line of second.log()) expect(line['verdict']).toMatch(/^V/)
})

describe('an answer that shared caches may reuse', () => {
  // As Express answers: static files for ever, pages with `public, max-age=0` beside the session that they begin.
  const express: RequestListener = (request, response) => {
    if (request.url === '/app.js') response.setHeader('cache-control', 'public, max-age=31536000, immutable')
    else if (request.url === '/shared') response.setHeader('cache-control', 'public, s-maxage=300')
    else {
      response.setHeader('cache-control', 'public, max-age=0')
      if (!request.headers.cookie?.includes('connect.sid=')) response.setHeader('set-cookie', 'connect.sid=1; Path=/')
    }
    response.setHeader('etag', '"x"')
  }

  it('reaches a new client as the origin sent it; the pages keep their clients', async () => {
    const servers = await Promise.all(['a', 'b', 'c'].map((name) => startOrigin(name, express)))
    const { url } = await startLimpet({ backends: [{ name: 'app', cookie: { name: 'SRV' }, servers }] })
    const client = new Client()
    const file = await client.get(`${url}/app.js`)
    expect(file).toMatchObject({ setCookie: [], headers: { 'cache-control': 'public, max-age=31536000, immutable' } })
    const page = await client.get(`${url}/`)
    expect([...client.cookies.keys()]).toEqual(['connect.sid', 'SRV'])
    for (const path of ['/', '/app.js', '/shared', '/']) {
      expect(await client.get(url + path)).toMatchObject({ body: page.body, setCookie: [] })
    }
    // A page with a form that a cache may give to everybody: the POST begins the session, and stays where it went.
    const other = new Client()
    expect(await other.get(`${url}/shared`)).toMatchObject({ setCookie: [] })
    const posted = await other.get(`${url}/login`, { method: 'POST', body: 'name=x' })
    expect([...other.cookies.keys()]).toEqual(['connect.sid', 'SRV'])
    for (let i = 0; i < 4; i++) expect((await other.get(`${url}/shared`)).body).toBe(posted.body)
    // Whoever has a session and lost its pin gets another even from a file.
    other.cookies.delete('SRV')
    expect((await other.get(`${url}/app.js`)).setCookie).toHaveLength(1)
  })
})

describe("other applications' cookies", () => {
  const LATIN_1 = 'name=Jos\xe9; theme=dark'

  it('reach the origin byte for byte, with a cookie line and without', async () => {
    const received: (string | undefined)[] = []
    const origin = await startOrigin('a', ({ rawHeaders }) => {
      received.push(rawHeaders[rawHeaders.findIndex((name) => name.toLowerCase() === 'cookie') + 1])
    })
    const plain = { name: 'plain', servers: [origin] }
    const pinned = { name: 'pinned', cookie: { name: 'SRV' }, servers: [origin] }
    const rules = [{ paths: ['/plain'], backend: 'plain' }]
    const limpet = await startLimpet({
      frontends: [{ name: 'www', rules, defaultBackend: 'pinned' }],
      backends: [plain, pinned],
    })
    const cookies = ['pref=lang=de, theme=dark', 'q="a, b=1"', 'c={"b":"x;y"}', 'a=1;b=2;  c=3', LATIN_1]
    for (const cookie of cookies) {
      for (const path of ['/plain', '/']) {
        await exchange(limpet.url + path, { headers: { cookie } })
        expect(received.pop()).toBe(cookie)
      }
      await exchange(`${limpet.url}/`, { headers: { cookie: `${cookie}; SRV=forged` } })
      // What cannot be read cannot be written again: our cookie stays in it.
      expect(received.pop()).toBe(cookie === LATIN_1 ? `${cookie}; SRV=forged` : cookie)
    }
    const logged = () => limpet.stderr().match(/"event":"header-left-alone"[^\n]*/g) ?? []
    await until(() => logged().length > 0)
    await exchange(`${limpet.url}/`, { headers: { cookie: `${LATIN_1}; SRV=forged` } })
    expect(logged()).toHaveLength(1)
    // Two lines reach a Worker as one; where our name shows it, they are taken apart.
    await exchange(`${limpet.url}/`, { headers: { cookie: ['a=1', 'SRV=forged', 'b=2'] } })
    expect(received.pop()).toBe('a=1; b=2')
  })

  it("leave the origin as it set them, also beside one of the balancer's name", async () => {
    const lines = ['SRV=mine; Path=/', 'name=Jos\xe9; Path=/']
    const origin = await startOrigin('a', (_, response) => response.setHeader('set-cookie', lines))
    const { url } = await startLimpet({ backends: [{ name: 'app', cookie: { name: 'SRV' }, servers: [origin] }] })
    const { rawHeaders } = await exchange(url)
    const set = rawHeaders.filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]!.toLowerCase() === 'set-cookie')
    expect(set.slice(0, 2)).toEqual(lines)
    expect(set[2]).toMatch(/^SRV=[\w-]{34}; path=\/; HttpOnly; SameSite=Lax$/)
  })
})
