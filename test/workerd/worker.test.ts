// The Worker on workerd as Cloudflare would run it: origins by fetch, the snapshot in the background, nothing stored
// on the way of a request.

import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'
import { describe, expect, it, vi } from 'vitest'

import type { Env } from '../../src/cloudflare/env.ts'
import { createLimpet } from '../../src/cloudflare/limpet.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'

const bindings = testEnv as unknown as Required<Env>
/** The Monitor publishes to SNAPSHOT whenever its alarm fires, so these tests read another namespace. */
const env: Required<Env> = { ...bindings, SNAPSHOT: bindings.STICK_KV }

const CONFIG: LimpetConfig = {
  // What is counted is sent seconds later, for which every test here would wait.
  counters: false,
  log: 'off',
  backends: [
    {
      name: 'app',
      cookie: { name: 'SERVERID', maxidle: '30m' },
      check: true,
      servers: [
        { name: 's1', url: 'https://s1.example' },
        { name: 's2', url: 'https://s2.example' },
      ],
    },
  ],
}

interface Call {
  readonly url: string
  readonly init: RequestInit
}

/** A Worker of its own, with origins that answer by `answer`, and every call to them noted. */
function workerOf(config: LimpetConfig, answer: (url: URL) => Response | Promise<Response>, workerEnv: Env = env) {
  const calls: Call[] = []
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    calls.push({ url: url.href, init: init as RequestInit })
    return answer(url)
  })
  const limpet = createLimpet(config)
  const ask = async (url: string, init?: RequestInit) => {
    const ctx = createExecutionContext()
    const request = new Request(url, { redirect: 'manual', ...init }) as Request<unknown, IncomingRequestCfProperties>
    const response = await limpet.worker.fetch!(request, workerEnv, ctx)
    const text = response.webSocket ? '' : await response.text()
    await waitOnExecutionContext(ctx)
    return { response, text }
  }
  return { ask, calls }
}

const nameOf = (url: URL) => url.hostname.split('.')[0]!

describe('a bind that only lets clients with a certificate in', () => {
  it('is not open to everybody off limpet serve, which alone asks for it', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const bind = ':443 ssl crt own.pem ca-file ca.pem verify required'
    const frontends = [{ name: 'web', bind, defaultBackend: 'app' }]
    const { ask, calls } = workerOf({ ...CONFIG, frontends }, () => new Response('in'))
    expect((await ask('https://www.example.com/')).response.status).toBe(500)
    expect(calls).toEqual([])
  })
})

/** What a namespace knows by itself. */
const IDS = { idFromName: (name: string) => ({ toString: () => name }) }

/** An env whose every binding counts what is asked of it. */
function countingEnv() {
  const operations: string[] = []
  const counted = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(object, property) {
        const value: unknown = Reflect.get(object, property)
        if (typeof value !== 'function') return value
        // Its id is computed here; the object is not asked.
        if (property === 'idFromName') return value.bind(object) as unknown
        return (...args: unknown[]) => {
          operations.push(`${name}.${String(property)}`)
          return Reflect.apply(value, object, args) as unknown
        }
      },
    })
  const wrapped: Env = { ...env, MONITOR: counted('MONITOR', env.MONITOR), SNAPSHOT: counted('SNAPSHOT', env.SNAPSHOT) }
  return { env: wrapped, operations }
}

describe('storage', () => {
  it('is not touched by requests in cookie mode: 1,000 requests, no operation', async () => {
    const { env: counting, operations } = countingEnv()
    const cacheCalls = [vi.spyOn(caches.default, 'match'), vi.spyOn(caches.default, 'put')]
    const { ask } = workerOf({ ...CONFIG, snapshotRefresh: '1h' }, (url) => new Response(nameOf(url)), counting)
    const first = await ask('https://app.example/')
    const cookie = first.response.headers.getSetCookie()[0]!.split(';')[0]!
    // The view of the servers is loaded once in each refresh interval, behind the first request's back.
    expect(operations).toEqual(['SNAPSHOT.get', 'MONITOR.getByName'])
    for (let i = 0; i < 500; i++) {
      expect((await ask('https://app.example/', { headers: { cookie } })).text).toBe(first.text)
      await ask('https://app.example/')
    }
    expect(operations).toHaveLength(2)
    for (const calls of cacheCalls) expect(calls).not.toHaveBeenCalled()
  })

  it('without KV shares the view through the Cache API', async () => {
    const { env: counting, operations } = countingEnv()
    const { SNAPSHOT: _, ...withoutKv } = counting
    const put = vi.spyOn(caches.default, 'put')
    for (let isolate = 0; isolate < 3; isolate++) {
      const { ask } = workerOf(CONFIG, (url) => new Response(nameOf(url)), withoutKv)
      await ask('https://app.example/')
    }
    expect(operations).toEqual(['MONITOR.getByName'])
    expect(put).toHaveBeenCalledTimes(1)
  })
})

describe('an unreachable Monitor', () => {
  it('costs no request: all servers count as up, and it is said once', async () => {
    const failing = {
      ...env,
      MONITOR: { ...IDS, getByName: () => ({ snapshot: () => Promise.reject(new Error('overloaded')) }) },
      SNAPSHOT: undefined,
    }
    const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    vi.spyOn(caches.default, 'match').mockResolvedValue(undefined)
    const { ask } = workerOf(
      { ...CONFIG, snapshotRefresh: '100ms' },
      (url) => new Response(nameOf(url)),
      failing as unknown as Env,
    )
    for (let i = 0; i < 5; i++) {
      expect((await ask('https://app.example/')).response.status).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 110))
    }
    expect(errors.mock.calls.filter(([line]) => String(line).includes('monitor-unreachable'))).toHaveLength(1)
  })

  it('that does not answer holds a cold request up for a moment only', async () => {
    const silent = {
      ...env,
      MONITOR: { ...IDS, getByName: () => ({ snapshot: () => new Promise(() => undefined) }) },
      SNAPSHOT: undefined,
    }
    vi.spyOn(caches.default, 'match').mockResolvedValue(undefined)
    vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response('ok'))
    const limpet = createLimpet(CONFIG)
    const ctx = createExecutionContext()
    const request = new Request('https://app.example/') as Request<unknown, IncomingRequestCfProperties>
    const response = await limpet.worker.fetch!(request, silent as unknown as Env, ctx)
    expect(response.status).toBe(200)
  })
})

/** What Cloudflare answers in place of a server, in each form that it has. */
const FORMS: readonly (readonly [string, string, Record<string, string>])[] = [
  ['text', 'error code: 521', { 'content-type': 'text/plain', 'content-length': '15' }],
  ['HTML', `<!DOCTYPE html>${'<p>Web server is down</p>'.repeat(400)}`, { 'content-type': 'text/html; charset=UTF-8' }],
  [
    'JSON',
    '{"type":"https://developers.cloudflare.com/","status":521}',
    { 'content-type': 'application/problem+json' },
  ],
  ['Markdown', '# Error 521: Web server is down', { 'content-type': 'text/markdown; charset=utf-8' }],
  ["the zone's page", '<h1>We are back soon</h1>', { 'content-type': 'text/html', 'cf-ray': '8f1-DFW' }],
]

/** Streams, as chunks without a length do; tells what became of it. */
function platformAnswer(status: number, [, text, headers]: (typeof FORMS)[number], server = 'cloudflare') {
  const fate = { pulled: 0, isCancelled: false }
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        fate.pulled += 1
        controller.enqueue(new TextEncoder().encode(text))
        controller.close()
      },
      cancel() {
        fate.isCancelled = true
      },
    },
    { highWaterMark: 0 },
  )
  return { fate, response: new Response(body, { status, headers: { ...headers, server } }) }
}

describe("Cloudflare's own 52x", () => {
  const platform = (status: number) => platformAnswer(status, FORMS[1]!).response

  describe.each(FORMS)('as %s', (...form) => {
    it.each([520, 521, 522, 523, 524, 525, 526, 530])(
      '%i is a failed attempt: another server answers a GET, and nobody reads the body',
      async (status) => {
        const fates: ReturnType<typeof platformAnswer>['fate'][] = []
        const { ask } = workerOf(CONFIG, (url) => {
          if (nameOf(url) !== 's1') return new Response('from s2')
          const { fate, response } = platformAnswer(status, form)
          fates.push(fate)
          return response
        })
        for (let i = 0; i < 4; i++) expect((await ask('https://app.example/')).text).toBe('from s2')
        expect(fates.length).toBeGreaterThan(0)
        for (const fate of fates) expect(fate).toEqual({ pulled: 0, isCancelled: true })
      },
    )
  })

  it.each([
    [520, false],
    [521, true],
    [522, false],
    [523, true],
    [524, false],
    [525, true],
    [526, true],
    [530, true],
  ])('%i lets a POST be sent to another server: %s', async (status, again) => {
    const { ask, calls } = workerOf(CONFIG, (url) =>
      nameOf(url) === 's1' ? platform(status) : new Response('from s2'),
    )
    const answers = [
      await ask('https://app.example/', { method: 'POST', body: 'order', headers: { 'content-length': '5' } }),
      await ask('https://app.example/', { method: 'POST', body: 'order', headers: { 'content-length': '5' } }),
    ]
    const statuses = answers.map(({ response }) => response.status).toSorted()
    expect(statuses).toEqual(again ? [200, 200] : [200, 503])
    // Nothing reaches the second server that the first may have had.
    expect(calls.filter(({ url }) => url.startsWith('https://s2'))).toHaveLength(again ? 2 : 1)
  })

  it('from a server that is not behind Cloudflare is passed on, body and all', async () => {
    for (const server of ['nginx', 'cloudflared']) {
      const { ask } = workerOf(CONFIG, () => platformAnswer(522, FORMS[0]!, server).response)
      const { response, text } = await ask('https://app.example/')
      expect([response.status, text]).toEqual([522, FORMS[0]![1]])
    }
  })
})

describe('502 and 504 of Cloudflare', () => {
  const behind = (via: 'tunnel' | undefined): LimpetConfig => {
    const [backend] = CONFIG.backends
    return { ...CONFIG, backends: [{ ...backend!, servers: backend!.servers.map((each) => ({ ...each, via })) }] }
  }
  const dead = (status: number) => (url: URL) =>
    nameOf(url) === 's1' ? platformAnswer(status, FORMS[1]!).response : new Response('from s2')

  it.each([502, 504])(
    '%i is a failure of a server behind a Tunnel: a GET goes elsewhere, a POST ends',
    async (status) => {
      const { ask } = workerOf(behind('tunnel'), dead(status))
      for (let i = 0; i < 4; i++) expect((await ask('https://app.example/')).text).toBe('from s2')
      const post = { method: 'POST', body: 'order', headers: { 'content-length': '5' } }
      const another = workerOf(behind('tunnel'), dead(status))
      const answers = [await another.ask('https://app.example/', post), await another.ask('https://app.example/', post)]
      expect(answers.map(({ response }) => response.status).toSorted()).toEqual([200, 503])
      expect(another.calls).toHaveLength(2)
    },
  )

  it.each([502, 504])('%i of any other server is its own answer', async (status) => {
    const { ask } = workerOf(behind(undefined), () => platformAnswer(status, FORMS[1]!).response)
    const { response, text } = await ask('https://app.example/')
    expect([response.status, text]).toEqual([status, FORMS[1]![1]])
  })
})

describe('towards origins', () => {
  it("goes to the server's name, follows nothing, caches nothing, and keeps the public name in Location", async () => {
    const { ask, calls } = workerOf(
      CONFIG,
      (url) => new Response(null, { status: 302, headers: { location: `https://${url.hostname}/next?x=1` } }),
    )
    const { response } = await ask('https://app.example/a?b=c', { headers: { 'cf-connecting-ip': '203.0.113.9' } })
    expect(calls[0]!.url).toMatch(/^https:\/\/s[12]\.example\/a\?b=c$/)
    expect(calls[0]!.init).toMatchObject({
      redirect: 'manual',
      cf: { cacheTtlByStatus: { '100-599': -1 } },
    })
    // It would add headers that the client did not send.
    expect(calls[0]!.init).not.toHaveProperty('cache')
    const headers = new Headers(calls[0]!.init.headers as HeadersInit)
    expect(headers.get('x-forwarded-host')).toBe('app.example')
    expect(headers.get('x-forwarded-for')).toBe('203.0.113.9')
    expect(response.headers.get('location')).toBe('https://app.example/next?x=1')
    const elsewhere = workerOf(
      CONFIG,
      () => new Response(null, { status: 302, headers: { location: 'https://login.example/' } }),
    )
    expect((await elsewhere.ask('https://app.example/')).response.headers.get('location')).toBe(
      'https://login.example/',
    )
  })

  it("with host: 'client' asks for the public name at the server's address", async () => {
    const backend = { ...CONFIG.backends[0]!, host: 'client' as const }
    const { ask, calls } = workerOf({ ...CONFIG, backends: [backend] }, () => new Response('ok'))
    await ask('https://app.example/a')
    expect(calls[0]!.url).toBe('https://app.example/a')
    expect(calls[0]!.init).toMatchObject({
      cf: { cacheTtlByStatus: { '100-599': -1 }, resolveOverride: expect.stringMatching(/^s[12]\.example$/) as string },
    })
    expect(calls[0]!.init).not.toHaveProperty('cache')
  })
})

describe('an admin token that is too short', () => {
  it('closes the admin API, says so once, and costs the application nothing', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { ask } = workerOf(CONFIG, () => new Response('ok'), { ...env, LIMPET_ADMIN_TOKEN: 'fifteen-charact' })
    const authorization = 'Bearer fifteen-charact'
    for (const path of ['servers', 'stats', 'metrics']) {
      const { response } = await ask(`https://app.example/.limpet/${path}`, { headers: { authorization } })
      expect(response.status).toBe(503)
      expect((await ask('https://app.example/')).text).toBe('ok')
    }
    const debug = { headers: { 'x-limpet-debug': 'fifteen-charact' } }
    expect((await ask('https://app.example/', debug)).response.status).toBe(503)
    const told = errors.mock.calls.flat().filter((line) => String(line).includes('admin-closed'))
    expect(told).toHaveLength(1)
    expect(told[0]).toContain('at least 16')
    expect(told[0]).not.toContain('fifteen-charact')
  })
})

describe('without the admin API', () => {
  it('its path and its headers are the application’s, and a token that is set is logged once', async () => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { ask } = workerOf({ ...CONFIG, admin: { enabled: false } }, () => new Response('ok'))
    const headers = { authorization: `Bearer ${env.LIMPET_ADMIN_TOKEN}`, 'x-limpet-debug': env.LIMPET_ADMIN_TOKEN }
    for (const path of ['servers', 'stats', 'metrics']) {
      const { response, text } = await ask(`https://app.example/.limpet/${path}`, { headers })
      expect([response.status, text, response.headers.get('x-limpet-server')]).toEqual([200, 'ok', null])
    }
    const told = errors.mock.calls.flat().filter((line) => String(line).includes('admin-closed'))
    expect(told).toEqual([expect.stringContaining('admin.enabled is false')])
  })

  it('a statistics page stays, with its own accounts', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const stats = { uri: '/numbers', accounts: [{ name: 'ann', password: 'secret' }] }
    const frontends = [{ name: 'www', stats, defaultBackend: 'app' }]
    const { ask } = workerOf({ ...CONFIG, frontends, admin: { enabled: false } }, () => new Response('ok'))
    const statusWith = async (credentials: string) => {
      const headers = { authorization: `Basic ${btoa(credentials)}` }
      return (await ask('https://app.example/numbers', { headers })).response.status
    }
    expect(await statusWith('ann:secret')).toBe(200)
    expect(await statusWith(`x:${env.LIMPET_ADMIN_TOKEN}`)).toBe(401)
  })
})

describe('a statistics page without a password', () => {
  const config: LimpetConfig = {
    ...CONFIG,
    frontends: [{ name: 'www', stats: { uri: '/numbers', open: true, admin: true }, defaultBackend: 'app' }],
  }
  const statusOf = async (workerEnv: Required<Env>, path: string, headers: Record<string, string> = {}) => {
    const { ask, calls } = workerOf(config, () => new Response('ok'), workerEnv)
    const { response } = await ask(`https://app.example${path}`, { headers })
    return [response.status, calls.length]
  }

  it('is never open on Cloudflare, nor the application’s', async () => {
    const withoutToken = { ...env, LIMPET_ADMIN_TOKEN: '' }
    for (const path of ['/numbers', '/numbers;csv', '/numbers/x']) {
      expect(await statusOf(withoutToken, path)).toEqual([403, 0])
      expect(await statusOf(env, path)).toEqual([401, 0])
    }
    const authorization = `Basic ${btoa(`x:${env.LIMPET_ADMIN_TOKEN}`)}`
    expect(await statusOf(env, '/numbers;norefresh', { authorization })).toEqual([200, 0])
    expect(await statusOf(env, '/other')).toEqual([200, 1])
  })
})

describe('a Worker that cannot start', () => {
  it.each([
    ['without a key', CONFIG, { ...env, LIMPET_COOKIE_KEYS: undefined }, 'COOKIE_KEY_MISSING', 'openssl rand'],
    ['with a short key', CONFIG, { ...env, LIMPET_COOKIE_KEYS: 'short' }, 'COOKIE_KEY_MISSING', '16 characters'],
    ['with a broken configuration', { backends: [] } as LimpetConfig, env, 'CONFIG_INVALID', 'at least one backend'],
    ['without the Monitor', CONFIG, { ...env, MONITOR: undefined }, 'CONFIG_INVALID', 'MONITOR'],
  ])('%s answers 500, tells the log why and the client nothing', async (_, config, workerEnv, code, words) => {
    const errors = vi.spyOn(console, 'error').mockImplementation(() => undefined)
    const { ask } = workerOf(config, () => new Response('ok'), workerEnv as unknown as Env)
    const { response, text } = await ask('https://app.example/')
    expect(response.status).toBe(500)
    expect(text).not.toContain('key')
    const line: unknown = JSON.parse(errors.mock.calls.flat().join())
    expect(line).toEqual({ event: 'error', code, message: expect.stringContaining(words) as string })
  })

  it('needs no key when no cookie is sealed', async () => {
    const backend = { ...CONFIG.backends[0]!, cookie: { name: 'SERVERID', format: 'haproxy' as const } }
    const { ask } = workerOf({ ...CONFIG, backends: [backend] }, () => new Response('ok'), {
      ...env,
      LIMPET_COOKIE_KEYS: '',
    })
    expect((await ask('https://app.example/')).response.headers.getSetCookie()[0]).toMatch(
      /^SERVERID=s[12]; path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  })
})
