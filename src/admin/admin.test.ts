// The doors of the API: who gets through, what is asked of what he sends, and what is answered.

import { describe, expect, it, onTestFinished, vi } from 'vitest'

import { createThrottle, MAX_FAILURES } from '../credentials/throttle.ts'
import { createAdmin } from './admin.ts'
import type { Operations } from './operations.ts'
import { CONFIG, NOW_MS, scripted } from './testing.ts'

const ADMIN = 'the-admin-token-of-this'
const OPERATOR = 'the-token-of-an-operator'
const USER = 'the-token-that-looks-on'
const SECRET = `zoe:${ADMIN},ops/operator:${OPERATOR},ann/user:${USER}`

interface Ask {
  readonly token?: string | undefined
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
  readonly from?: string
}

function start(answers: Partial<Operations> = {}) {
  const { operations, calls } = scripted(undefined, answers)
  const admin = createAdmin(
    operations,
    createThrottle(() => NOW_MS),
  )
  const ask = async (line: string, { token = ADMIN, headers = {}, body, from = '192.0.2.1' }: Ask = {}) => {
    const [method = '', path = ''] = line.split(' ')
    const request = new Request(`https://www.example.com/.limpet${path}`, {
      method,
      headers: { ...(token === '' ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    })
    const response = await admin(request, SECRET, from)
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    return { status: response.status, answer: isJson ? (JSON.parse(text) as unknown) : text, headers: response.headers }
  }
  return { ask, calls }
}

const DOORS = [
  'GET /servers',
  'GET /configuration',
  'GET /metrics',
  'POST /command',
  'PATCH /servers/app/s1',
  'GET /nothing',
] as const

describe('whoever has no token', () => {
  it.each(DOORS)('%s is answered with 401, and nothing happens', async (line) => {
    const { ask, calls } = start()
    for (const token of ['', 'a-token-that-is-none']) {
      const body = line.startsWith('GET') ? {} : { body: 'disable server app/s1' }
      const { status, answer, headers } = await ask(line, { token, ...body })
      expect([status, answer]).toEqual([401, { error: 'a valid bearer token is needed' }])
      expect(headers.get('www-authenticate')).toBe('Bearer realm="limpet"')
    }
    expect(calls).toEqual([])
  })

  it('is answered with 429 after ten guesses, and a right token is still taken', async () => {
    const { ask } = start()
    for (let i = 0; i < MAX_FAILURES; i++) expect((await ask('GET /servers', { token: 'guess' })).status).toBe(401)
    const { status, headers } = await ask('GET /servers', { token: 'guess' })
    expect([status, headers.get('retry-after')]).toEqual([429, '60'])
    expect((await ask('GET /servers')).status).toBe(200)
    expect((await ask('GET /servers', { token: 'guess', from: '192.0.2.2' })).status).toBe(401)
  })
})

describe('what another site makes a browser ask for', () => {
  const FOREIGN = [
    { origin: 'https://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
    { referer: 'https://evil.example/' },
  ]

  it.each(FOREIGN)('%j changes nothing', async (headers) => {
    const { ask, calls } = start()
    const refusal = { status: 403, answer: { error: 'another site asked for this' } }
    expect(await ask('PATCH /servers/app/s1', { headers, body: { state: 'maint' } })).toMatchObject(refusal)
    expect(await ask('POST /command', { headers, body: 'disable server app/s1' })).toMatchObject(refusal)
    expect(calls).toEqual([])
    expect((await ask('GET /servers', { headers })).status).toBe(200)
  })

  it('from its own page does', async () => {
    const { ask, calls } = start()
    const headers = { origin: 'https://www.example.com' }
    expect((await ask('PATCH /servers/app/s1', { headers, body: { state: 'maint' } })).status).toBe(200)
    expect(calls).toHaveLength(1)
  })
})

it('shows the servers to whoever may look', async () => {
  const { answer } = await start().ask('GET /servers', { token: USER })
  const { servers } = answer as { servers: { backend: string; server: string }[] }
  expect(servers.map(({ backend, server }) => `${backend}/${server}`)).toEqual([
    'app/s1',
    'app/s2',
    'app/b1',
    'both/a1',
    'both/a2',
  ])
})

it('metrics are text that no cache keeps', async () => {
  const { answer, headers } = await start().ask('GET /metrics', { token: USER })
  expect(answer).toMatch(/^# HELP haproxy_frontend_status /)
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('content-type')).toMatch(/^text\/plain/)
})

it('the configuration, without secrets, is for operators', async () => {
  const { answer, status } = await start().ask('GET /configuration', { token: OPERATOR })
  expect(status).toBe(200)
  expect(answer).toMatchObject({
    configuration: { digest: CONFIG.digest, backends: [{ name: 'app' }, { name: 'both' }] },
  })
  expect(await start().ask('GET /configuration', { token: USER })).toMatchObject({
    status: 403,
    answer: { error: 'this token has level user, and this needs operator' },
  })
})

describe('a change', () => {
  it.each([
    [{ state: 'ready' }, { state: 'ready' }],
    [{ state: 'drain' }, { state: 'drain' }],
    [{ state: 'maint' }, { state: 'maint' }],
    [
      { state: 'drain', drainFor: '30m' },
      { state: 'drain', drainForMs: 1_800_000 },
    ],
    [
      { state: 'drain', drainFor: '365d' },
      { state: 'drain', drainForMs: 365 * 86_400_000 },
    ],
    [{ weight: 0 }, { weight: 0 }],
    [{ weight: 256 }, { weight: 256 }],
    [
      { state: 'maint', weight: 5 },
      { state: 'maint', weight: 5 },
    ],
  ])('%j is made by an admin, and what the server is now is answered', async (body, change) => {
    const { ask, calls } = start()
    const { status, answer } = await ask('PATCH /servers/app/s1', { body })
    expect([status, answer]).toEqual([200, { server: expect.objectContaining({ backend: 'app', server: 's1' }) }])
    expect(calls).toEqual([['change', 'app', 's1', change, 'zoe']])
  })

  it.each([
    ['user', USER],
    ['operator', OPERATOR],
  ])('is not made by a %s', async (level, token) => {
    const { ask, calls } = start()
    expect(await ask('PATCH /servers/app/s1', { token, body: { state: 'maint' } })).toMatchObject({
      status: 403,
      answer: { error: `this token has level ${level}, and this needs admin` },
    })
    expect(calls).toEqual([])
  })

  const STATE = 'state must be ready, drain or maint'
  const WEIGHT = 'weight must be a whole number from 0 to 256'
  const DRAIN_FOR = "drainFor must be a duration such as '30m', at most 365d"
  it.each([
    [{ state: 'down' }, STATE],
    [{ weight: -1 }, WEIGHT],
    [{ weight: 257 }, WEIGHT],
    [{ weight: 1.5 }, WEIGHT],
    [{ weight: '5' }, WEIGHT],
    [{ state: 'drain', drainFor: 'long' }, DRAIN_FOR],
    [{ state: 'drain', drainFor: '0s' }, DRAIN_FOR],
    [{ state: 'drain', drainFor: '366d' }, DRAIN_FOR],
    [{ state: 'maint', drainFor: '5m' }, 'drainFor is only for state drain'],
    [{ weight: 5, drainFor: '5m' }, 'drainFor is only for state drain'],
    [{}, 'nothing to change: send state or weight'],
    [{ state: 'down', weight: 300 }, `${STATE}; ${WEIGHT}`],
    [{ state: 'drain', drainFor: 30 }, DRAIN_FOR],
    [{ state: null }, STATE],
    [{ state: 'ready', health: 'up' }, "unknown field 'health': there are state, drainFor, weight"],
    [['ready'], 'the body must be a JSON object such as {"state":"drain","drainFor":"30m"} or {"weight":50}'],
  ])('%j is refused: %s', async (body, error) => {
    const { ask, calls } = start()
    expect(await ask('PATCH /servers/app/s1', { body })).toMatchObject({ status: 400, answer: { error } })
    expect(calls).toEqual([])
  })

  it.each(['', '[]', 'null', 'state=ready', '{"state":"ready","health":"up"}'])('%j is refused', async (body) => {
    const { ask, calls } = start()
    expect((await ask('PATCH /servers/app/s1', { body })).status).toBe(400)
    expect(calls).toEqual([])
  })

  it.each(['app/none', 'none/s1', 'www/s1'])('of %s, which there is not, is answered with 404', async (name) => {
    expect(await start().ask(`PATCH /servers/${name}`, { body: { state: 'ready' } })).toMatchObject({
      status: 404,
      answer: { error: `there is no server ${name}` },
    })
  })

  it('of a server that the Monitor does not know yet is answered with 409', async () => {
    const { status, answer } = await start({ change: async () => undefined }).ask('PATCH /servers/app/s1', {
      body: { state: 'ready' },
    })
    expect(status).toBe(409)
    expect(answer).toEqual({ error: expect.stringMatching(/^The Monitor does not know app\/s1: /) })
  })
})

describe('a line of commands', () => {
  it('is answered as text', async () => {
    const { ask, calls } = start()
    const { status, answer, headers } = await ask('POST /command', { body: ' disable server app/s1\n' })
    expect([status, answer, headers.has('x-limpet-command-failed')]).toEqual([200, '\n', false])
    expect(calls).toEqual([['change', 'app', 's1', { state: 'maint' }, 'zoe']])
  })

  it('of which one was not done says so in a header', async () => {
    const { ask, calls } = start()
    const { answer, headers } = await ask('POST /command', {
      token: USER,
      body: 'disable server app/s1;show cli level',
    })
    expect([answer, headers.get('x-limpet-command-failed')]).toEqual(['Permission denied\n\nuser\n\n', 'true'])
    expect(calls).toEqual([])
  })

  it('has a bound', async () => {
    const { ask } = start()
    expect((await ask('POST /command', { body: `help${' '.repeat(16_380)}` })).status).toBe(200)
    expect(await ask('POST /command', { body: `help${' '.repeat(16_381)}` })).toMatchObject({
      status: 413,
      answer: { error: 'this command is too long' },
    })
  })
})

it('elsewhere is answered with what there is', async () => {
  for (const line of ['GET /', 'GET /server', 'POST /servers', 'GET /command', 'DELETE /servers/app/s1']) {
    expect(await start().ask(line)).toMatchObject({
      status: 404,
      answer: { error: expect.stringContaining('POST command') },
    })
  }
})

it('the page is behind the same token, as a password', async () => {
  const { ask } = start()
  const { status, headers } = await ask('GET /stats', { token: '' })
  expect([status, headers.get('www-authenticate')]).toEqual([401, 'Basic realm="limpet"'])
  const page = await ask('GET /stats')
  expect(page.status).toBe(200)
  expect(page.answer).toMatch(/<title>Limpet statistics, www\.example\.com<\/title>/)
  expect((await ask('GET /stats;csv')).answer).toMatch(/^# pxname/)
})

it('a Monitor that cannot be reached is answered with 503, without its reasons', async () => {
  const said: unknown[] = []
  const spy = vi.spyOn(console, 'error').mockImplementation((line) => void said.push(line))
  onTestFinished(() => spy.mockRestore())
  const { status, answer } = await start({ servers: () => Promise.reject(new Error('secret')) }).ask('GET /servers')
  expect([status, answer]).toEqual([503, { error: 'the Monitor cannot be reached now; try again' }])
  expect(said).toEqual([JSON.stringify({ event: 'monitor-unreachable', error: 'Error: secret' })])
})

describe('a path', () => {
  it.each([
    'GET /',
    'GET /servers/app',
    'GET /servers/app/s1',
    'PATCH /servers//s1',
    'PATCH /servers/app/s1/more',
    'POST /servers',
    'GET /Servers',
  ])('that is none of the API is answered with 404: %s', async (line) => {
    const { ask, calls } = start()
    const { status, answer } = await ask(line, line.startsWith('GET') ? {} : { body: { state: 'drain' } })
    expect([status, (answer as { error: string }).error]).toEqual([
      404,
      expect.stringContaining('there are GET servers'),
    ])
    expect(calls).toEqual([])
  })

  it('is read with its escapes, also those that are broken', async () => {
    const { ask } = start()
    const change = (path: string) => ask(`PATCH ${path}`, { body: { state: 'drain' } })
    expect((await change('/%73ervers/a%2Fb/s%20')).answer).toEqual({ error: 'there is no server a/b/s ' })
    expect((await change('/servers/a%zz/s1')).answer).toEqual({ error: 'there is no server a%zz/s1' })
  })

  it('may end with a slash', async () => {
    const { ask } = start()
    expect((await ask('GET /servers/')).status).toBe(200)
    expect((await ask('PATCH /servers/app/none/', { body: { state: 'drain' } })).answer).toEqual({
      error: 'there is no server app/none',
    })
  })

  it('is asked about without its body: HEAD', async () => {
    const { ask } = start()
    const { status, answer, headers } = await ask('HEAD /metrics')
    expect([status, answer, headers.get('content-type')]).toEqual([200, '', 'text/plain; charset=UTF-8'])
  })
})
