// A whole balancer in a test: its servers are scripted, its tables are in memory, and what was sent, logged and counted lies open.
// The clock is Date.now: fake timers move it by hand.

import * as policies from '../balance/policies.ts'
import type { Config } from '../config/config.ts'
import { firstNameOf } from '../config/names.ts'
import type { LimpetConfig } from '../config/options/root.ts'
import { partsFor } from '../config/parts.ts'
import { configOrThrow } from '../config/validate.ts'
import { createLocalCounters } from '../counting/counters.ts'
import { createLeaseBook } from '../flow/lease-book.ts'
import { createLeaseDesk } from '../flow/lease-desk.ts'
import { createLimit } from '../flow/limit.ts'
import { createThrottle } from '../credentials/throttle.ts'
import type { Snapshot } from '../health/snapshot.ts'
import { toHeaders } from '../http/fields.ts'
import { toUrl } from '../http/target.ts'
import type { ServerState } from '../server/states.ts'
import { patternOf } from '../pattern/compile.ts'
import { createMemoryRows } from '../persistence/memory-rows.ts'
import { importCookieKeys } from '../persistence/sealed.ts'
import { createLocalStore } from '../persistence/stick-store.ts'
import type { StickStore } from '../persistence/stick-store.ts'
import { createTableClient } from '../persistence/table-client.ts'
import { createKeyOf } from '../persistence/table-key.ts'
import { createTable } from '../persistence/table.ts'
import * as actions from '../rules/actions/actions.ts'
import * as converters from '../rules/converters/converters.ts'
import * as fetches from '../rules/fetches/fetches.ts'
import { createLists } from '../rules/lists/lists.ts'
import { createRulesEngine } from '../rules/engine.ts'
import { NO_RULES } from '../rules/rules-engine.ts'
import { ANY_SOCKET } from './reception/arrival.ts'
import type { Arrival } from './reception/arrival.ts'
import { createGate } from './maxconn/frontend.ts'
import { createHolding } from './maxconn/in-flight.ts'
import { createAdmission } from './maxconn/server.ts'
import type { BalancerPorts, Maxconn } from './balancer-ports.ts'
import type { Outgoing, RequestPorts } from './ports.ts'
import type { RequestLog } from './record/request-log.ts'
import type { NamedTable } from './persist/stick-rules.ts'
import { createStick } from './persist/stick.ts'
import { createReleases } from './releases/routing.ts'
import { createBalancer } from './create-balancer.ts'
import type { Balancer } from './create-balancer.ts'

export const COOKIE_KEY = 'a-key-for-the-unit-tests'

/** What a server got. */
export interface Sent extends Pick<Outgoing, 'method' | 'body' | 'askedHost' | 'host'> {
  readonly server: string
  readonly url: URL
  readonly headers: Headers
}

/** What a server does with an attempt; rejecting is a connection that failed. */
export type Serve = (sent: Sent, signal: AbortSignal) => Response | Promise<Response>

export interface Held extends Balancer {
  /** What the servers got, in order. */
  readonly sent: readonly Sent[]
  readonly lines: readonly RequestLog[]
  /** Servers that `observe` has reported. */
  readonly reported: readonly string[]
  /** By server; the others answer 200 with their name. */
  readonly servers: Map<string, Serve>
  /** From now on; servers that are not named keep their states. By BACKEND/SERVER. */
  setStates(states: Readonly<Record<string, Partial<ServerState>>>): void
}

export const refuses: Serve = () => Promise.reject(new Error('connection refused'))
export const resets: Serve = () => Promise.reject(new Error('Network connection lost.'))
export const hangs: Serve = () => new Promise<never>(() => undefined)
export const answers =
  (status: number, headers: Readonly<Record<string, string>> = {}, body = ''): Serve =>
  () =>
    new Response(hasBody(status) ? body : null, { status, headers })

/** As admin/exporter.ts answers. */
const EXPORTED = { 'content-type': 'text/plain; version=0.0.4', 'cache-control': 'no-cache' }

/** Nobody may give these a body. */
export function hasBody(status: number): boolean {
  return ![101, 204, 205, 304].includes(status)
}

export const ARRIVAL: Arrival = {
  peerAddress: '192.0.2.1',
  peerPort: () => 40_000,
  socket: ANY_SOCKET,
  onCloudflare: false,
  lifetime: { waitUntil: () => undefined },
}

/** `ports`: in place of those made here. `storeOf`: what is asked in place of a stick table's store, which may fail. */
export async function holdBalancer(
  config: Config | LimpetConfig,
  ports: Partial<BalancerPorts> = {},
  storeOf?: (store: StickStore) => StickStore,
): Promise<Held> {
  const resolved = 'profile' in config ? config : configOrThrow(config, 'serve')
  const sent: Sent[] = []
  const lines: RequestLog[] = []
  const reported: string[] = []
  const servers = new Map<string, Serve>()
  const now = () => Date.now()
  const balancer = await createBalancer(resolved, {
    cookieKeys: await importCookieKeys(COOKIE_KEY),
    ...partsOf(resolved, now),
    tables: tablesOf(resolved, now, storeOf),
    pageOf: () => {
      throw new Error('this test has no statistics page')
    },
    exporter: { answer: async () => new Response('metrics', { headers: EXPORTED }) },
    throttle: createThrottle(now),
    passagesToken: undefined,
    startsAtRandom: false,
    send: async (server, outgoing) => {
      const { method, body, askedHost, host, headers, target } = outgoing
      const one = {
        method,
        body,
        askedHost,
        host,
        server: server.name,
        headers: new Headers(toHeaders(headers)),
        url: toUrl(target),
      }
      sent.push(one)
      const serve = servers.get(server.name) ?? answers(200, {}, server.name)
      return serve(one, new AbortController().signal)
    },
    probe: async (server) => (servers.get(server.name) === refuses ? 'refused' : 'opens'),
    whenEnded,
    whenClosed: () => undefined,
    countsBytes: false,
    onCloudflare: false,
    report: async (backend, server) => void reported.push(`${backend}/${server}`),
    now,
    random: () => 0,
    log: (line) => void lines.push(line),
    ...ports,
  })
  const states: Record<string, ServerState> = Object.fromEntries(
    resolved.backends.flatMap((backend) =>
      backend.servers.map(({ name, state, weight }) => [
        `${backend.name}/${name}`,
        { admin: state, health: 'up', weight } as ServerState,
      ]),
    ),
  )
  let n = 0
  return {
    ...balancer,
    sent,
    lines,
    reported,
    servers,
    setStates(changed) {
      for (const [key, state] of Object.entries(changed)) states[key] = { ...states[key]!, ...state }
      n += 1
      balancer.accept({ epoch: 1, n, servers: { ...states } } as Snapshot)
    },
  }
}

/** Those that it needs and no others, as `limpet build` bundles them. */
function partsOf(
  config: Config,
  now: () => number,
): Pick<
  BalancerPorts,
  'counters' | 'createHolding' | 'maxconn' | 'policies' | 'rules' | 'createStick' | 'createReleases'
> {
  const parts = partsFor(config, {
    actions,
    converters,
    counters: createLocalCounters,
    fetches,
    inFlight: createHolding,
    lists: createLists,
    maxconn: { limit: limitsOf(now), createAdmission, createGate },
    patterns: patternOf,
    policies,
    releases: createReleases,
    rules: createRulesEngine,
    stickTables: createStick,
  })
  const refuse = () => {
    throw new Error('the configuration is said not to need this part')
  }
  return {
    counters: parts.counters?.(config, now),
    policies: parts.policies ?? {},
    rules:
      parts.rules?.({
        patternOf: parts.patterns ?? refuse,
        fetches: parts.fetches ?? {},
        converters: parts.converters ?? {},
        actions: parts.actions ?? {},
        createLists: parts.lists,
      }) ?? NO_RULES,
    createStick: parts.stickTables ?? refuse,
    createReleases: parts.releases ?? refuse,
    createHolding: parts.inFlight ?? refuse,
    maxconn: parts.maxconn ?? { limit: refuse, createAdmission: refuse, createGate: refuse },
  }
}

function tablesOf(
  config: Config,
  now: () => number,
  storeOf: ((store: StickStore) => StickStore) | undefined,
): ReadonlyMap<string, NamedTable> {
  const tables = new Map<string, NamedTable>()
  for (const backend of config.backends) {
    const { name, stickTable } = backend
    if (!stickTable) continue
    const storedAs = firstNameOf(backend)
    const store = createLocalStore(createTable(createMemoryRows(), stickTable, 1), now)
    const onFailure = (error: unknown) => {
      if (!storeOf) throw error
    }
    const client = createTableClient(storeOf?.(store) ?? store, stickTable, { now, onFailure })
    tables.set(name, { name, storedAs, config: stickTable, keyOf: createKeyOf(stickTable, storedAs), client })
  }
  return tables
}

/** A single isolate has all slots of every limit. */
function limitsOf(now: () => number): Maxconn['limit'] {
  return (_, max, onAnswer) => {
    const desk = createLeaseDesk(createLeaseBook(max, new Map()), now)
    const onFailure = (error: unknown) => {
      throw error
    }
    return createLimit(max, { ask: (need, isPatient) => desk.ask('test', need, isPatient), now, onFailure }, onAnswer)
  }
}

const whenEnded: RequestPorts['whenEnded'] = (response, onEnd) => {
  const aborting = new AbortController()
  const how = (isWhole: boolean) => onEnd({ bytes: undefined, isWhole })
  if (response.body === null) {
    how(true)
    return { response, cut: () => undefined, passedBytes: () => 0 }
  }
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
  response.body.pipeTo(writable, { signal: aborting.signal }).then(
    () => how(true),
    () => how(false),
  )
  return { response: new Response(readable, response), cut: () => aborting.abort(), passedBytes: () => 0 }
}
