// Everything one isolate holds: the validated configuration, pools, policies, codecs, its view of the servers,
// and the ports that the pure rooms are handed. Made once, by the first request.

import { createPolicy } from '../balance/create-policy.ts'
import { createPool } from '../balance/pool.ts'
import type { Member } from '../balance/pool.ts'
import type { Backend, Config, Frontend } from '../config/config.ts'
import { LimpetError } from '../errors.ts'
import { createEjection } from '../health/ejection.ts'
import { serverKey, serverKeys } from '../health/snapshot.ts'
import type { Snapshot } from '../health/snapshot.ts'
import { createTally } from '../stats/tally.ts'
import type { Tally, TallyKey } from '../stats/tally.ts'
import type { Operations } from '../admin/operations.ts'
import { createStatsWindow } from '../admin/stats-window.ts'
import { createOperations } from './operations.ts'
import { createCodecs } from '../persistence/create-codecs.ts'
import { cookieKeysProblem, importCookieKeys } from '../persistence/sealed.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import { createAdmission } from '../proxy/admission.ts'
import { createAssign } from '../proxy/assign.ts'
import type { BackendRuntime } from '../proxy/backend-runtime.ts'
import { httpLogLine } from '../proxy/http-log.ts'
import type { ProxyPorts, RequestLog } from '../proxy/ports.ts'
import { createGate } from '../proxy/gate.ts'
import { createHolding } from '../proxy/hold.ts'
import { createProxy } from '../proxy/proxy.ts'
import { createRetryBudget } from '../proxy/retry-budget.ts'
import { createStick } from '../proxy/stick.ts'
import type { NamedTable } from '../proxy/stick-rules.ts'
import type { Proxy, Window } from '../proxy/proxy.ts'
import { hasWindow, isServe, monitorStub } from './env.ts'
import type { Env } from './env.ts'
import { canConnect } from './probe.ts'
import { createReporting } from './reporting.ts'
import { createSend } from './send.ts'
import { createSnapshotReader } from './snapshot-reader.ts'
import type { SnapshotReader } from './snapshot-reader.ts'
import { loadSnapshot } from './snapshot-source.ts'
import { createLimits } from './limits.ts'
import type { NamedLimit } from './limits.ts'
import { frontendLimitName, serverLimitName } from './slots.ts'
import { createTables } from './tables.ts'
import { createWhenEnded } from './when-ended.ts'

const REFRESH_SERVE_MS = 1_000
const REFRESH_CLOUDFLARE_MS = 10_000

export interface Runtime {
  readonly config: Config
  readonly proxy: Proxy
  readonly ports: ProxyPorts
  readonly reader: SnapshotReader
  /** After each request: what it counted is sent on before long. Undefined: nobody could ask for it. */
  readonly report: ((request: Request, ctx: ExecutionContext) => void) | undefined
  readonly operations: Operations
  /** False: states can never change, so no view is ever asked for. */
  readonly watches: boolean
}

export async function createRuntime(config: Config, env: Env): Promise<Runtime> {
  const serve = isServe(env)
  const keys = await cookieKeys(config, env)
  const tables = createTables(config, env)
  const limits = createLimits(env)
  const backends = new Map<string, BackendRuntime>()
  for (const backend of config.backends) {
    backends.set(backend.name, await createBackendRuntime(backend, keys, tables, limits, serve))
  }
  const canLook = hasWindow(env) || hasAccounts(config)
  // What nobody can see is not counted.
  const isCounting = config.counters && canLook
  const tallies = talliesOf(config, backends)
  const report = createReporting(env, serve, tallies)
  const refreshMs = config.snapshotRefreshMs ?? (serve ? REFRESH_SERVE_MS : REFRESH_CLOUDFLARE_MS)
  const reader = createSnapshotReader(refreshMs, {
    load: () => loadSnapshot(env, refreshMs),
    now: () => Date.now(),
    onChange: (snapshot) => applySnapshot(snapshot, backends),
    onFailure: logUnreachable,
  })
  const operations = createOperations(config, env, { reader, tables, flush: report.flush })
  return {
    config,
    proxy: createProxy(
      { ...config, log: env.LIMPET_LOG ?? config.log },
      backends,
      (frontend) =>
        createGate(
          frontend,
          ({ name }, max, onAnswer) => limits(frontendLimitName(name), max, onAnswer),
          () => Date.now(),
        ),
      ({ name }) => tallies.get(`frontend:${name}`)!,
      (frontend) => windowOf(frontend, operations, env),
    ),
    report: isCounting ? report.later : undefined,
    operations,
    ports: {
      send: createSend(env, config),
      ...(serve ? { probe: canConnect } : {}),
      whenEnded: createWhenEnded(config.countBytes),
      countsBytes: config.countBytes,
      report: (backend, server) => monitorStub(env).observed(serverKey(backend, server)).catch(logUnreachable),
      onCloudflare: !serve,
      now: () => Date.now(),
      random: Math.random,
      log: (env.LIMPET_LOG ?? config.log) === 'httplog' ? logAsHaproxy : logAsJson,
    },
    reader,
    watches: hasWindow(env) || config.backends.some(({ servers }) => servers.some((server) => server.check !== null)),
  }
}

/** One string: the runtime joins several, and shows objects at length. */
function logAsJson(line: RequestLog): void {
  console.log(JSON.stringify({ ...line, wire: undefined }))
}

function logAsHaproxy(line: RequestLog): void {
  console.log(httpLogLine(line))
}

function logUnreachable(error: unknown): void {
  console.error(JSON.stringify({ event: 'monitor-unreachable', error: String(error) }))
}

async function cookieKeys(config: Config, env: Env): Promise<CookieKeys> {
  const seals = config.backends.some((backend) => backend.cookie?.accept.includes('sealed'))
  if (!seals) return []
  const problem = cookieKeysProblem(env.LIMPET_COOKIE_KEYS)
  if (problem !== undefined) throw new LimpetError('COOKIE_KEY_MISSING', problem)
  return importCookieKeys(env.LIMPET_COOKIE_KEYS!)
}

async function createBackendRuntime(
  backend: Backend,
  keys: CookieKeys,
  tables: ReadonlyMap<string, NamedTable>,
  limits: NamedLimit,
  serve: boolean,
): Promise<BackendRuntime> {
  const pool = createPool(backend)
  const codecs = await createCodecs(backend, keys)
  const admission = createAdmission(
    pool,
    (server, max, onAnswer) => limits(serverLimitName(backend, server), max, onAnswer),
    () => Date.now(),
  )
  return {
    tally: createTally(),
    backend,
    pool,
    // A Worker's isolates are many and short-lived: each begins at a turn of its own.
    policy: createPolicy(backend, { random: Math.random, randomStart: !serve }),
    ejection: createEjection<Member>(),
    retryBudget: createRetryBudget(backend.retryBudget),
    admission,
    holding: createHolding(backend, pool, admission),
    assign: createAssign(backend, pool, codecs),
    stick: createStick(backend, pool, tables),
    codec: codecs[0],
  }
}

/** The statistics page of a frontend exists once somebody can log in to it. */
function windowOf({ stats }: Frontend, operations: Operations, env: Env): Window | undefined {
  if (!stats || (stats.accounts.length === 0 && !env.LIMPET_ADMIN_TOKEN)) return undefined
  const window = createStatsWindow(stats, operations)
  return {
    matches: window.matches,
    answer: ({ request, url, clientAddress }) => window.answer(request, url, clientAddress, env.LIMPET_ADMIN_TOKEN),
  }
}

function hasAccounts({ frontends }: Config): boolean {
  return frontends.some(({ stats }) => stats !== null && stats.accounts.length > 0)
}

function talliesOf(config: Config, backends: ReadonlyMap<string, BackendRuntime>): ReadonlyMap<TallyKey, Tally> {
  const tallies = new Map<TallyKey, Tally>()
  for (const { name } of config.frontends) tallies.set(`frontend:${name}`, createTally())
  for (const [name, { tally, pool, admission, holding }] of backends) {
    const { members } = pool
    tallies.set(`backend:${name}`, tally)
    for (const member of members) {
      tallies.set(`server:${serverKey(name, member.server.name)}`, member.tally)
      if (admission) member.tally.queued = () => admission.waiting(member)
      if (holding) member.tally.current = () => member.inFlight
    }
    if (holding) tally.current = () => members.reduce((sum, { inFlight }) => sum + inFlight, 0)
    if (admission) tally.queued = () => Math.max(...members.map(admission.waiting))
  }
  return tallies
}

function applySnapshot(snapshot: Snapshot, backends: ReadonlyMap<string, BackendRuntime>): void {
  for (const { backend, pool } of backends.values()) {
    // One that was published before a rename has former names.
    pool.update((server) => {
      const known = serverKeys(backend, server).find((key) => key in snapshot.servers)
      return known === undefined ? undefined : snapshot.servers[known]
    })
  }
}
