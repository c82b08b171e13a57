// For this room's tests: pairs of configurations that differ in what decides where clients go, a balancer for each on the same
// storage, and clients that keep their cookies from one to the other.

import { ARRIVAL, holdBalancer } from '../balancer/testing.ts'
import type { Held } from '../balancer/testing.ts'
import type { NamedTable } from '../balancer/persist/stick-rules.ts'
import type { Config } from '../config/config.ts'
import type { BackendInput } from '../config/options/backend.ts'
import type { CookieInput } from '../config/options/cookie.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import type { ServerInput } from '../config/options/server.ts'
import type { StickTableInput } from '../config/options/stick.ts'
import { validateConfig } from '../config/validate.ts'
import { createMemoryRows } from '../persistence/memory-rows.ts'
import { createLocalStore } from '../persistence/stick-store.ts'
import { createTableClient } from '../persistence/table-client.ts'
import { createTable } from '../persistence/table.ts'
import type { Table } from '../persistence/table.ts'
import { sampleOf } from './client.ts'
import type { Client } from './client.ts'
import { tableOf } from './side.ts'

type Draft<T> = { -readonly [K in keyof T]: T[K] }
type Draw = <T>(...values: readonly T[]) => T

export interface TestPair {
  readonly inputs: readonly LimpetConfig[]
  readonly before: Config
  readonly after: Config
  readonly first: Held
  readonly second: Held
}

export async function createTestPair(random: () => number): Promise<TestPair> {
  for (;;) {
    const inputs = [createInput(random)]
    inputs.push(changedInput(inputs[0]!, random))
    const [before, after] = inputs.map((input) => validateConfig(input, 'either').config)
    // A former name may be taken, and so on.
    if (!before || !after) continue
    const storage = new Map<string, Table>()
    const [first, second] = [await holdOn(before, storage), await holdOn(after, storage)]
    return { inputs, before, after, first, second }
  }
}

/** Tables are found where their objects would be. */
function holdOn(config: Config, storage: Map<string, Table>): Promise<Held> {
  const tables = new Map<string, NamedTable>()
  for (const backend of config.backends) {
    const { stickTable } = backend
    if (!stickTable) continue
    const { name, storedAs, keyOf } = tableOf(backend, stickTable)
    const { store, jurisdiction, shards, previousShards } = stickTable
    const placeOf = (count: number | null) => {
      if (store === 'memory') return `memory ${storage.size}`
      return store === 'kv' ? `kv ${storedAs}` : `object ${storedAs} ${jurisdiction} ${count}`
    }
    const table =
      storage.get(placeOf(shards)) ??
      storage.get(placeOf(previousShards)) ??
      createTable(createMemoryRows(), stickTable, 1)
    storage.set(placeOf(shards), table)
    const now = () => Date.now()
    const onFailure = (error: unknown) => {
      throw error
    }
    const client = createTableClient(createLocalStore(table, now), stickTable, { now, onFailure })
    tables.set(name, { name, storedAs, config: stickTable, keyOf, client })
  }
  return holdBalancer(config, { tables })
}

export interface Visit {
  /** Undefined: there was none for it. */
  readonly server: string | undefined
  /** A cookie or an entry led it there. */
  readonly isKnown: boolean
}

/** A client with its own cookies. */
export function visitorOf(client: Client): (balancer: Held) => Promise<Visit> {
  const jar = new Map([
    ['user', client.text],
    ['sid', client.text],
    ['other', [...client.text].toReversed().join('')],
  ])
  return async (balancer) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
    const headers = { cookie, 'x-user': client.text, 'x-number': sampleOf(client, 'integer') }
    const request = new Request(`https://app.example.com/${client.text}?user=${client.text}`, { headers })
    const { sent, lines } = balancer
    const before = sent.length
    const response = await balancer.handle(request, { ...ARRIVAL, peerAddress: client.address })
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!
      jar.set(name!, value!)
    }
    const { verdict, stick = [] } = lines.at(-1)!
    return {
      server: sent.length > before ? sent.at(-1)!.server : undefined,
      isKnown: verdict.startsWith('V') || stick.some((trace) => trace.verdict === 'hit'),
    }
  }
}

const NAMES = ['s1', 's2', 's3', 's4', 's5', 's6'] as const
const urlOf = (n: number) => `https://u${n}.example.org`

function createInput(random: () => number): LimpetConfig {
  const draw: Draw = (...values) => values[Math.floor(random() * values.length)]!
  const servers = NAMES.slice(0, draw(1, 2, 3, 4, 5)).map((name, i): ServerInput => ({
    name,
    url: urlOf(i + 1),
    weight: draw(1, 1, 1, 2, 3, 0),
    backup: draw(false, false, false, false, true),
    nonStick: draw(false, false, false, true),
    ...(draw(false, false, true) ? { cookie: `c${i}` } : {}),
    ...(draw(false, false, false, true) ? { id: 11 + i } : {}),
  }))
  const backend: BackendInput = {
    name: 'app',
    servers,
    balance: draw(
      'roundrobin',
      'roundrobin',
      'roundrobin',
      'source',
      'uri',
      'hdr(x-user)',
      'url_param user',
      'hash req.cook(user)',
      'leastconn',
    ),
    hashType: draw('rendezvous', 'rendezvous', 'consistent', 'map-based'),
    ipv6PrefixLength: draw(64, 128),
    cookie: draw<CookieInput | undefined>(undefined, undefined, cookieOf(draw), cookieOf(draw)),
    ...(draw(true, false) ? tableInput(draw) : {}),
  }
  return { frontends: [{ name: 'www', defaultBackend: 'app' }], backends: [backend] }
}

function cookieOf(draw: Draw): CookieInput {
  return {
    name: draw('SRV', 'SRV', 'SERVERID'),
    format: draw('sealed', 'haproxy'),
    accept: draw([], ['haproxy'], ['sealed']),
    formerly: draw([], [], ['SRV2']),
    ...draw({}, {}, { maxidle: '1h' }, { maxidle: '1h', maxlife: '8h' }),
  }
}

function tableInput(draw: Draw): Pick<BackendInput, 'stick' | 'stickTable'> {
  const type = draw('string', 'ip', 'ipv6', 'integer')
  const sample =
    type === 'string' ? draw('req.cook(sid)', 'req.hdr(x-user)') : type === 'integer' ? 'req.hdr(x-number)' : 'src'
  const stickTable: StickTableInput = {
    type,
    size: 5000,
    ...draw({}, { expire: '1h' } as const),
    store: draw('durable-object', 'durable-object', 'kv', 'memory'),
    failback: draw(false, true),
    ...draw({}, {}, { shards: 2 }),
    ...draw({}, { len: 32 }),
  }
  return { stickTable, stick: draw([{ on: sample }], [{ match: sample }, { storeRequest: sample }]) }
}

/** With one to three changes. */
function changedInput(input: LimpetConfig, random: () => number): LimpetConfig {
  const draw: Draw = (...values) => values[Math.floor(random() * values.length)]!
  const copy = structuredClone(input) as unknown as {
    frontends: { defaultBackend: string }[]
    backends: Draft<BackendInput>[]
  }
  const backend = copy.backends[0]!
  const servers = backend.servers as Draft<ServerInput>[]
  const any = () => draw(...servers)
  const changes: (() => void)[] = [
    () => void Object.assign(any(), { name: draw('s7', 's8') }),
    () => {
      const server = any()
      Object.assign(server, { name: draw('s7', 's8'), formerly: [server.name] })
    },
    () => void (servers.length > 1 && servers.splice(Math.floor(random() * servers.length), 1)),
    () => void servers.splice(Math.floor(random() * servers.length), 0, { name: 's9', url: urlOf(9) }),
    () => void (any().url = urlOf(8)),
    () => void (any().weight = draw(0, 1, 5)),
    () => void (any().state = draw('maint', 'drain')),
    () => void (any().cookie = 'c7'),
    () => void servers.unshift(servers.pop()!),
    () => void (backend.balance = draw('roundrobin', 'source', 'uri', 'hdr(x-user)')),
    () => void (backend.hashType = draw('rendezvous', 'consistent', 'map-based')),
    () => void (backend.ipv6PrefixLength = draw(64, 128)),
    () => void (backend.cookie = draw<CookieInput | undefined>(undefined, cookieOf(draw))),
    () =>
      void (backend.cookie = backend.cookie && {
        ...backend.cookie,
        ...draw({ name: 'SRV2' }, { name: 'SRV2', formerly: ['SRV'] }),
      }),
    () =>
      void (backend.cookie = backend.cookie && { ...backend.cookie, format: 'sealed', accept: draw([], ['haproxy']) }),
    () => {
      backend.name = copy.frontends[0]!.defaultBackend = 'web'
      backend.formerly = draw([], ['app'])
    },
    () => void Object.assign(backend, tableInput(draw)),
    () => void (backend.persist = true),
    () => void (backend.useServer = [{ server: any().name }]),
    () => void (backend.persistRules = [{ do: draw('ignore', 'force') }]),
  ]
  const ofTable: readonly Partial<StickTableInput>[] = [
    { shards: 3 },
    { shards: 3, previousShards: backend.stickTable?.shards ?? 4 },
    { hashKeys: true },
    { hashKeys: false },
    { len: 20 },
    { jurisdiction: 'eu' },
  ]
  for (const change of backend.stickTable ? ofTable : [])
    changes.push(() => void (backend.stickTable = { ...backend.stickTable!, ...change }))
  if (backend.stickTable?.type === 'string') changes.push(() => void (backend.stick = [{ on: 'req.cook(other)' }]))
  for (let left = draw(1, 1, 2, 3); left > 0; left--) draw(...changes)()
  return copy as unknown as LimpetConfig
}
