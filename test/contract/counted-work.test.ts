// What one request asks of its ports and of the runtime, counted: a budget that no busy machine can break. What that costs in time is
// for `npm run bench` to say. The request is the plain one: a cookie with dates, counters, no rule and no log.

import { createHook } from 'node:async_hooks'

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { toHref } from '../../src/http/target.ts'
import { NO_DATES } from '../../src/persistence/dates.ts'
import { createSealed, importCookieKeys } from '../../src/persistence/sealed.ts'
import { createPinCodec, datesOfPin } from '../../src/releases/pin.ts'
import type { RequestPorts } from '../../src/balancer/ports.ts'
import { ARRIVAL, COOKIE_KEY, holdBalancer } from '../../src/balancer/testing.ts'

const NOW_MS = 1_800_000_000_000
const NOW_S = NOW_MS / 1_000

beforeEach(() => void vi.useFakeTimers({ now: NOW_MS }))
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
})

const servers = ['s1', 's2', 's3'].map((name) => ({ name, url: `http://${name}.example` }))
const configOf = (frontend: object, hasReleases: boolean, backend: object): LimpetConfig => ({
  maxPassages: false,
  frontends: [{ name: 'www', defaultBackend: 'app', ...frontend }],
  backends: [
    {
      name: 'app',
      cookie: { name: 'SRV', maxidle: '30m', maxlife: '8h' },
      servers: hasReleases ? servers.map((server, i) => ({ ...server, release: i === 2 ? 'r2' : 'r1' })) : servers,
      ...(hasReleases ? { releases: { list: ['r1', 'r2'], current: 'r2' } } : {}),
      ...backend,
    },
  ],
})

const BROWSER = {
  host: 'www.example.com',
  accept: '*/*',
  'accept-encoding': 'gzip, deflate, br',
  'accept-language': 'en-GB,en;q=0.5',
  'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)',
}

interface Work {
  /** How often the clock is read, timers are set, URLs parsed, responses copied. */
  readonly clock: number
  readonly timers: number
  readonly urls: number
  readonly copies: number
  /** Promises, the server's and the test's own among them. */
  readonly promises: number
  /** Calls into the runtime's Headers, in order. */
  readonly headers: readonly string[]
}

/** Of a client that has come before; with releases, it has its pin, too. */
async function workOf(
  client: 'returning' | 'due' | 'new',
  frontend: object = {},
  hasReleases = false,
  backend: object = {},
): Promise<Work> {
  const sealed = await createSealed(await importCookieKeys(COOKIE_KEY), 'app', 'SRV', ['s1', 's2', 's3'])
  const lastS = client === 'returning' ? NOW_S + 3_600 : NOW_S - 300
  const value = await sealed.encode('s2', { lastS, firstS: NOW_S - 3_600 })
  const pin = hasReleases ? `; RELEASE=${await pinOfR1()}` : ''
  const cookie: object = client === 'new' ? {} : { cookie: `session=1; SRV=${value}${pin}` }
  const requestOf = () =>
    new Request('http://www.example.com/articles/1?page=2', { headers: { ...BROWSER, ...cookie } })
  const responseOf = () => new Response('served', { headers: { 'content-length': '6' } })
  const responses = Array.from({ length: servers.length + 1 }, responseOf)
  let clock = 0
  const send: RequestPorts['send'] = (_, { target }) => {
    expect(toHref(target)).toBe('http://www.example.com/articles/1?page=2')
    return Promise.resolve(responses.pop()!)
  }
  const now = () => {
    clock += 1
    return NOW_MS
  }
  const held = await holdBalancer(configOf(frontend, hasReleases, backend), { send, now })
  // Each server's cookie is sealed by now.
  for (let i = 0; i < servers.length; i++) await held.handle(requestOf(), ARRIVAL)

  const request = requestOf()
  const headers: string[] = []
  for (const name of ['append', 'delete', 'entries', 'forEach', 'get', 'getSetCookie', 'has', 'keys', 'set'] as const) {
    const own = Headers.prototype[name] as (...given: unknown[]) => unknown
    vi.spyOn(Headers.prototype, name as 'get').mockImplementation(function (this: Headers, ...given: unknown[]) {
      headers.push([name, given[0]].filter((word) => typeof word === 'string').join(' '))
      return own.apply(this, given) as string
    })
  }
  let urls = 0
  let copies = 0
  vi.stubGlobal(
    'URL',
    class extends URL {
      constructor(...given: ConstructorParameters<typeof URL>) {
        super(...given)
        urls += 1
      }
    },
  )
  vi.stubGlobal(
    'Response',
    class extends Response {
      constructor(...given: ConstructorParameters<typeof Response>) {
        super(...given)
        copies += 1
      }
    },
  )
  vi.clearAllTimers()
  let promises = 0
  const hook = createHook({ init: (_, type) => void (promises += type === 'PROMISE' ? 1 : 0) })
  clock = 0
  hook.enable()
  const response = await held.handle(request, ARRIVAL)
  hook.disable()
  expect(response.headers.getSetCookie().length).toBe(client === 'returning' ? 0 : 1)
  headers.pop()
  return { clock, timers: vi.getTimerCount(), urls, copies, promises, headers }
}

async function pinOfR1(): Promise<string> {
  const codec = await createPinCodec(await importCookieKeys(COOKIE_KEY), ['app'], 'RELEASE', ['r1', 'r2'])
  return codec.encode('r1', 7, datesOfPin({ maxidleS: 1_800, maxlifeS: 86_400 }, NO_DATES, NOW_S))
}

/** Names of headers, for what a client forged; the Host; the address; both sides of the cookie; and whether the answer has cookies. */
const ASKED = ['keys', 'get host', 'append X-Forwarded-For']
const FORWARDED = ['set x-forwarded-proto', 'set x-forwarded-host', 'set x-forwarded-port']
const RECALLED = ['get cookie', 'set cookie']
const ANSWERED = ['has set-cookie']
/** Whether shared caches may keep it, and the cookie. */
const WRITTEN = ['get cache-control', 'has expires', 'has etag', 'has last-modified', 'append set-cookie']
/** Counters: the bytes of the answer. */
const COUNTED = ['get content-length']
/** The server's answer, its judgement, the attempts, and three of waiting for them. */
const MAX_PROMISES = 6
/** The signature, three of what follows it, and those of waiting for them. */
const SEALING_PROMISES = 7

it.each([
  ['limpet.config.ts', {}, FORWARDED],
  ['haproxy.cfg', { xForwarded: false, dropForwarded: false }, []],
] as const)(
  'a client that comes back costs no copy of a response, in the profile of %s',
  async (_, frontend, added) => {
    const { promises, ...work } = await workOf('returning', frontend)
    const headers = [...ASKED, ...added, ...RECALLED, ...ANSWERED, ...COUNTED]
    expect(work).toEqual({ clock: 2, timers: 1, urls: 0, copies: 0, headers })
    expect(promises).toBeLessThanOrEqual(MAX_PROMISES)
  },
)

it.each([
  // Its cookie has dates that it shares with many, and has been sealed before.
  ['new', 2, MAX_PROMISES],
  // Its cookie has dates of its own: sealing is waited for, and the clock read again.
  ['due', 3, MAX_PROMISES + SEALING_PROMISES],
] as const)('a %s client costs one copy more, for its cookie', async (client, clock, maxPromises) => {
  const { promises, ...work } = await workOf(client)
  const recalled = client === 'new' ? RECALLED.slice(0, 1) : RECALLED
  const headers = [...ASKED, ...FORWARDED, ...recalled, ...ANSWERED, ...WRITTEN, ...COUNTED]
  expect(work).toEqual({ clock, timers: 1, urls: 0, copies: 1, headers })
  expect(promises).toBeLessThanOrEqual(maxPromises)
})

it.each([
  ['beside its cookie', {}],
  ['and no cookie', { cookie: undefined }],
])('a client whose key of a stick table the isolate knows, %s, costs no promise more', async (_, backend) => {
  const table = { stickTable: { type: 'string', size: 100, expire: '1h' }, stick: [{ on: 'req.hdr(user-agent)' }] }
  const { promises } = await workOf('returning', {}, false, { ...table, ...backend })
  expect(promises).toBeLessThanOrEqual(MAX_PROMISES)
})

/** What the request is to its release, and whether shared caches may keep an answer that other clients get from another. */
const RELEASED = [
  'get sec-fetch-dest',
  'get sec-fetch-mode',
  'get upgrade-insecure-requests',
  'has set-cookie',
  'get cache-control',
  'has expires',
  'has etag',
  'has last-modified',
]

it('a client that comes back to its release costs a few reads of headers more, and no promise', async () => {
  const { promises, ...work } = await workOf('returning', {}, true)
  const [kind, answer] = [RELEASED.slice(0, 3), RELEASED.slice(3)]
  const recalled = [...RECALLED, ...RECALLED]
  expect(work).toEqual({
    clock: 2,
    timers: 1,
    urls: 0,
    copies: 0,
    headers: [...ASKED, ...FORWARDED, ...recalled, ...kind, ...ANSWERED, ...answer, ...COUNTED],
  })
  expect(promises).toBeLessThanOrEqual(MAX_PROMISES)
})
