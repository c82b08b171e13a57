// Everything one isolate holds: the balancer with this platform's ports, its snapshot of the servers, and the
// operator's API. Made once, by the first request.

import { adminTokensProblem } from '../admin/tokens.ts'
import { createBalancer } from '../balancer/create-balancer.ts'
import type { Balancer } from '../balancer/create-balancer.ts'
import type { Config } from '../config/config.ts'
import { sealsCookies } from '../config/seals-cookies.ts'
import { showsNumbers } from '../config/shows-numbers.ts'
import type { LogFormat } from '../config/options/root.ts'
import type { StatsConfig } from '../config/options/stats.ts'
import { LimpetError } from '../errors.ts'
import type { Lifetime } from '../lifetime.ts'
import { createThrottle } from '../credentials/throttle.ts'
import { serverKey } from '../config/keys.ts'
import { isPageAt } from '../config/stats-uri.ts'
import { toUrl } from '../http/target.ts'
import { cookieKeysProblem, importCookieKeys } from '../persistence/sealed.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import { httpLogLine } from '../balancer/record/http-log.ts'
import type { RequestPorts } from '../balancer/ports.ts'
import { passagesToken } from '../balancer/reception/passages.ts'
import type { StatsPage } from '../balancer/balancer-ports.ts'
import { createStatsAccess } from '../admin/stats-access.ts'
import type { StatsWindow } from '../admin/stats-window.ts'
import type { RulesEngine } from '../rules/rules-engine.ts'
import { refuseMissingBindings } from './env.ts'
import { isObservable } from './env.ts'
import type { Env } from './env.ts'
import { createOwnNames } from './adapters/own-name.ts'
import { createLogWriter } from './adapters/log-writer.ts'
import type { WriteLog } from './adapters/log-writer.ts'
import { deploymentIdentity, monitorStub } from './object-stubs.ts'
import type { OperatorWindow } from './operator-window.ts'
import type { Parts } from './parts.ts'
import { platformOf } from './platform.ts'
import type { Platform } from './platform.ts'
import { createReporting } from './adapters/reporting.ts'
import { createSnapshotReader } from './adapters/snapshot-reader.ts'
import type { SnapshotReader } from './adapters/snapshot-reader.ts'
import { isOwn } from './adapters/snapshot-source.ts'

export interface Runtime {
  readonly config: Config
  readonly balancer: Balancer
  readonly reader: SnapshotReader
  /** Called after each request: sends its counts before long. Undefined: nobody could look at them. */
  readonly report: ((request: Request, lifetime: Lifetime) => void) | undefined
  /** Called after each request: sends what its rules changed in maps and lists. Undefined: no rule does. */
  readonly sendLists: ((lifetime: Lifetime) => void) | undefined
  /** Sends what this isolate has counted, for statistics. */
  readonly flush: () => Promise<void>
  /** Before the isolate ends: the same, and what stick tables have counted. */
  readonly settle: () => Promise<void>
  /** Loads it when it is asked for first. */
  window(): Promise<OperatorWindow>
  readonly platform: Platform
  /** The admin token is unusable, so it admits nobody. */
  readonly isAdminClosed: boolean
  /** False: states can never change, so no snapshot is ever requested. */
  readonly watches: boolean
}

export async function createRuntime(config: Config, env: Env, parts: Parts): Promise<Runtime> {
  refuseMissingBindings(config, env)
  const platform = platformOf(env)
  const { createTables, createStick } = parts.stickTables
  const tables = createTables(config, env)
  const counters = parts.counters?.createCounters(config, env, platform.refreshMs)
  const { patterns, fetches, converters, actions, lists } = parts
  const releaseStates = config.backends.some(({ releases }) => releases !== null) ? parts.releaseStates : undefined
  const { createHolding, createWhenClosed, createWhenEnded } = parts.inFlight
  const rules = parts.rules({ patternOf: patterns, fetches, converters, actions, createLists: lists?.createLists })
  const canLook = isObservable(config, env) || [...config.frontends, ...config.backends].some(showsNumbers)
  const refreshMs = config.snapshotRefreshMs ?? platform.refreshMs
  const reader = createSnapshotReader(
    { refreshMs, coldWaitMs: config.snapshotWaitMs },
    {
      load: (url, held) => platform.loadSnapshot(env, { refreshMs, near: config.monitorNear }, url, held),
      isOwn: (snapshot) => isOwn(env, snapshot),
      now: () => Date.now(),
      random: Math.random,
      onChange: (snapshot) => balancer.accept(snapshot),
      onFailure: logUnreachable,
    },
  )
  const throttle = createThrottle(() => Date.now())
  const isAdminClosed = adminProblem(config, env) !== undefined
  let opened: OperatorWindow | undefined
  // Kept once it is loaded: on workerd no request may await what another began.
  const window = async () => {
    if (opened) return opened
    const { createOperatorWindow } = await parts.window()
    const releases = await releaseStates?.loadWindow(config, env, reader)
    const commands = {
      ...(await lists?.loadCommands(config, env, reader, patterns)),
      ...releases?.commands,
    }
    return (opened ??= createOperatorWindow(config, env, {
      reader,
      tables,
      tableCommands: parts.stickTables.commands,
      counters,
      moveProblem: platform.moveProblem,
      setAddress: (to) => platform.setAddress(env, to),
      flush: () => report.flush(),
      throttle,
      loadJwt: parts.accessTokens,
      commands,
      releases: releases?.operations,
    }))
  }
  const secret = isAdminClosed ? undefined : env.LIMPET_ADMIN_TOKEN
  // What nobody can see is not counted.
  const counts = config.counters && canLook
  const asLogged = env.LIMPET_LOG ? loggingAs(env.LIMPET_LOG, config) : config
  const balancer = await createBalancer(counts ? asLogged : { ...asLogged, counters: false }, {
    cookieKeys: await cookieKeys(config, env),
    rules,
    tables,
    counters,
    createStick,
    createReleases: parts.releases,
    policies: parts.policies,
    createHolding,
    maxconn: parts.maxconn.createMaxconn(env),
    pageOf: (stats) => pageOf(stats, { window, secret, rules, opensStats: platform.opensStats }),
    exporter: {
      answer: async (_, { forOrigin }) => parts.exporter((await window()).operations, forOrigin.target.query),
    },
    throttle,
    passagesToken: config.maxPassages === null ? undefined : await passagesToken(deploymentIdentity(env)),
    startsAtRandom: platform.startsAtRandom,
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
  })
  const sendLists = lists?.createSender(config, env, balancer.lists, reader)
  const report = createReporting(env, platform, balancer.tallies)
  return {
    config,
    balancer,
    report: counts ? report.later : undefined,
    sendLists,
    flush: report.flush,
    settle: async () => void (await Promise.all([report.flush(), counters?.flush()])),
    window,
    platform,
    isAdminClosed,
    reader,
    watches:
      canLook ||
      Boolean(sendLists) ||
      releaseStates !== undefined ||
      config.backends.some(({ servers }) => servers.some((server) => server.check !== null)),
  }
}

/** `--log` overrides everything that the configuration says. */
function loggingAs(log: LogFormat, config: Config): Config {
  return { ...config, log, frontends: config.frontends.map((frontend) => ({ ...frontend, log: true })) }
}

/** One string: the runtime joins several, and prints objects at length. */
function createRequestLog(format: LogFormat, write: WriteLog): RequestPorts['log'] {
  if (format === 'httplog') return (line, lifetime) => write('info', httpLogLine(line), lifetime)
  return (line, lifetime) => write('info', JSON.stringify(line), lifetime)
}

function logUnreachable(error: unknown): void {
  console.error(JSON.stringify({ event: 'monitor-unreachable', error: String(error) }))
}

const NOT_UTF_8 = "it has bytes that are not UTF-8 and would be lost; the balancer's own cookie stays in it"
const NO_HOST = 'rules made it something other than HOST or HOST:PORT; the server gets the previous one'

/** Once for each backend and header: a client sends such a cookie with every request. */
function createLeftAlone(): NonNullable<RequestPorts['leftAlone']> {
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
  if (!sealsCookies(config)) return []
  const problem = cookieKeysProblem(env.LIMPET_COOKIE_KEYS)
  if (problem !== undefined) throw new LimpetError('COOKIE_KEY_MISSING', problem)
  return importCookieKeys(env.LIMPET_COOKIE_KEYS!)
}

interface PageParts {
  readonly window: Runtime['window']
  readonly secret: string | undefined
  readonly rules: RulesEngine
  readonly opensStats: boolean
}

function pageOf(stats: StatsConfig, { window, secret, rules, opensStats }: PageParts): StatsPage {
  let page: StatsWindow | undefined
  const accessOf = createStatsAccess(stats, opensStats, Boolean(secret), rules)
  return {
    matches: ({ path, query }) => isPageAt(stats, path + query),
    async answer(request, transaction, view) {
      const { clientAddress } = transaction.asked
      const url = toUrl(transaction.forOrigin.target)
      const access = accessOf(transaction, view)
      page ??= (await window()).pageOf(stats)
      return page.answer({ request, url, clientAddress, secret, access })
    },
  }
}

/** Logged once per isolate; the application's requests are not affected. */
function adminProblem({ admin }: Config, { LIMPET_ADMIN_TOKEN: secret }: Env): string | undefined {
  const problem =
    !secret || admin.enabled ? adminTokensProblem(secret ?? '') : 'admin.enabled is false: no token is accepted'
  if (problem !== undefined) console.error(JSON.stringify({ event: 'admin-closed', problem }))
  return problem
}
