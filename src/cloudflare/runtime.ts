// Everything one isolate holds: the validated configuration, pools, policies, codecs, its view of the servers,
// and the ports that the pure rooms are handed. Made once, by the first request.

import { createPolicy } from '../balance/create-policy.ts'
import { createPool } from '../balance/pool.ts'
import type { Member } from '../balance/pool.ts'
import type { Backend, Config, LogFormat } from '../config/config.ts'
import type { StatsConfig } from '../config/stats.ts'
import { LimpetError } from '../errors.ts'
import { createEjection } from '../health/ejection.ts'
import { serverKey, serverKeys } from '../config/keys.ts'
import type { Snapshot } from '../health/snapshot.ts'
import { createTally } from '../stats/tally.ts'
import type { Tally, TallyKey } from '../stats/tally.ts'
import type { Operations } from '../admin/operations.ts'
import { createStatsWindow } from '../admin/stats-window.ts'
import { adminTokensProblem } from '../admin/tokens.ts'
import { createThrottle } from '../flow/throttle.ts'
import type { Throttle } from '../flow/throttle.ts'
import { createOperations } from './operations.ts'
import { createCodecs } from '../persistence/create-codecs.ts'
import { cookieKeysProblem, importCookieKeys } from '../persistence/sealed.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import { createAdmission } from '../proxy/admission.ts'
import { createAssign } from '../proxy/assign.ts'
import type { BackendRuntime } from '../proxy/backend-runtime.ts'
import { httpLogLine } from '../proxy/http-log.ts'
import type { ProxyPorts } from '../proxy/ports.ts'
import { createGate } from '../proxy/gate.ts'
import { createHolding } from '../proxy/hold.ts'
import { createProxy } from '../proxy/proxy.ts'
import { createRetryBudget } from '../proxy/retry-budget.ts'
import { createStick } from '../proxy/stick.ts'
import type { NamedTable } from '../proxy/stick-rules.ts'
import { createCountPassage, passagesToken } from '../proxy/passages.ts'
import { createStatsAccess } from '../proxy/stats-access.ts'
import type { Proxy, StatsPage } from '../proxy/proxy.ts'
import { deploymentIdentity, hasWindow, monitorStub, refuseMissingBindings } from './env.ts'
import type { Env } from './env.ts'
import { createOwnNames } from './own-name.ts'
import { createLogWriter } from './log-writer.ts'
import type { WriteLog } from './log-writer.ts'
import { platformOf } from './platform.ts'
import type { Platform } from './platform.ts'
import { createReporting } from './reporting.ts'
import { createSnapshotReader } from './snapshot-reader.ts'
import type { SnapshotReader } from './snapshot-reader.ts'
import { isOwn } from './snapshot-source.ts'
import { createLimits } from './limits.ts'
import type { NamedLimit } from './limits.ts'
import { frontendLimitName, serverLimitName } from './slots.ts'
import { createTables } from './tables.ts'
import { createWhenClosed } from './websocket.ts'
import { createWhenEnded } from './when-ended.ts'

export interface Runtime {
  readonly config: Config
  readonly proxy: Proxy
  readonly ports: ProxyPorts
  readonly reader: SnapshotReader
  /** After each request: what it counted is sent on before long. Undefined: nobody could ask for it. */
  readonly report: ((request: Request, ctx: ExecutionContext) => void) | undefined
  readonly operations: Operations
  readonly platform: Platform
  /** Of all passwords and tokens. */
  readonly throttle: Throttle
  /** Something is wrong with the admin token: nobody gets in by it. */
  readonly isAdminClosed: boolean
  /** False: states can never change, so no view is ever asked for. */
  readonly watches: boolean
}

export async function createRuntime(config: Config, env: Env): Promise<Runtime> {
  refuseMissingBindings(config, env)
  const platform = platformOf(env)
  const serve = !platform.onCloudflare
  const keys = await cookieKeys(config, env)
  const tables = createTables(config, env)
  const limits = createLimits(env)
  const backends = new Map<string, BackendRuntime>()
  for (const backend of config.backends) {
    backends.set(backend.name, await createBackendRuntime(backend, keys, tables, limits, serve))
  }
  const canLook = hasWindow(env) || hasPage(config)
  // What nobody can see is not counted.
  const isCounting = config.counters && canLook
  const tallies = talliesOf(config, backends)
  const report = createReporting(env, serve, tallies)
  const refreshMs = config.snapshotRefreshMs ?? platform.refreshMs
  const reader = createSnapshotReader(
    { refreshMs, coldWaitMs: config.snapshotWaitMs },
    {
      load: (url, held) => platform.loadSnapshot(env, { refreshMs, near: config.monitorNear }, url, held),
      isOwn: (snapshot) => isOwn(env, snapshot),
      now: () => Date.now(),
      random: Math.random,
      onChange: (snapshot) => applySnapshot(snapshot, backends),
      onFailure: logUnreachable,
    },
  )
  const throttle = createThrottle(() => Date.now())
  const isAdminClosed = adminProblem(env) !== undefined
  const operations = createOperations(config, env, { reader, tables, flush: report.flush })
  return {
    config,
    proxy: createProxy(env.LIMPET_LOG ? loggingAs(env.LIMPET_LOG, config) : config, backends, {
      makeGate: (frontend) =>
        createGate(
          frontend,
          ({ name }, max, onAnswer) => limits(frontendLimitName(name), max, onAnswer),
          () => Date.now(),
        ),
      tallyOf: ({ name }) => tallies.get(`frontend:${name}`)!,
      pageOf: (stats) => pageOf(stats, operations, throttle, isAdminClosed ? undefined : env.LIMPET_ADMIN_TOKEN, serve),
      throttle,
      countPassage:
        config.maxPassages === null
          ? undefined
          : createCountPassage(await passagesToken(deploymentIdentity(env)), config.maxPassages),
    }),
    report: isCounting ? report.later : undefined,
    operations,
    platform,
    throttle,
    isAdminClosed,
    ports: {
      send: platform.createSend(env, config),
      probe: platform.probe,
      noticeClient: platform.createNoticeClient(config),
      whenEnded: createWhenEnded(config.countBytes),
      whenClosed: createWhenClosed(config.countSockets),
      countsBytes: config.countBytes,
      report: (backend, server) =>
        monitorStub(env, config.monitorNear).observed(serverKey(backend, server)).catch(logUnreachable),
      leftAlone: createLeftAlone(),
      noteUnreached: createOwnNames(config).requested,
      onCloudflare: platform.onCloudflare,
      now: () => Date.now(),
      random: Math.random,
      log: createRequestLog(env.LIMPET_LOG ?? config.log, createLogWriter(config.logTo, env)),
    },
    reader,
    watches: canLook || config.backends.some(({ servers }) => servers.some((server) => server.check !== null)),
  }
}

/** `--log` is in place of all that the configuration says. */
function loggingAs(log: LogFormat, config: Config): Config {
  return { ...config, log, frontends: config.frontends.map((frontend) => ({ ...frontend, log: true })) }
}

/** One string: the runtime joins several, and shows objects at length. */
function createRequestLog(format: LogFormat, write: WriteLog): ProxyPorts['log'] {
  if (format === 'httplog') return (line, lifetime) => write('info', httpLogLine(line), lifetime)
  return (line, lifetime) => write('info', JSON.stringify({ ...line, wire: undefined }), lifetime)
}

function logUnreachable(error: unknown): void {
  console.error(JSON.stringify({ event: 'monitor-unreachable', error: String(error) }))
}

const NOT_UTF_8 = "it has bytes that are no UTF-8 and would be lost; the balancer's own cookie stays in it"
const NO_HOST = 'what rules make of it is no HOST or HOST:PORT; the server gets the one that it was before'

/** Once for each backend and header: a client sends such a cookie with every request. */
function createLeftAlone(): NonNullable<ProxyPorts['leftAlone']> {
  const told = new Set<string>()
  return (backend, header) => {
    const key = `${header} ${backend}`
    if (told.has(key)) return
    told.add(key)
    const reason = header === 'host' ? NO_HOST : NOT_UTF_8
    console.error(JSON.stringify({ event: 'header-left-alone', backend, header, reason }))
  }
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
  const codecs = await createCodecs(backend, backend.cookie?.name, keys)
  const former = await Promise.all(
    (backend.cookie?.formerly ?? []).map(async (name) => ({ name, codecs: await createCodecs(backend, name, keys) })),
  )
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
    assign: createAssign(backend, pool, codecs, former),
    stick: createStick(backend, pool, tables),
    codec: codecs[0],
  }
}

function pageOf(
  stats: StatsConfig,
  operations: Operations,
  throttle: Throttle,
  secret: string | undefined,
  serve: boolean,
): StatsPage {
  const window = createStatsWindow(stats, operations, throttle)
  const accessOf = createStatsAccess(stats, serve, Boolean(secret))
  return {
    matches: window.matches,
    answer(incoming, view) {
      const { request, url, clientAddress } = incoming
      return window.answer({ request, url, clientAddress, secret, access: accessOf(incoming, view) })
    },
  }
}

function hasPage({ frontends, backends }: Config): boolean {
  return [...frontends, ...backends].some(({ stats }) => stats !== null)
}

/** Said once by each isolate: requests of the application are none of its business. */
function adminProblem({ LIMPET_ADMIN_TOKEN: secret }: Env): string | undefined {
  const problem = adminTokensProblem(secret ?? '')
  if (problem !== undefined) console.error(JSON.stringify({ event: 'admin-closed', problem }))
  return problem
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
