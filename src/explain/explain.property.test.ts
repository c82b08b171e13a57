// What is explained is what a balancer does: many configurations and requests, made up from a seed, are explained and then sent through
// a balancer whose servers are scripted.

import { afterEach, beforeEach, expect, it, vi } from 'vitest'

import { ARRIVAL, COOKIE_KEY, holdBalancer } from '../balancer/testing.ts'
import type { Config } from '../config/config.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { validateConfig } from '../config/validate.ts'
import { createCodecs } from '../persistence/create-codecs.ts'
import { importCookieKeys } from '../persistence/sealed.ts'
import type { StickStore } from '../persistence/stick-store.ts'
import type { Target } from '../persistence/table.ts'
import type { ServerState } from '../server/states.ts'
import { AT_MS, explained } from './testing.ts'

const CASES = 200

beforeEach(() => void vi.useFakeTimers({ now: AT_MS, toFake: ['Date', 'setTimeout', 'clearTimeout'] }))
afterEach(() => void vi.useRealTimers())

/** mulberry32: the same numbers for the same seed. */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

function createMaker(seed: number) {
  const random = numbers(seed)
  const one = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  const maybe = <T>(share: number, value: () => T): T | undefined => (random() < share ? value() : undefined)
  const some = <T>(most: number, make: () => T): T[] => Array.from({ length: Math.floor(random() * (most + 1)) }, make)
  return { one, maybe, some }
}

type Maker = ReturnType<typeof createMaker>
type Backend = LimpetConfig['backends'][number]
type Condition = NonNullable<NonNullable<Backend['persistRules']>[number]['if']>

const STATES: readonly Partial<ServerState>[] = [
  { health: 'down' },
  { health: 'down' },
  { admin: 'drain' },
  { admin: 'maint' },
  { weight: 0 },
]
const PATHS = ['/', '/api/x', '/static/a.css', '/login']
const HOSTS = ['app.example.com', 'www.example.org', 'x.shop.example']
const BALANCE = [
  'roundrobin',
  'static-rr',
  'leastconn',
  'first',
  'source',
  'random',
  'uri',
  'url_param u',
  'url_param u check_post',
  'hdr(x-user)',
] as const

function conditionOf(maker: Maker, depth = 0): Condition {
  const { one, some } = maker
  const leaf: Condition[] = [
    { pathBeg: one(PATHS) },
    { path: [one(PATHS), one(PATHS)] },
    { host: one(HOSTS) },
    { method: one(['GET', 'POST']) },
    { src: one(['192.0.2.0/24', '10.0.0.0/8']) },
    { hdr: { name: 'x-user' } },
    { sample: 'req.hdr(x-user),lower', match: 'beg', values: ['a'] },
    { sample: `nbsrv(${one(['b0', 'b1'])})`, values: ['ge 2'] },
  ]
  if (depth > 1) return one(leaf)
  const parts = () => [conditionOf(maker, depth + 1), ...some(2, () => conditionOf(maker, depth + 1))]
  return one<Condition>([
    one(leaf),
    one(leaf),
    { all: parts() },
    { any: parts() },
    { not: conditionOf(maker, depth + 1) },
  ])
}

function configOf(maker: Maker): LimpetConfig {
  const { one, maybe, some } = maker
  const ruleOf = () => ({
    if: conditionOf(maker),
    do: one([
      { useBackend: 'b0' },
      { useBackend: 'b1' },
      { useBackend: 'b%[req.hdr(x-n)]' },
      { deny: { status: 403 } },
      { redirect: { location: '/elsewhere' } },
      { setHeader: { name: 'x-user', value: '%[src]' } },
      { setPath: '/api%[path]' },
      { delHeader: 'x-user' },
    ]),
  })
  const plain = <T>(object: T): T => JSON.parse(JSON.stringify(object)) as T
  return plain({
    defaults: one(['limpet', 'haproxy'] as const),
    frontends: [0, 1].map((i) => ({
      name: `f${i}`,
      hosts: maybe(0.5, () => [one(HOSTS)]),
      scheme: maybe(0.3, () => one(['http', 'https'] as const)),
      rules: some(3, ruleOf),
      defaultBackend: maybe(0.9, () => `b${i}`),
    })),
    backends: [0, 1].map((i) => {
      const hasTable = maybe(0.3, () => true)
      return {
        name: `b${i}`,
        balance: one(BALANCE),
        hashType: maybe(0.3, () => one(['consistent', 'map-based'] as const)),
        onDown: maybe(0.3, () => one(['redispatch', 503] as const)),
        persist: maybe(0.1, () => true),
        cookie: maybe(0.7, () => ({
          name: `S${i}`,
          mode: 'insert' as const,
          format: one(['sealed', 'haproxy'] as const),
          accept: maybe(0.3, () => ['sealed', 'haproxy'] as const),
          maxidle: maybe(0.5, () => '10m'),
          maxlife: maybe(0.5, () => '1h'),
        })),
        rules: some(1, () => ({ if: conditionOf(maker), do: one([{ deny: { status: 403 } }, { setPath: '/p' }]) })),
        persistRules: some(1, () => ({ if: conditionOf(maker), do: one(['force', 'ignore'] as const) })),
        useServer: some(1, () => ({ if: conditionOf(maker), server: one(['s1', 's2']) })),
        stickTable: hasTable && { type: 'string' as const, size: 100, expire: '5m' },
        stick: hasTable && [{ on: one(['src', 'req.hdr(x-user)']), if: maybe(0.3, () => conditionOf(maker)) }],
        servers: [1, 2, 3].map((n) => ({
          name: `s${n}`,
          url: `http://10.0.${i}.${n}:80`,
          weight: maybe(0.3, () => one([0, 1, 5])),
          backup: maybe(0.2, () => true),
          state: maybe(0.1, () => one(['drain', 'maint'] as const)),
        })),
      }
    }),
  }) as LimpetConfig
}

/** A cookie of a backend: good, stale, forged or made up. */
async function cookieOf(backend: Config['backends'][number], { one }: Maker): Promise<string> {
  const keys = await importCookieKeys(one([COOKIE_KEY, COOKIE_KEY, 'another-key-of-sixteen']))
  const [codec] = await createCodecs(backend, backend.cookie?.name, keys)
  const serverCookie = one(backend.servers).cookie
  if (!codec || serverCookie === null) return `S0=${one(['s1', 'nonsense', ''])}`
  const agoS = one([0, 60, 2_000, 8_000])
  const { maxidleS, maxlifeS } = backend.cookie!
  const lastS = maxidleS === null && maxlifeS === null ? null : AT_MS / 1000 - agoS
  const value = await codec.encode(serverCookie, { lastS, firstS: maxlifeS === null ? null : lastS })
  return `${backend.cookie!.name}=${one([value, value, value, value.slice(0, -2) + 'xx'])}; other=1`
}

/** A table that has an entry for whatever key is asked. */
function filled(store: StickStore, entry: Target | undefined): StickStore {
  const fill = (key: string) => (entry ? store.store(key, entry, 'request') : undefined)
  return {
    match: async (key) => (await fill(key), store.match(key)),
    claim: async (key, ...rest) => (await fill(key), store.claim(key, ...rest)),
    store: (...all) => store.store(...all),
  }
}

it('a balancer does what is explained: frontend, backend, server, cookie verdict and status', async () => {
  const reached: Record<string, number> = {}
  for (let seed = 1; seed <= CASES; seed++) {
    const maker = createMaker(seed)
    const { one, maybe } = maker
    const { config } = validateConfig(configOf(maker), 'serve')
    if (!config) continue
    reached['valid'] = (reached['valid'] ?? 0) + 1
    const states = Object.fromEntries(
      config.backends.flatMap(({ name, servers }) =>
        servers.flatMap((server) =>
          [maybe(0.5, () => one<Partial<ServerState>>(STATES))].flatMap((state) =>
            state === undefined ? [] : [[`${name}/${server.name}`, state] as const],
          ),
        ),
      ),
    )
    const url = `${one(['http', 'https'])}://${one(HOSTS)}${one(PATHS)}${one(['', '?u=7'])}`
    const cookie = await maybe(0.8, async () =>
      (await Promise.all(config.backends.map((backend) => cookieOf(backend, maker)))).join('; '),
    )
    const user = maybe(0.6, () => one(['Ann', 'bob']))
    const headers: Record<string, string> = {
      ...(cookie === undefined ? {} : { cookie }),
      ...(user === undefined ? {} : { 'x-user': user }),
      'x-n': one(['0', '1', '7']),
    }
    const method = one(['GET', 'POST'])
    const entry = maybe(0.5, () =>
      one([
        { server: 's2', id: 2 },
        { server: 's3', id: 3 },
      ]),
    )
    const explanation = await explained(config, { url, headers, method }, { states, entryOf: async () => entry })

    const frontends = config.frontends.map((each) => ({ ...each, log: true }))
    const held = await holdBalancer({ ...config, log: 'json', frontends }, {}, (store) => filled(store, entry))
    held.setStates(states)
    const isByTurns = explanation.choice?.policy?.endsWith('rr') || explanation.choice?.policy === 'roundrobin'
    const hasTable = config.backends.some(({ stick }) => stick.length > 0)
    const times = hasTable ? 1 : isByTurns ? 16 : 2
    const servers = new Set<string | null>()
    for (let i = 0; i < times; i++) {
      const request = new Request(url, { method, headers: { host: new URL(url).host, ...headers } })
      const response = await held.handle(request, ARRIVAL)
      const line = held.lines.at(-1)!
      const { frontend, backend, answer, choice } = explanation
      servers.add(line.server)
      expect({ seed, frontend, backend, verdict: answer.verdict, status: answer.status }).toEqual({
        seed,
        frontend: line.frontend,
        backend: line.backend,
        verdict: line.verdict,
        status: response.status,
      })
      expect({ seed, among: choice?.among ?? [], server: line.server }).toSatisfy(({ among, server }) =>
        server === null ? among.length === 0 : among.includes(server),
      )
      // The first is the very one.
      if (i === 0) expect([seed, choice?.server ?? null]).toEqual([seed, line.server])
      const sent = held.sent.at(-1)
      const attempt = explanation.attempts.at(-1)
      if (line.server !== null && i === 0) {
        expect([seed, Object.fromEntries(attempt!.headers)['x-user']]).toEqual([
          seed,
          sent!.headers.get('x-user') ?? undefined,
        ])
        expect([seed, new URL(attempt!.url).pathname]).toEqual([seed, sent!.url.pathname])
        expect([
          seed,
          explanation.answer.headers.filter(([name]) => name === 'set-cookie').map(([, value]) => value),
        ]).toEqual([seed, response.headers.getSetCookie()])
      }
    }
    // All of those that take turns get theirs.
    if (isByTurns && !hasTable)
      expect([seed, ...servers].toSorted()).toEqual([seed, ...explanation.choice!.among].toSorted())
    const kind = explanation.choice?.by ?? String(explanation.answer.status)
    reached[kind] = (reached[kind] ?? 0) + 1
    reached[explanation.answer.verdict[0]!] = (reached[explanation.answer.verdict[0]!] ?? 0) + 1
  }
  // Most are valid, and not all alike.
  expect(reached['valid']).toBeGreaterThan(CASES * 0.8)
  for (const kind of ['cookie', 'use-server', 'stick', 'balance', '403', '302', 'N', 'I', 'D', 'V', 'E', 'O', 'U'])
    expect([kind, reached[kind] ?? 0]).toSatisfy(([, count]) => (count as number) > 0)
})
