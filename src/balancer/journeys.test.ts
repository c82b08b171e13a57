// Journeys of requests through a whole balancer: given servers and their states, what the client gets, which servers are asked, and what
// log and counters say. A row is a claim.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { LimpetConfig } from '../config/options/root.ts'
import type { RequestLog } from './record/request-log.ts'
import type { Counter } from '../stats/counter-names.ts'
import type { ServerState } from '../server/states.ts'
import type { TallyKey } from '../stats/tally.ts'
import { ARRIVAL, answers, hangs, holdBalancer, refuses, resets } from './testing.ts'
import type { Held, Serve } from './testing.ts'

interface Ask {
  readonly method?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

interface Journey {
  /** Over a backend `app` with s1 s2 s3, roundrobin and the readable cookie SRV. */
  readonly backend?: object
  /** Besides the backend. */
  readonly config?: object
  readonly states?: Readonly<Record<string, Partial<ServerState>>>
  readonly servers?: Readonly<Record<string, Serve>>
  /** Requests that come before, one after the other. */
  readonly before?: readonly Ask[]
  readonly ask?: Ask
  readonly onCloudflare?: boolean
  /** How long it takes at most. */
  readonly withinMs?: number
  readonly status?: number
  /** What is in the answer's body: servers answer with their names. */
  readonly body?: string
  /** `NAME=VALUE` of the first Set-Cookie; null: none. */
  readonly cookie?: string | null
  readonly headers?: Readonly<Record<string, string | null>>
  /** Servers asked by this request. */
  readonly sent?: string
  /** Headers that the last of them got. */
  readonly received?: Readonly<Record<string, string | null>>
  readonly log?: Partial<RequestLog>
  readonly counts?: Readonly<Partial<Record<TallyKey, Partial<Record<Counter, number>>>>>
  readonly reported?: readonly string[]
}

const OWN = (server: string, more: Readonly<Record<string, string>> = {}): Ask => ({
  headers: { cookie: `SRV=${server}`, ...more },
})
const POST: Ask = { method: 'POST', headers: { 'content-length': '3' }, body: 'a=1' }
const DOWN = { health: 'down' } as const
const servers = ['s1', 's2', 's3'].map((name) => ({ name, url: `http://${name}.example` }))

function configOf({ backend, config }: Journey): LimpetConfig {
  const app = { name: 'app', cookie: { name: 'SRV', format: 'haproxy' }, servers, ...backend }
  return { ...config, backends: [app, ...((config as LimpetConfig | undefined)?.backends ?? [])] } as LimpetConfig
}

async function answerOf(
  held: Held,
  { method = 'GET', url = 'http://www.example.com/', headers = {}, body }: Ask,
  onCloudflare: boolean,
) {
  const request = new Request(url, {
    method,
    headers,
    ...(body === undefined ? {} : { body: new TextEncoder().encode(body) }),
  })
  const answered: Response[] = []
  const failed: unknown[] = []
  Promise.resolve(held.handle(request, { ...ARRIVAL, onCloudflare })).then(
    (made) => answered.push(made),
    (error: unknown) => failed.push(error),
  )
  const startedMs = Date.now()
  while (answered.length + failed.length === 0) {
    await new Promise((resolve) => setImmediate(resolve))
    await vi.advanceTimersByTimeAsync(10)
    if (Date.now() - startedMs > 600_000) throw new Error('no answer within ten minutes')
  }
  const [response] = answered
  if (!response) throw failed[0]
  const text = await response.text()
  return { response, text, tookMs: Date.now() - startedMs }
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const JOURNEYS: Readonly<Record<string, Readonly<Record<string, Journey>>>> = {
  'a client without a cookie': {
    'gets the first server and its cookie': {
      status: 200,
      body: 's1',
      cookie: 'SRV=s1',
      sent: 's1',
      log: { verdict: 'NI', termination: '--', server: 's1', retries: 0, redispatches: 0 },
      counts: {
        'backend:app': { stot: 1, hrsp_2xx: 1, lbtot: 1 },
        'server:app/s1': { stot: 1, hrsp_2xx: 1, lbtot: 1 },
        'server:app/s2': { stot: 0 },
      },
    },
    'gets the next server when others came before': { before: [{}, {}], body: 's3', cookie: 'SRV=s3' },
    'gets no server that is down': { states: { 'app/s1': DOWN }, body: 's2', cookie: 'SRV=s2' },
    'gets no server in drain': { states: { 'app/s1': { admin: 'drain' } }, body: 's2' },
    'gets no server in maint': { states: { 'app/s1': { admin: 'maint' } }, body: 's2' },
    'gets no server of weight 0': { states: { 'app/s1': { weight: 0 } }, body: 's2' },
    'gets 503 when none is left': {
      states: { 'app/s1': DOWN, 'app/s2': { admin: 'drain' }, 'app/s3': { admin: 'maint' } },
      status: 503,
      cookie: null,
      sent: '',
      log: { server: null, termination: 'SC' },
      counts: { 'backend:app': { hrsp_5xx: 1, lbtot: 0 } },
    },
    'gets the backup server when no other is left': {
      backend: { servers: [...servers.slice(0, 1), { name: 'spare', url: 'http://spare.example', backup: true }] },
      states: { 'app/s1': DOWN },
      body: 'spare',
      cookie: 'SRV=spare',
    },
  },

  'a client with a cookie': {
    'stays on its server and gets no other cookie': {
      ask: OWN('s2'),
      body: 's2',
      cookie: null,
      log: { verdict: 'VN', server: 's2' },
      counts: { 'server:app/s2': { stot: 1, lbtot: 0 }, 'backend:app': { lbtot: 0, verdict_v: 1 } },
    },
    'stays on its server in drain': {
      ask: OWN('s2'),
      states: { 'app/s2': { admin: 'drain' } },
      body: 's2',
      log: { verdict: 'VN' },
    },
    'stays on its server of weight 0': { ask: OWN('s2'), states: { 'app/s2': { weight: 0 } }, body: 's2' },
    'gets another server when its own is down': {
      ask: OWN('s2'),
      states: { 'app/s2': DOWN },
      body: 's1',
      cookie: 'SRV=s1',
      log: { verdict: 'DI' },
      counts: { 'backend:app': { verdict_d: 1, lbtot: 1 } },
    },
    'gets another server when its own is in maint': {
      ask: OWN('s2'),
      states: { 'app/s2': { admin: 'maint' } },
      body: 's1',
      log: { verdict: 'DI' },
    },
    'stays on a server that is down under persist': {
      backend: { persist: true },
      ask: OWN('s2'),
      states: { 'app/s2': DOWN },
      body: 's2',
      log: { verdict: 'DN' },
    },
    'with a name that no server has is a new client': {
      ask: OWN('s9'),
      body: 's1',
      cookie: 'SRV=s1',
      log: { verdict: 'II' },
    },
    'that is empty is a new client': { ask: OWN(''), body: 's1', cookie: 'SRV=s1' },
    'keeps its other cookies, and the server does not see ours': {
      ask: { headers: { cookie: 'a=1; SRV=s2; b=2' } },
      body: 's2',
      received: { cookie: 'a=1; b=2' },
    },
    'has no Cookie header left when ours was the only one': { ask: OWN('s2'), received: { cookie: null } },
    'that other servers would read stays in the header without indirect': {
      backend: { cookie: { name: 'SRV', format: 'haproxy', indirect: false } },
      ask: OWN('s2'),
      received: { cookie: 'SRV=s2' },
    },
  },

  'the cookie': {
    'is not set on a GET under postonly': {
      backend: { cookie: { name: 'SRV', format: 'haproxy', postonly: true } },
      cookie: null,
    },
    'is set on a POST under postonly': {
      backend: { cookie: { name: 'SRV', format: 'haproxy', postonly: true } },
      ask: POST,
      cookie: 'SRV=s1',
    },
    'makes an answer that could be cached private under nocache': {
      servers: { s1: answers(200, { etag: '"1"' }, 's1') },
      cookie: 'SRV=s1',
      headers: { 'cache-control': 'private' },
    },
    'is not set beside an answer that caches may share': {
      servers: { s1: answers(200, { 'cache-control': 'public, max-age=600' }, 's1') },
      cookie: null,
      headers: { 'cache-control': 'public, max-age=600' },
    },
    'stands beside those that the server sets': {
      servers: { s1: answers(200, { 'set-cookie': 'session=1' }, 's1') },
      cookie: 'session=1',
      headers: { 'set-cookie': expect.stringMatching(/^session=1, SRV=s1;/) as string },
    },
    'of prefix mode stands before the server’s own': {
      backend: { cookie: { name: 'JSESSIONID', mode: 'prefix', format: 'haproxy' } },
      servers: { s1: answers(200, { 'set-cookie': 'JSESSIONID=abc' }, 's1') },
      cookie: 'JSESSIONID=s1~abc',
    },
    'of prefix mode is taken off before the server sees it': {
      backend: { cookie: { name: 'JSESSIONID', mode: 'prefix', format: 'haproxy' } },
      ask: { headers: { cookie: 'JSESSIONID=s2~abc' } },
      body: 's2',
      received: { cookie: 'JSESSIONID=abc' },
    },
    'of rewrite mode takes the place of the server’s value': {
      backend: { cookie: { name: 'SRV', mode: 'rewrite', format: 'haproxy' } },
      servers: { s1: answers(200, { 'set-cookie': 'SRV=x' }, 's1') },
      cookie: 'SRV=s1',
    },
    'of passive mode is never ours': {
      backend: { cookie: { name: 'SRV', mode: 'passive', format: 'haproxy' } },
      cookie: null,
    },
    'of passive mode chooses the server all the same': {
      backend: { cookie: { name: 'SRV', mode: 'passive', format: 'haproxy' } },
      ask: OWN('s3'),
      body: 's3',
    },
    'that is sealed tells no server’s name': {
      backend: { cookie: { name: 'SRV' } },
      body: 's1',
      cookie: expect.not.stringMatching(/s1/) as string,
      log: { verdict: 'NI' },
    },
    'that is sealed and forged is invalid': {
      backend: { cookie: { name: 'SRV' } },
      ask: OWN('s2'),
      body: 's1',
      log: { verdict: 'II' },
    },
  },

  'a server that refuses connections': {
    'is passed over for a new client': {
      servers: { s1: refuses },
      status: 200,
      body: 's2',
      cookie: 'SRV=s2',
      sent: 's1 s2',
      log: { server: 's2', redispatches: 1 },
      counts: { 'backend:app': { wredis: 1, econ: 0 }, 'server:app/s2': { stot: 1, hrsp_2xx: 1 } },
    },
    'loses its own clients to another': {
      servers: { s1: refuses },
      ask: OWN('s1'),
      body: 's2',
      cookie: 'SRV=s2',
      sent: 's1 s2',
    },
    'answers 503 where nothing may be retried': {
      backend: { retries: 0 },
      servers: { s1: refuses },
      status: 503,
      sent: 's1',
      log: { termination: 'SC', server: 's1' },
    },
    'is tried again, and no other, without redispatch': {
      backend: { redispatch: false, retries: 2 },
      servers: { s1: refuses },
      status: 503,
      sent: 's1 s1 s1',
      log: { retries: 2, redispatches: 0, termination: 'SC' },
    },
    'answers 503 when all refuse': {
      servers: { s1: refuses, s2: refuses, s3: refuses },
      status: 503,
      log: { termination: 'SC', retries: 3 },
    },
  },

  'a connection that is lost before the answer': {
    'is a GET’s to repeat at another server': { servers: { s1: resets }, body: 's2', sent: 's1 s2' },
    'ends a POST with 503: it may have run': {
      servers: { s1: resets },
      ask: POST,
      status: 503,
      sent: 's1',
      log: { termination: 'SC', server: 's1' },
      counts: { 'server:app/s1': { econ: 1 }, 'backend:app': { hrsp_5xx: 1 } },
    },
    'is a POST’s to repeat where the operator says so': {
      backend: { retryMethods: 'all' },
      servers: { s1: resets },
      ask: POST,
      body: 's2',
      sent: 's1 s2',
    },
  },

  'a server that does not answer': {
    'costs 504 after timeout server': {
      backend: { timeouts: { server: '3s', connect: '1s' } },
      servers: { s1: hangs },
      status: 504,
      sent: 's1',
      withinMs: 3_500,
      log: { termination: 'sH', server: 's1' },
    },
    'is left for another where retryOn says response-timeout': {
      backend: { timeouts: { server: '1s', connect: '1s' }, retryOn: ['response-timeout'] },
      servers: { s1: hangs },
      body: 's2',
      sent: 's1 s2',
    },
  },

  'an answer with an error': {
    'is passed on as it is': {
      servers: { s1: answers(500, { 'x-a': 'b' }, 'oops') },
      status: 500,
      body: 'oops',
      sent: 's1',
      headers: { 'x-a': 'b' },
      counts: { 'server:app/s1': { hrsp_5xx: 1, eresp: 0 } },
    },
    'is repeated elsewhere where retryOn names its status': {
      backend: { retryOn: [503] },
      servers: { s1: answers(503) },
      status: 200,
      body: 's2',
      sent: 's1 s2',
    },
    'of Cloudflare’s is a failed attempt there': {
      onCloudflare: true,
      servers: { s1: answers(521, { server: 'cloudflare' }) },
      body: 's2',
      sent: 's1 s2',
    },
    'of Cloudflare’s that may have been delivered is no POST’s to repeat': {
      onCloudflare: true,
      servers: { s1: answers(520, { server: 'cloudflare' }) },
      ask: POST,
      status: 503,
      sent: 's1',
    },
    'that only looks like Cloudflare’s is an answer elsewhere': {
      servers: { s1: answers(521, { server: 'cloudflare' }) },
      status: 521,
      sent: 's1',
    },
    'is reported when observe has seen its limit': {
      backend: {
        servers: [{ ...servers[0], check: { inter: '1s' }, observe: 'layer7', errorLimit: 2 }],
      },
      servers: { s1: answers(500) },
      before: [{}],
      reported: ['app/s1'],
    },
  },

  rules: {
    'deny with 403 before any server is asked': {
      config: {
        frontends: [
          { name: 'www', defaultBackend: 'app', rules: [{ if: { path: '/x' }, do: { deny: { status: 403 } } }] },
        ],
      },
      ask: { url: 'http://www.example.com/x' },
      status: 403,
      sent: '',
      log: { termination: 'PR', backend: null },
      counts: { 'frontend:www': { dreq: 1, hrsp_4xx: 1 } },
    },
    redirect: {
      config: {
        frontends: [
          {
            name: 'www',
            defaultBackend: 'app',
            rules: [{ do: { redirect: { location: 'https://new.example/', code: 301 } } }],
          },
        ],
      },
      status: 301,
      headers: { location: 'https://new.example/' },
      sent: '',
      log: { termination: 'LR' },
      counts: { 'frontend:www': { intercepted: 1, hrsp_3xx: 1 } },
    },
    'choose a backend by path': {
      config: {
        frontends: [
          { name: 'www', defaultBackend: 'app', rules: [{ if: { pathBeg: '/api/' }, do: { useBackend: 'api' } }] },
        ],
        backends: [{ name: 'api', servers: [{ name: 'a1', url: 'http://a1.example' }] }],
      },
      ask: { url: 'http://www.example.com/api/v1' },
      body: 'a1',
      log: { backend: 'api' },
    },
    'set a header that the server gets': {
      backend: { rules: [{ do: { setHeader: { name: 'X-A', value: '%[method]' } } }] },
      received: { 'x-a': 'GET' },
    },
    'change an answer’s header': {
      backend: { responseRules: [{ do: { setHeader: { name: 'X-B', value: 'c' } } }] },
      headers: { 'x-b': 'c' },
    },
    'refuse an answer with 502': {
      backend: { responseRules: [{ do: { deny: { status: 502 } } }] },
      status: 502,
      sent: 's1',
      log: { termination: 'PH' },
      counts: { 'backend:app': { dresp: 1 } },
    },
    'send a client to the server that they name': {
      backend: { useServer: [{ if: { path: '/s3' }, server: 's3' }] },
      ask: { url: 'http://www.example.com/s3' },
      body: 's3',
    },
  },

  'a frontend': {
    'that no host leads to is 404': {
      config: { frontends: [{ name: 'www', hosts: ['other.example'], defaultBackend: 'app' }] },
      status: 404,
      sent: '',
    },
    'without a backend for the request is 503': {
      config: {
        frontends: [{ name: 'www', rules: [{ if: { path: '/app' }, do: { useBackend: 'app' } }] }],
      },
      status: 503,
      sent: '',
      log: { termination: 'SC', backend: null },
    },
    'tells the server who the client is, and drops what it says of itself': {
      ask: { headers: { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-host': 'evil.example' } },
      received: { 'x-forwarded-for': '192.0.2.1', 'x-forwarded-host': 'www.example.com', 'x-forwarded-proto': 'http' },
    },
    'believes the proxies that it trusts': {
      config: { frontends: [{ name: 'www', defaultBackend: 'app', trustedProxies: ['192.0.2.0/24'] }] },
      ask: { headers: { 'x-forwarded-for': '203.0.113.9' } },
      received: { 'x-forwarded-for': '203.0.113.9, 192.0.2.1' },
      log: { client: '203.0.113.9' },
    },
  },

  'a stick table': {
    'keeps a key on its server': {
      backend: {
        cookie: undefined,
        stickTable: { type: 'string', size: 100, expire: '1h' },
        stick: [{ on: 'req.hdr(x-user)' }],
      },
      before: [{ headers: { 'x-user': 'ann' } }, { headers: { 'x-user': 'bob' } }],
      ask: { headers: { 'x-user': 'ann' } },
      body: 's1',
    },
    'gives another key another server': {
      backend: {
        cookie: undefined,
        stickTable: { type: 'string', size: 100, expire: '1h' },
        stick: [{ on: 'req.hdr(x-user)' }],
      },
      before: [{ headers: { 'x-user': 'ann' } }],
      ask: { headers: { 'x-user': 'bob' } },
      body: 's2',
    },
    'learns from an answer': {
      backend: {
        cookie: undefined,
        stickTable: { type: 'string', size: 100, expire: '1h' },
        stick: [{ match: 'req.cook(SID)' }, { storeResponse: 'res.cook(SID)' }],
      },
      servers: { s1: answers(200, { 'set-cookie': 'SID=abc' }, 's1') },
      before: [{}],
      ask: { headers: { cookie: 'SID=abc' } },
      body: 's1',
    },
    'moves a key whose server is down': {
      backend: {
        cookie: undefined,
        stickTable: { type: 'ip', size: 100, expire: '1h' },
        stick: [{ on: 'src' }],
        servers: servers.slice(0, 2),
      },
      before: [{}],
      servers: { s1: refuses },
      body: 's2',
    },
  },

  'a policy': {
    'first fills the first server': { backend: { balance: 'first' }, before: [{}, {}], body: 's1' },
    'source keeps an address on one server': {
      backend: { balance: 'source', cookie: undefined },
      before: [{}, {}, {}],
      counts: { 'backend:app': { stot: 4 } },
    },
  },
}

for (const [about, journeys] of Object.entries(JOURNEYS)) {
  describe(about, () => {
    it.each(Object.entries(journeys))('%s', async (_, journey) => {
      const { onCloudflare = false } = journey
      const held = await holdBalancer(configOf(journey), { onCloudflare })
      if (journey.states) held.setStates(journey.states)
      for (const [name, serve] of Object.entries(journey.servers ?? {})) held.servers.set(name, serve)
      for (const ask of journey.before ?? []) await answerOf(held, ask, onCloudflare)
      const before = held.sent.length
      const { response, text, tookMs } = await answerOf(held, journey.ask ?? {}, onCloudflare)
      const [cookie = null] = response.headers.getSetCookie().map((line) => line.split(';')[0]!)
      const sent = held.sent.slice(before)
      const found: Record<string, unknown> = {
        status: response.status,
        body: text,
        cookie,
        headers: Object.fromEntries(
          Object.keys(journey.headers ?? {}).map((name) => [name, response.headers.get(name)]),
        ),
        sent: sent.map(({ server }) => server).join(' '),
        received: Object.fromEntries(
          Object.keys(journey.received ?? {}).map((name) => [name, sent.at(-1)?.headers.get(name) ?? null]),
        ),
        log: held.lines.at(-1),
        counts: Object.fromEntries(
          Object.keys(journey.counts ?? {}).map((key) => [key, held.tallies.get(key as TallyKey)?.counts]),
        ),
        reported: held.reported,
      }
      const {
        backend: _b,
        config: _c,
        states: _s,
        servers: _v,
        before: _f,
        ask: _a,
        onCloudflare: _o,
        withinMs,
        ...expected
      } = journey
      expect(found).toMatchObject(expected)
      if (withinMs !== undefined) expect(tookMs).toBeLessThanOrEqual(withinMs)
    })
  })
}
