// Numbers of frontends, backends and servers that rules ask for: what is in progress, what waits, how many a second, and who is up. HAProxy:
// configuration manual 7.3.2.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { LimpetConfig } from '../config/options/root.ts'
import { parseSample } from '../config/rules/samples/sample.ts'
import { ARRIVAL, holdBalancer } from './testing.ts'
import { pass, stage } from './maxconn/testing.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_700_000_000_000 }))
afterEach(() => void vi.useRealTimers())

type Servers = LimpetConfig['backends'][number]['servers']

/** A frontend `www` that answers /ask with a text before a backend is chosen, and the backends app and other. */
function configOf(text: string, servers: Servers, more: object = {}): LimpetConfig {
  const answer = { if: { path: '/ask' }, do: { return: { status: 200, bodyTemplate: text } } }
  return {
    frontends: [{ name: 'www', id: 7, rules: [answer], defaultBackend: 'app', timeouts: { client: '31s' } }],
    backends: [
      { name: 'app', id: 9, servers, timeouts: { queue: '5s', server: '32s' }, ...more },
      { name: 'other', servers: [{ name: 'o', url: 'http://o.example' }] },
    ],
  } as LimpetConfig
}

const server = (name: string, more: object = {}) => ({ name, url: `http://${name}.example`, ...more })
const ask = (path = '/ask') => new Request(`http://www.example.com${path}`)

it.each([
  // The server's word, then what is known of it.
  ['srv_is_up(app/s1) srv_is_up(app/s2) srv_is_up(app/s3) srv_is_up(app/s4)', '1 0 0 1'],
  ['srv_weight(app/s1) srv_uweight(app/s1) srv_iweight(app/s1)', '10 10 10'],
  ['srv_weight(app/s4) srv_uweight(app/s4) srv_iweight(app/s4)', '7 7 40'],
  ['nbsrv(app) str(app),nbsrv str(nobody),nbsrv', '1 1 '],
  ['fe_id fe_name fe_client_timeout', '7 www 31000'],
  ['fe_conn fe_conn(www) dst_conn', '1 1 1'],
  ['be_conn(app) srv_conn(app/s1) srv_conn_free(app/s1) srv_conn_free(other/o)', '0 0 5 -1'],
  ['be_conn_free(app) be_conn_free(other) connslots(app) connslots(other)', '5 -1 -1 -1'],
  ['queue(app) avg_queue(app) srv_queue(app/s1) str(app/s1),srv_queue str(s1),srv_queue', '0 0 0 0 '],
  ['nbproc proc thread stopping req.proto_http', '1 1 0 0 1'],
  ['str(x),set-var(txn.a),upper var(txn.a) str(y),set-var(txn.a,ifnotset) var(txn.a)', 'X x y x'],
])('%s', async (samples, expected) => {
  const text = samples
    .split(' ')
    .map((sample) => `%[${sample}]`)
    .join(' ')
  const held = await holdBalancer(
    configOf(text, [
      server('s1', { weight: 10, maxconn: 5, maxqueue: 7 }),
      server('s2', { weight: 20, maxconn: 3, backup: true }),
      server('s3', { weight: 30, state: 'maint' }),
      server('s4', { weight: 40, maxconn: 4, state: 'drain' }),
    ]),
  )
  held.setStates({ 'app/s2': { health: 'down' }, 'app/s4': { weight: 7 } })
  const response = await held.handle(ask(), ARRIVAL)
  expect(await response.text()).toBe(expected)
})

it('a server in its slowstart has a share of its weight', async () => {
  const held = await holdBalancer(configOf('%[srv_weight(app/s1)]', [server('s1', { weight: 100, slowstart: '16s' })]))
  const weightAfter = async (ms: number) => {
    held.setStates({ 'app/s1': { health: 'starting', startedMs: Date.now() - ms } })
    return (await held.handle(ask(), ARRIVAL)).text()
  }
  expect([await weightAfter(0), await weightAfter(8000), await weightAfter(15_999)]).toEqual(['7', '57', '100'])
})

it('a backend knows itself, its number, and who answered', async () => {
  const rules = [
    { if: { path: '/ask' }, do: { return: { status: 200, bodyTemplate: '%[be_name] %[be_id] %[be_server_timeout]' } } },
  ]
  const responseRules = [{ do: { setHeader: { name: 'x', value: '%[be_id] %[srv_id] %[srv_name] %[be_conn]' } } }]
  const held = await holdBalancer({
    ...configOf('', [server('s1', { id: 3 })], { rules, responseRules }),
    frontends: [{ name: 'www', defaultBackend: 'app' }],
  })
  expect(await (await held.handle(ask(), ARRIVAL)).text()).toBe('app 9 32000')
  expect((await held.handle(ask('/'), ARRIVAL)).headers.get('x')).toBe('9 3 s1 1')
})

it('a listen section is its own backend before one is chosen', async () => {
  const rules = [{ do: { return: { status: 200, bodyTemplate: '%[nbsrv] %[be_name] %[srv_is_up(s1)]' } } }]
  const held = await holdBalancer({
    frontends: [{ name: 'app', rules, defaultBackend: 'app' }],
    backends: [{ name: 'app', servers: [server('s1'), server('s2')] }],
  })
  expect(await (await held.handle(ask(), ARRIVAL)).text()).toBe('2 app 1')
})

const NUMBERS =
  'fe=%[fe_conn] be=%[be_conn(app)] free=%[be_conn_free(app)] slots=%[connslots(app)] s1=%[srv_conn(app/s1)] q=%[queue(app)] avg=%[avg_queue(app)] sq=%[srv_queue(app/s1)]'

it('counts what is in progress until its body has ended, and what waits for a slot', async () => {
  const {
    asked,
    ask: request,
    held,
  } = await stage(
    configOf(
      NUMBERS,
      [
        server('s1', { maxconn: 1, maxqueue: 4, cookie: 's1' }),
        server('s2', { maxconn: 1, maxqueue: 4, cookie: 's2' }),
      ],
      { cookie: { name: 'SRV', format: 'haproxy' } },
    ),
  )
  const numbers = async () => (await held.handle(ask(), ARRIVAL)).text()
  expect(await numbers()).toBe('fe=1 be=0 free=2 slots=10 s1=0 q=0 avg=0 sq=0')
  await request()
  await request()
  await pass()
  expect(await numbers()).toBe('fe=3 be=2 free=0 slots=8 s1=1 q=0 avg=0 sq=0')
  // Three for any server, one of whom belongs to s1.
  await request()
  await request()
  await request({ headers: { cookie: 'SRV=s1' } })
  await pass()
  expect(await numbers()).toBe('fe=6 be=5 free=0 slots=7 s1=1 q=3 avg=2 sq=1')
  asked('s1')[0]!.answer()
  await pass()
  expect(await numbers()).toBe('fe=6 be=5 free=0 slots=7 s1=1 q=3 avg=2 sq=1')
  asked('s1')[0]!.end()
  await pass()
  expect(await numbers()).toMatch(/^fe=5 be=4 .* q=2 /)
})

it('counts without any maxconn', async () => {
  const { asked, ask: request, held } = await stage(configOf('%[fe_conn] %[be_conn(app)]', [server('s1')]))
  const numbers = async () => (await held.handle(ask(), ARRIVAL)).text()
  await request()
  await pass()
  expect(await numbers()).toBe('2 1')
  asked('s1')[0]!.answer()
  await pass()
  expect(await numbers()).toBe('2 1')
  asked('s1')[0]!.end()
  await pass()
  expect(await numbers()).toBe('1 0')
})

it('counts requests a second from the first that asks on, as HAProxy does', async () => {
  const text = '%[fe_req_rate] %[fe_sess_rate(www)] %[be_sess_rate(app)] %[srv_sess_rate(app/s1)]'
  const held = await holdBalancer(configOf(text, [server('s1')]))
  const rates = async () => (await held.handle(ask(), ARRIVAL)).text()
  expect(await rates()).toBe('1 1 0 0')
  for (let i = 0; i < 8; i++) await held.handle(ask('/'), ARRIVAL)
  expect(await rates()).toBe('10 10 8 8')
  // Half of the last second is over.
  vi.advanceTimersByTime(1500)
  expect(await rates()).toBe('6 6 4 4')
  vi.advanceTimersByTime(3000)
  expect(await rates()).toBe('1 1 0 0')
})

it('a backend asks for its own rate', async () => {
  const rules = [{ if: { sample: 'be_sess_rate', values: ['gt 2'] }, do: { deny: { status: 429 } } }] as const
  const held = await holdBalancer({
    ...configOf('', [server('s1')], { rules }),
    frontends: [{ name: 'www', defaultBackend: 'app' }],
  })
  const statuses: number[] = []
  for (let i = 0; i < 4; i++) statuses.push((await held.handle(ask('/'), ARRIVAL)).status)
  expect(statuses).toEqual([200, 200, 429, 429])
})

it.each(['srv_conn', 'srv_conn()', 'srv_conn(a/b/c)', 'srv_is_up(/a)', 'str(a),set-var(txn.a,ifmaybe)'])(
  '%s is no sample',
  (text) => expect(parseSample(text)).toBeUndefined(),
)
