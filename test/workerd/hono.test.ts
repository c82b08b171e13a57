// The balancer as a middleware of a Hono app, on workerd: what servers get, what clients get, and what other middlewares may do to it.

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { Hono } from 'hono'
import type { HonoRequest } from 'hono'
import { setCookie } from 'hono/cookie'
import { cors } from 'hono/cors'
import { secureHeaders } from 'hono/secure-headers'
import { beforeEach, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { limpet } from '../../src/hono.ts'

const bindings = testEnv as unknown as Required<Env>
const TOKEN = bindings.LIMPET_ADMIN_TOKEN
const { LIMPET_ADMIN_TOKEN: _, ...withoutToken } = bindings

const servers = (...names: string[]) => names.map((name) => ({ name, url: `https://${name}.example` }))

/** A new one: there is one balancer for each. */
const configOf = (more: Partial<LimpetConfig> = {}): LimpetConfig => ({
  // What is counted is sent seconds later, for which every test here would wait.
  counters: false,
  log: 'off',
  frontends: [{ name: 'www', defaultBackend: 'app' }],
  backends: [
    { name: 'app', cookie: { name: 'SERVERID' }, servers: servers('s1', 's2') },
    { name: 'api', balance: 'url_param key', servers: servers('a1', 'a2') },
  ],
  ...more,
})

/** What the servers got, and what they say. */
const got: Request[] = []
let serve: (request: Request) => Response | Promise<Response> = (request) => new Response(nameOf(request))
const nameOf = ({ url }: Request) => new URL(url).hostname.split('.')[0]!

beforeEach(() => {
  got.length = 0
  serve = (request) => new Response(nameOf(request))
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const request = new Request(input as RequestInfo, init)
    got.push(request)
    return serve(request)
  })
})

async function ask(app: Hono, path: string, init?: RequestInit, env: object = withoutToken) {
  const ctx = createExecutionContext()
  const response = await app.fetch(new Request(`https://www.example.com${path}`, init), env, ctx)
  const text = response.webSocket ? '' : await response.text()
  await waitOnExecutionContext(ctx)
  return { response, text, cookies: response.headers.getSetCookie() }
}

const cookieOf = (cookies: readonly string[]) => cookies.find((cookie) => cookie.startsWith('SERVERID='))?.split(';')[0]

it('takes the requests of its route, with the prefix, and leaves the others to the app', async () => {
  const app = new Hono().use('/app/*', limpet(configOf())).get('/', (c) => c.text('home'))
  const first = await ask(app, '/app/a/../b?c=d')
  expect(got[0]!.url).toBe(`https://${first.text}.example/app/b?c=d`)
  const cookie = cookieOf(first.cookies)!
  for (let i = 0; i < 3; i++) expect((await ask(app, '/app/', { headers: { cookie } })).text).toBe(first.text)
  expect((await ask(app, '/')).text).toBe('home')
  expect((await ask(app, '/elsewhere')).response.status).toBe(404)
  expect(got).toHaveLength(4)
})

// Cloudflare resolves them unless a zone says otherwise ("Normalize incoming URLs"); routers read what came.
it.each([
  '/app/../admin',
  '/app/%2E%2e/admin',
  '/app/..\\admin',
  '/app\\..\\admin',
  '/app/a/../b',
  '/app/.',
  '/app/..?a',
])('refuses %s, for which the app has chosen a route by a path that the server would not get', async (path) => {
  const app = new Hono().all('/admin/*', (c) => c.text('members only', 403)).use(limpet(configOf()))
  const request = new Request('https://www.example.com/')
  Object.defineProperty(request, 'url', { value: `https://www.example.com${path}` })
  const ctx = createExecutionContext()
  expect((await app.fetch(request, bindings, ctx)).status).toBe(400)
  expect(got).toEqual([])
})

it('sends HEAD and bodies as they came', async () => {
  serve = async (request) => new Response(`${request.method} ${await request.text()}`)
  const app = new Hono().use(limpet(configOf()))
  await ask(app, '/', { method: 'HEAD' })
  expect(got[0]!.method).toBe('HEAD')
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  const writer = writable.getWriter()
  const asking = ask(app, '/', { method: 'POST', body: readable })
  for (const part of ['in ', 'two parts']) await writer.write(new TextEncoder().encode(part))
  await writer.close()
  expect((await asking).text).toBe('POST in two parts')
})

const FORM = 'application/x-www-form-urlencoded'
const MULTIPART = 'multipart/form-data; boundary=x'
const PARTS = '--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\ngood\r\n--x--\r\n'

it.each<[string, string, string, (request: HonoRequest) => Promise<{ csrf?: unknown }>]>([
  ['parseBody', FORM, 'csrf=good&a=b+c%20d', (request) => request.parseBody()],
  ['parseBody', MULTIPART, PARTS, (request) => request.parseBody()],
  ['json', 'application/json', '{ "csrf" : "good" }', (request) => request.json()],
  ['text', FORM, 'csrf=good', async (request) => ({ csrf: (await request.text()).slice(5) })],
])('sends a body that a middleware has read before as it came: %s, %s', async (_name, type, sent, read) => {
  serve = async (request) => new Response(`${request.headers.get('content-type')} ${await request.text()}`)
  const app = new Hono()
    .use(async (c, next) => ((await read(c.req)).csrf === 'good' ? next() : c.text('no', 403)))
    .use(limpet(configOf()))
  const post = (body: string) => ask(app, '/', { method: 'POST', headers: { 'content-type': type }, body })
  expect((await post(sent)).text).toBe(`${type} ${sent}`)
  expect((await post(sent.replace('good', 'bad'))).text).toBe('no')
})

it('is bound to a backend, with all else that the frontend says', async () => {
  const rules = [{ if: { pathEnd: '/secret' }, do: { deny: { status: 403 } } }]
  const config = configOf({ frontends: [{ name: 'www', rules, defaultBackend: 'app' }] })
  const app = new Hono().use('/api/*', limpet(config, { backend: 'api' })).use('/app/*', limpet(config))
  const { text, cookies } = await ask(app, '/api/?key=one')
  expect(text).toMatch(/^a[12]$/)
  expect(cookies).toEqual([])
  for (let i = 0; i < 3; i++) expect((await ask(app, '/api/?key=one')).text).toBe(text)
  expect((await ask(app, '/app/')).text).toMatch(/^s[12]$/)
  expect((await ask(app, '/api/secret')).response.status).toBe(403)
})

it('throws where it is made when there is no such backend', () => {
  expect(() => limpet(configOf(), { backend: 'apo' })).toThrow(
    "a route is bound to backend 'apo', which does not exist; there are: 'app', 'api'",
  )
})

it('answers 500 when it is found out with the first request, since env was not complete before', async () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined)
  const source = (env: Record<string, unknown>) => configOf({ admin: { path: (env['LATER'] as string).trim() } })
  const app = new Hono().use('/a', limpet(source, { backend: 'apo' })).use('/b', limpet(source))
  const env = { ...withoutToken, LATER: '/.limpet' }
  expect((await ask(app, '/a', undefined, env)).response.status).toBe(500)
  expect((await ask(app, '/b', undefined, env)).response.status).toBe(500)
  expect(console.error).toHaveBeenCalledWith(expect.stringContaining("there are: 'app', 'api'"))
})

it.each(['before', 'after'])(
  'is one balancer for each configuration, with that of createLimpet %s it',
  async (when) => {
    const config = configOf()
    const before = when === 'before' ? createLimpet(config) : undefined
    const app = new Hono().use('/a', limpet(config)).use('/b', limpet(config))
    const { fetch } = before ?? createLimpet(config)
    app.use('/c', (c) => fetch(c.req.raw, c.env as Env, c.executionCtx))
    // Each goes on with roundrobin where another has left it; sooner or later two balancers would begin with the same server.
    for (let i = 0; i < 4; i++) {
      const turns = [(await ask(app, '/a')).text, (await ask(app, '/b')).text, (await ask(app, '/c')).text]
      expect(turns[1]).not.toBe(turns[0])
      expect(turns[2]).toBe(turns[0])
      await ask(app, '/a')
    }
    expect(createLimpet(config).fetch).not.toBe(fetch)
  },
)

it("serves the operator's paths where they are routed, and leaves them to the app until there is a token", async () => {
  const config = configOf()
  const app = new Hono()
    .use('/.limpet/*', limpet(config))
    .use('/app/*', limpet(config))
    .get('/.limpet/health', (c) => c.text('the app'))
  const headers = { authorization: `Bearer ${TOKEN}` }
  expect((await ask(app, '/.limpet/health')).text).toBe('the app')
  expect((await ask(app, '/.limpet/servers', { headers })).response.status).toBe(404)
  expect(got).toEqual([])
  const listed = await ask(app, '/.limpet/servers', { headers }, bindings)
  expect(listed.text).toContain('"backend":"api"')
  expect((await ask(app, '/.limpet/servers', {}, bindings)).response.status).toBe(401)
})

it("lets later middlewares change a response that is the server's own", async () => {
  // Headers of a redirect, as those of every response of fetch, cannot be changed.
  serve = () => Response.redirect('https://www.example.com/next', 302)
  const config = configOf()
  const app = new Hono()
    .use(secureHeaders())
    // It makes a response before there is one.
    .use('/app', cors({ origin: 'https://other.example' }))
    .use(async (c, next) => {
      await next()
      c.res.headers.append('set-cookie', 'late=1')
      c.header('X-Late', 'yes')
    })
    .use('/app', limpet(config))
    .use('/api', limpet(config, { backend: 'api' }))
  for (const [path, ...names] of [
    ['/app', 'SERVERID', 'late'],
    ['/api', 'late'],
  ] as const) {
    const { response, cookies } = await ask(app, path, { headers: { origin: 'https://other.example' } })
    expect(response.status).toBe(302)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'x-late': 'yes',
      'x-frame-options': 'SAMEORIGIN',
      location: 'https://www.example.com/next',
    })
    expect(response.headers.get('access-control-allow-origin')).toBe(path === '/app' ? 'https://other.example' : null)
    expect(cookies.map((cookie) => cookie.split('=')[0])).toEqual(names)
  }
})

it('keeps its cookie and those of the server beside one that an earlier middleware has set', async () => {
  serve = () => {
    const response = new Response('ok')
    for (const cookie of ['a=1', 'b=2']) response.headers.append('set-cookie', cookie)
    return response
  }
  const app = new Hono()
    .use(async (c, next) => {
      setCookie(c, 'early', '1')
      // From here on Hono has a response, into which it puts ours.
      c.res.headers.set('x-early', 'yes')
      await next()
    })
    .use(limpet(configOf()))
  const { response, cookies } = await ask(app, '/')
  expect(cookies.map((cookie) => cookie.split('=')[0]).toSorted()).toEqual(['SERVERID', 'a', 'b', 'early'])
  expect(response.headers.get('x-early')).toBe('yes')
})

it('passes a WebSocket on, also behind middlewares that change the response', async () => {
  serve = () => {
    const [client, server] = Object.values(new WebSocketPair()) as [WebSocket, WebSocket]
    server.accept()
    server.addEventListener('message', ({ data }) => server.send(`echo ${String(data)}`))
    return new Response(null, { status: 101, webSocket: client })
  }
  const config = configOf()
  const app = new Hono().use('/behind/*', cors(), secureHeaders()).use(limpet(config))
  for (const path of ['/', '/behind/']) {
    const { response, cookies } = await ask(app, path, { headers: { upgrade: 'websocket' } })
    expect(response.status).toBe(101)
    expect(cookieOf(cookies)).toBeDefined()
    const socket = response.webSocket!
    socket.accept()
    const heard = new Promise((resolve) => socket.addEventListener('message', ({ data }) => resolve(data)))
    socket.send('hello')
    expect(await heard).toBe('echo hello')
    socket.close()
  }
})

it('hands compressed bytes on as they are', async () => {
  const zipped = await new Response(
    new Blob(['text']).stream().pipeThrough(new CompressionStream('gzip')),
  ).arrayBuffer()
  serve = () => new Response(zipped, { headers: { 'content-encoding': 'gzip' }, encodeBody: 'manual' })
  const app = new Hono().use(secureHeaders()).use(limpet(configOf()))
  const ctx = createExecutionContext()
  const response = await app.fetch(new Request('https://www.example.com/'), withoutToken, ctx)
  expect(response.headers.get('content-encoding')).toBe('gzip')
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(new Uint8Array(zipped))
})

it('is typed for apps with bindings of their own, and for apps with none', () => {
  type Bindings = Env & { readonly OTHER: string }
  const app = new Hono<{ Bindings: Bindings }>()
    .use('/app/*', limpet(configOf()))
    .get('/', (c) => c.text(c.env.OTHER satisfies string))
  expect(new Hono().use('/app/*', limpet(configOf())).route('/sub', app).routes).toHaveLength(3)
})
