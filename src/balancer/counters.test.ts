// Limits through a whole balancer: who is refused, what the client and the log are told.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import type { LimpetConfig } from '../config/options/root.ts'
import { validateConfig } from '../config/validate.ts'
import { requestTarget } from '../http/target.ts'
import { ARRIVAL, answers, hangs, holdBalancer, refuses } from './testing.ts'

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }))
afterEach(() => void vi.useRealTimers())

const LIMIT = { if: { sample: 'sc_http_req_rate(0)', match: 'int', values: ['gt 2'] }, do: { deny: { status: 429 } } }
const TRACK = { do: { trackSc: { sc: 0, key: 'src' } } }

function configOf(more: object = {}, table: object = {}, rules: readonly object[] = [TRACK, LIMIT]): LimpetConfig {
  return {
    frontends: [
      {
        name: 'www',
        stickTable: { type: 'ip', size: 100, expire: '1m', data: ['http_req_rate(10s)', 'gpc0'], ...table },
        rules,
        defaultBackend: 'app',
        ...more,
      },
    ],
    backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://s1.example' }], retries: 0 }],
  } as LimpetConfig
}

const ask = (held: Awaited<ReturnType<typeof holdBalancer>>, peerAddress = '192.0.2.1') =>
  held.handle(new Request('http://www.example/'), { ...ARRIVAL, peerAddress })

it('the third request of ten seconds is the last of its address, and the client is told when to come again', async () => {
  const held = await holdBalancer(configOf())
  const statuses = []
  for (const from of ['192.0.2.1', '192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.1']) {
    const response = await ask(held, from)
    statuses.push([response.status, response.headers.get('retry-after')])
  }
  expect(statuses).toEqual([
    [200, null],
    [200, null],
    [429, '10'],
    [200, null],
    [429, '10'],
  ])
  vi.setSystemTime(1_020_001)
  expect((await ask(held)).status).toBe(200)
})

it.each([
  ['where the table does not tell', configOf({}, { retryAfter: false })],
  ['with a status of another kind', configOf({}, {}, [TRACK, { ...LIMIT, do: { deny: { status: 403 } } }])],
  [
    'where another rule refuses',
    configOf({}, {}, [
      TRACK,
      { ...LIMIT, do: { setHeader: { name: 'x', value: 'y' } } },
      { do: { deny: { status: 429 } } },
    ]),
  ],
])('there is no Retry-After %s', async (_, config) => {
  const held = await holdBalancer(config)
  for (let i = 0; i < 2; i++) await ask(held)
  const response = await ask(held)
  expect([429, 403]).toContain(response.status)
  expect(response.headers.get('retry-after')).toBeNull()
})

it('the log says which counter refused a request, and of no other', async () => {
  const held = await holdBalancer({ ...configOf(), log: 'json' })
  for (let i = 0; i < 3; i++) await ask(held)
  expect(held.lines.map(({ limit }) => limit)).toEqual([
    undefined,
    undefined,
    { table: 'www', key: '192.0.2.1', counter: 'http_req_rate', value: 3, limit: 2 },
  ])
})

const OTHER = { sample: 'req.hdr_cnt(host)', match: 'int', values: ['lt 7'] }
it.each([
  ['of the condition that read it', { all: [LIMIT.if, OTHER] }, { value: 3, limit: 2 }],
  ['of a condition that must not hold', { not: { ...LIMIT.if, values: ['0:2'] } }, { value: 3, limit: 0 }],
  [
    'of a converter',
    { sample: 'src,table_http_req_rate(www)', match: 'int', values: ['ge 3'] },
    { value: 3, limit: 3 },
  ],
  [
    'not of a number made from it',
    { sample: 'sc_http_req_rate(0),mul(7)', match: 'int', values: ['gt 20'] },
    { value: 3 },
  ],
  ['not of a text', { all: [{ sample: 'sc_http_req_rate(0)', match: 'str', values: ['3'] }, OTHER] }, { value: 3 }],
])('the log has the limit %s', async (_, condition, limit) => {
  const config = configOf({}, {}, [TRACK, { ...LIMIT, if: condition }])
  const held = await holdBalancer({ ...config, log: 'json' })
  for (let i = 0; i < 3; i++) await ask(held)
  expect(held.lines[2]!.limit).toEqual({ table: 'www', key: '192.0.2.1', counter: 'http_req_rate', ...limit })
})

it('what a server fails to answer counts, and a connection that fails does not', async () => {
  const show = {
    do: { return: { status: 200, bodyTemplate: '%[src_http_fail_cnt] %[src_conn_cur]' } },
    if: { path: '/see' },
  }
  const config = configOf({}, { data: ['http_fail_cnt', 'conn_cur'] }, [TRACK, show])
  const held = await holdBalancer({
    ...config,
    backends: [{ ...config.backends[0]!, timeouts: { server: '1s' }, retryOn: ['conn-failure'], redispatch: false }],
  } as LimpetConfig)
  const see = async () => (await held.handle(new Request('http://www.example/see'), ARRIVAL)).text()
  held.servers.set('s1', answers(500))
  await ask(held)
  held.servers.set('s1', refuses)
  await ask(held)
  held.servers.set('s1', hangs)
  const late = ask(held)
  await vi.advanceTimersByTimeAsync(1_001)
  expect((await late).status).toBe(504)
  expect(await see()).toBe('2 1')
})

it.each([
  ['a table that is not there', [{ do: { trackSc: { sc: 0, key: 'src', table: 'nowhere' } } }], {}, 'unknown-table'],
  [
    'a sample of one that is not there',
    [{ if: { sample: 'src_get_gpc0(nowhere)' }, do: { allow: true } }],
    {},
    'unknown-table',
  ],
  ['a store that cannot count', [], { store: 'kv' }, 'option-needs-option'],
  ['a frontend’s table that keeps nothing', [], { data: [] }, 'option-needs-option'],
])('%s is refused', (_, rules, table, code) => {
  const { issues } = validateConfig(configOf({}, table, rules), 'cloudflare')
  expect(issues.filter(({ level }) => level === 'error').map((issue) => issue.code)).toContain(code)
})

it('without a table of its own, a rule that names none is refused', () => {
  const config = configOf()
  const { stickTable: _, ...frontend } = config.frontends![0]!
  const { issues } = validateConfig({ ...config, frontends: [frontend] }, 'serve')
  expect(issues).toContainEqual(
    expect.objectContaining({ code: 'unknown-table', path: 'frontends[0].rules[0].do.trackSc' }),
  )
})

it.each([
  ['src,table_http_req_rate', 'int', ['gt 2']],
  ['src,table_http_req_rate()', 'int', ['gt 2']],
  ['src,table_gpc0(),add(3)', 'int', ['gt 2']],
  ['src,table_http_req_rate,add(1),sub(1)', 'int', ['gt 2']],
  ['src,in_table', 'bool', undefined],
])('%s reads the table of its section, and is refused where there is none', async (sample, match, values) => {
  const rule = { if: { sample, match, ...(values && { values }) }, do: { deny: { status: 429 } } }
  const config = configOf({}, {}, [TRACK, rule])
  const held = await holdBalancer(config)
  for (let i = 0; i < 2; i++) await ask(held)
  expect((await ask(held)).status).toBe(429)
  const { stickTable: _, ...frontend } = config.frontends![0]!
  const { issues } = validateConfig(
    { ...config, frontends: [{ ...frontend, rules: [rule] } as typeof frontend] },
    'serve',
  )
  expect(issues.map(({ code }) => code)).toContain('unknown-table')
})

it('a client that is limited is not told of passwords', async () => {
  const held = await holdBalancer(configOf())
  for (let i = 0; i < 2; i++) await ask(held)
  expect(await (await ask(held)).text()).toContain('There were too many requests; try again later.')
})

it('a rule that waits for the body counts the request once, and clears a counter once', async () => {
  const isCounted = { sample: 'sc_inc_gpc0(0)', match: 'int', values: ['gt 0'] }
  const isCleared = { sample: 'sc_clr_gpc0(0)', match: 'int', values: ['1'] }
  const hasBody = { sample: 'req.body', match: 'str', values: ['vote'] }
  const whenOf = (counting: object, status: number) => ({ if: { all: [counting, hasBody] }, do: { deny: { status } } })
  const post = async (rules: readonly object[]) => {
    const held = await holdBalancer(configOf({}, {}, [TRACK, ...rules]))
    const request = new Request('http://www.example/', { method: 'POST', body: 'vote' })
    return (await held.handle(request, ARRIVAL)).status
  }
  const isTwice = { if: { sample: 'sc_get_gpc0(0)', match: 'int', values: ['2'] }, do: { deny: { status: 400 } } }
  expect(await post([whenOf(isCounted, 403)])).toBe(403)
  expect(await post([{ ...whenOf(isCounted, 403), do: { setHeader: { name: 'x', value: 'y' } } }, isTwice])).toBe(200)
  expect(await post([{ do: { scIncGpc: { sc: 0, gpc: 0 } } }, whenOf(isCleared, 401)])).toBe(401)
})

it('the log says which counter refused a request whose rule had to wait', async () => {
  const isCounted = { sample: 'sc_inc_gpc0(0)', match: 'int', values: ['gt 0'] }
  const hasBody = { sample: 'req.body', match: 'str', values: ['vote'] }
  const refusal = { if: { all: [isCounted, hasBody] }, do: { deny: { status: 403 } } }
  const held = await holdBalancer({ ...configOf({}, {}, [TRACK, refusal]), log: 'json' })
  await held.handle(new Request('http://www.example/', { method: 'POST', body: 'vote' }), ARRIVAL)
  expect(held.lines[0]!.limit).toEqual({ table: 'www', key: '192.0.2.1', counter: 'gpc0', value: 1, limit: 0 })
})

it.each([
  ['sc_kbytes_in(0)', 'ge 1', { counter: 'bytes_in_cnt', value: 2048 }],
  ['sc_clr_gpc0(0)', '1', { counter: 'gpc0', value: 1, limit: 1 }],
])('the log says what %s read', async (sample, value, read) => {
  const refusal = { if: { sample, match: 'int', values: [value] }, do: { deny: { status: 403 } } }
  const rules = [TRACK, refusal, { do: { scIncGpc: { sc: 0, gpc: 0 } } }]
  const held = await holdBalancer({ ...configOf({}, { data: ['gpc0', 'bytes_in_cnt'] }, rules), log: 'json' })
  const headers = { 'content-length': '2048' }
  for (let i = 0; i < 2; i++)
    await held.handle(new Request('http://www.example/', { method: 'POST', body: 'x'.repeat(2048), headers }), ARRIVAL)
  expect(held.lines.map(({ limit }) => limit)).toEqual([undefined, { table: 'www', key: '192.0.2.1', ...read }])
})

it('the words of an error read the table of the section that they are in', async () => {
  const errors = { '403': { bodyTemplate: '%[src_get_gpc0]' } }
  const deny = { do: { deny: { status: 403 } } }
  const { frontends, backends } = configOf({ errors }, {}, [
    TRACK,
    { do: { scIncGpc: { sc: 0, gpc: 0 } } },
    { if: { path: '/www' }, ...deny },
    { do: { trackSc: { sc: 1, key: 'src', table: 'app' } } },
  ])
  const stickTable = { type: 'ip', size: 100, expire: '1m', data: ['gpc0'] }
  const twice = Array.from({ length: 2 }, () => ({ do: { scIncGpc: { sc: 1, gpc: 0 } } }))
  const held = await holdBalancer({
    frontends,
    backends: [{ ...backends[0]!, stickTable, errors, rules: [...twice, deny] }],
  } as LimpetConfig)
  const bodyOf = async (path: string) => (await held.handle(new Request(`http://www.example${path}`), ARRIVAL)).text()
  expect([await bodyOf('/www'), await bodyOf('/')]).toEqual(['1', '2'])
})

it('the operator’s paths are refused with the same words', async () => {
  const { admit } = await holdBalancer(configOf())
  const operator = () => {
    const request = new Request('http://www.example/')
    return admit(request, ARRIVAL, requestTarget(request)!)
  }
  for (let i = 0; i < 2; i++) expect((await operator()).refusal).toBeUndefined()
  const { refusal } = await operator()
  expect([refusal?.status, refusal?.headers.get('retry-after')]).toEqual([429, '10'])
})
