// A counter that nothing adds to tells operators 0 for ever. So requests of every kind go through whole balancers here, and every
// counter of every kind of proxy that shows it must have moved; and what a row of the table says of itself must be true.

import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'

import { COLUMNS, MODULE_COLUMNS } from '../../src/admin/columns.ts'
import { createGate } from '../../src/balancer/maxconn/frontend.ts'
import { createAdmission } from '../../src/balancer/maxconn/server.ts'
import { ARRIVAL, holdBalancer } from '../../src/balancer/testing.ts'
import type { Held, Serve } from '../../src/balancer/testing.ts'
import type { BalancerPorts } from '../../src/balancer/balancer-ports.ts'
import { configOrThrow } from '../../src/config/validate.ts'
import type { LimpetConfig } from '../../src/config/options/root.ts'
import { createLimit } from '../../src/flow/limit.ts'
import { createTableClient } from '../../src/persistence/table-client.ts'
import { createKeyOf } from '../../src/persistence/table-key.ts'
import type { NamedTable } from '../../src/balancer/persist/stick-rules.ts'
import { COUNTED_BY, COUNTER_ROWS } from '../../src/stats/counters.ts'

const SRC = fileURLToPath(new URL('../../src', import.meta.url))

const servers = ['s1', 's2', 's3'].map((name) => ({ name, url: `http://${name}.example` }))
const app = { name: 'app', servers }

/** What becomes of a request is written in its path. */
const serve: Serve = async ({ url: { pathname }, server }) => {
  const [, what, status] = pathname.split('/')
  await new Promise((resolve) => setTimeout(resolve, 20))
  switch (what) {
    case 'status':
      return unusual(Number(status))
    case 'refused':
      throw new Error('connection refused')
    case 'refused-by-s1':
      if (server === 's1') throw new Error('connection refused')
      return new Response('a')
    case 'silent':
      return new Promise<never>(() => undefined)
    case 'broken':
      return new Response(new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) }))
    case 'endless':
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) }))
    default:
      return new Response('a', { headers: { 'content-length': '1' } })
  }
}

/** One that Response does not let anybody make. */
function unusual(status: number): Response {
  return Object.defineProperty(new Response(null, { status: 200 }), 'status', { value: status })
}

interface Traffic {
  readonly config: LimpetConfig
  readonly ports?: Partial<BalancerPorts>
  /** One after the other; of a list, at once. */
  readonly asks: readonly (Ask | readonly Ask[])[]
}
interface Ask {
  readonly path?: string
  readonly cookie?: string
  readonly body?: string
  readonly hangsUp?: true
}

const LONG_AGO = 'AAAAB'
const unreachable = async () => {
  throw new Error('unreachable')
}
const onFailure = () => undefined
const now = () => Date.now()

const TABLE = { type: 'ip', size: 100 } as const

/** That nobody can reach. */
function deadTable(): NamedTable {
  const config = configOrThrow({ backends: [{ ...app, stickTable: TABLE }] }, 'serve').backends[0]!.stickTable!
  const store = { match: unreachable, claim: unreachable, store: unreachable }
  const client = createTableClient(store, config, { now, onFailure })
  return { name: 'app', storedAs: 'app', config, keyOf: createKeyOf(config, 'app'), client }
}

const TRAFFIC: readonly Traffic[] = [
  {
    config: {
      countBytes: true,
      frontends: [
        {
          name: 'www',
          hosts: ['www.example'],
          rules: [
            { if: { path: '/denied' }, do: { deny: { status: 403 } } },
            { if: { path: '/own' }, do: { return: { status: 200 } } },
          ],
          responseRules: [{ if: { sample: 'status', match: 'int', values: '403' }, do: { deny: { status: 403 } } }],
          defaultBackend: 'app',
        },
      ],
      backends: [
        {
          ...app,
          cookie: { name: 'SRV', format: 'haproxy', maxidle: '1h', maxlife: '8h' },
          rules: [{ if: { path: '/refused-here' }, do: { deny: { status: 403 } } }],
          useServer: [{ if: { path: '/on-s1' }, server: 's1' }],
          timeouts: { server: '1s' },
        },
      ],
    },
    asks: [
      {},
      { body: 'a=1' },
      { cookie: 'SRV=s1' },
      { cookie: 'SRV=none' },
      { cookie: `SRV=s1|${LONG_AGO}` },
      { cookie: `SRV=s1|${LONG_AGO}|${LONG_AGO}` },
      { cookie: 'SRV=s3' },
      { cookie: 'SRV=s1', path: '/on-s1' },
      { path: '/denied' },
      { path: '/own' },
      { path: '/refused-here' },
      { path: '/silent' },
      { path: '/broken' },
      { path: '/endless', hangsUp: true },
      ...[204, 304, 403, 404, 500].map((status) => ({ path: `/status/${status}` })),
    ],
  },
  {
    config: {
      backends: [{ ...app, cookie: { name: 'SRV', format: 'haproxy' }, retries: 1, redispatch: false }],
    },
    asks: [{ path: '/refused' }],
  },
  { config: { backends: [app] }, asks: ['/refused-by-s1', '/status/101', '/status/0'].map((path) => ({ path })) },
  {
    config: { backends: [{ ...app, servers: [{ ...servers[0]!, maxconn: 1 }] }] },
    asks: [[{}, {}]],
  },
  {
    config: { backends: [{ ...app, servers: [{ ...servers[0]!, maxconn: 1 }] }] },
    ports: {
      maxconn: {
        limit: (_, max, onAnswer) => createLimit(max, { ask: unreachable, now, onFailure }, onAnswer),
        createAdmission,
        createGate,
      },
    },
    asks: [{}, {}],
  },
  {
    config: { backends: [{ ...app, stickTable: TABLE, stick: [{ on: 'src' }] }] },
    ports: { tables: new Map([['app', deadTable()]]) },
    asks: [{}],
  },
]

/** What was counted in all, by counter and kind. */
const counted = new Map<string, number>()

async function send(held: Held, { path = '/', cookie, body, hangsUp }: Ask): Promise<void> {
  const aborting = new AbortController()
  const headers = { ...(cookie === undefined ? {} : { cookie }), 'content-length': String(body?.length ?? 0) }
  const request = new Request(`http://www.example${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    body: body ?? null,
    signal: aborting.signal,
  })
  const response = await held.handle(request, ARRIVAL)
  if (hangsUp) aborting.abort()
  else await response.text().catch(() => undefined)
}

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 })
  for (const { config, ports, asks } of TRAFFIC) {
    const held = await holdBalancer({ log: 'off', ...config }, ports)
    held.setStates({ 'app/s3': { health: 'down' } })
    for (const { name } of servers) held.servers.set(name, serve)
    const progress = { isOver: false }
    const sending = (async () => {
      for (const ask of asks) await Promise.all([ask].flat().map((each) => send(held, each)))
      await held.handle(new Request('http://elsewhere.example/'), ARRIVAL)
    })().finally(() => (progress.isOver = true))
    for (let turn = 0; !progress.isOver && turn < 10_000; turn++) {
      await new Promise((resolve) => setImmediate(resolve))
      await vi.advanceTimersByTimeAsync(10)
    }
    await sending
    for (const [key, { counts }] of held.tallies) {
      const kind = key.split(':')[0]!
      for (const [name, count] of Object.entries(counts)) {
        counted.set(`${name} of a ${kind}`, (counted.get(`${name} of a ${kind}`) ?? 0) + count)
      }
    }
  }
})
afterAll(() => void vi.useRealTimers())

describe('traffic adds to', () => {
  const shown = COUNTER_ROWS.flatMap(([name, { kinds }]) => kinds.map((kind) => `${name} of a ${kind}`))

  it.each(shown)('%s', (place) => {
    expect(counted.get(place)).toBeGreaterThan(0)
  })

  it('timed, by which averages are divided', () => {
    for (const kind of ['frontend', 'backend', 'server']) expect(counted.get(`timed of a ${kind}`)).toBeGreaterThan(0)
  })
})

describe('a row of the table', () => {
  const sources = globSync('**/*.ts', { cwd: SRC })
    .filter((file) => !file.endsWith('.test.ts'))
    .map((file) => readFileSync(`${SRC}/${file}`, 'utf8'))

  it.each(Object.entries(COUNTED_BY))('%s: %s adds to it', (name, by) => {
    const home = sources.find((text) => text.includes(`function ${by}(`))
    // Classes of statuses and letters of verdicts are looked up by what they stand for.
    expect(home).toMatch(new RegExp(`\\b${name} \\+= |'${name}'`))
  })

  it('has a column of `show stat` that stands in HAProxy’s order, once', () => {
    const names = [...COLUMNS, ...MODULE_COLUMNS].map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const [name, { column }] of COUNTER_ROWS)
      expect([name, names.includes(name)]).toEqual([name, column !== undefined])
  })

  it('is the only place that describes a counter’s column', () => {
    const order = readFileSync(`${SRC}/admin/columns.ts`, 'utf8')
    for (const [name] of COUNTER_ROWS) expect(order).not.toMatch(new RegExp(`^${name} `, 'm'))
  })

  /** `timed` is what averages are divided by; `verdict_u` is kept, since it is stored, and nobody has asked to see it. */
  const UNSEEN = ['timed', 'verdict_u']

  it.each(COUNTER_ROWS.filter(([name]) => !UNSEEN.includes(name)))('%s is shown somewhere', (_, row) => {
    expect(row.column ?? row.metric ?? row.heading ?? row.phrase).toBeDefined()
  })

  it('has a metric that no other kind of counter has', () => {
    const names = COUNTER_ROWS.flatMap(([, { metric }]) => (metric ? [`${metric[0]} ${metric[2]}`] : []))
    expect(new Set(names).size).toBe(names.length)
  })
})
