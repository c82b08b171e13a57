// The two places where the balancer runs, and everything in which they differ: `limpet serve` binds LIMPET_SERVE, a deployment does
// not. Chosen here and nowhere else; the files that it imports do the work.

import type { Config } from '../config/config.ts'
import type { Target } from '../config/issue.ts'
import { INVOCATION_REQUESTS } from '../health/check-schedule.ts'
import type { Arrival } from '../balancer/reception/arrival.ts'
import type { RequestPorts } from '../balancer/ports.ts'
import type { AddressChange } from '../admin/operations.ts'
import type { PatternOf } from '../pattern/compile.ts'
import { arrivalByHeader, arrivalBySocket } from './adapters/arrival.ts'
import type { RequestContext } from './adapters/arrival.ts'
import type { ReportingPlace } from './adapters/reporting.ts'
import type { Env } from './env.ts'
import type { OperationsPorts } from './adapters/operations.ts'
import { ownColo } from './adapters/own-colo.ts'
import { createFetchProbers, createSocketProbers, tryConnection } from './adapters/probe.ts'
import type { Probers } from './adapters/probe.ts'
import { createSendByFetch, createSendByService } from './adapters/send.ts'
import type { Send } from './adapters/send.ts'
import { createNoticeClient } from './adapters/shared-address.ts'
import { askSupervisor } from './adapters/set-address.ts'
import { askMonitor, loadSnapshot } from './adapters/snapshot-source.ts'

export interface Platform extends ReportingPlace {
  /** What the balancer needs to know: which headers the platform sets, and which answers are not from a server. */
  readonly onCloudflare: boolean
  /** The target for which a configuration is validated when an isolate starts. */
  readonly target: Target
  /** The default of `snapshotRefresh`; what isolates count in stick tables is as far apart. */
  readonly refreshMs: number
  /** How many requests the checks of one invocation may make before another goes on with the rest. */
  readonly checkRequests: number
  arrivalOf(request: Request, ctx: RequestContext, env: Env): Arrival
  createSend(env: Env, config: Config): Send
  createProbers(env: Env, config: Config, patternOf: PatternOf): Probers
  /** Tries to open a connection to a server; undefined: the platform cannot. */
  readonly probe: RequestPorts['probe']
  readonly loadSnapshot: typeof loadSnapshot
  createNoticeClient(config: Config): RequestPorts['noticeClient']
  /** Each isolate begins with a random server; false: with the first, as HAProxy does. */
  readonly startsAtRandom: boolean
  /** Whether a statistics page may be seen without a password where the configuration says so (`open`). */
  readonly opensStats: boolean
  readonly moveProblem: OperationsPorts['moveProblem']
  setAddress(env: Env, to: AddressChange): ReturnType<OperationsPorts['setAddress']>
  /** Cloudflare's location of the object that asks; null: it has none, or it is not known. */
  ownColo(): Promise<string | null>
}

const SERVE: Platform = {
  onCloudflare: false,
  target: 'serve',
  refreshMs: 1_000,
  checkRequests: Infinity,
  arrivalOf: (request, ctx, env) => arrivalBySocket(request, ctx, env.LIMPET_SOCKET),
  createSend: createSendByService,
  createProbers: createSocketProbers,
  probe: tryConnection,
  loadSnapshot: (env, { near }, _url, held) => askMonitor(env, near, held.at),
  createNoticeClient: () => undefined,
  startsAtRandom: false,
  opensStats: true,
  moveProblem: 'limpet serve keeps the Monitor on this machine',
  setAddress: askSupervisor,
  ownColo: async () => null,
  locationOf: () => undefined,
  // Calls and rows cost nothing here.
  reportIntervalMs: () => 1_000,
}

const EDGE: Platform = {
  onCloudflare: true,
  // What only one target has is refused before a deploy (`limpet check`), not by it: `wrangler dev` may use addresses.
  // Except for what restricts access by a socket, which only `limpet serve` opens.
  target: 'either',
  refreshMs: 10_000,
  checkRequests: INVOCATION_REQUESTS,
  arrivalOf: arrivalByHeader,
  createSend: (_env, config) => createSendByFetch(config),
  createProbers: createFetchProbers,
  // Only fetch reaches every server: sockets come from addresses that firewalls do not know.
  probe: undefined,
  loadSnapshot,
  createNoticeClient,
  startsAtRandom: true,
  opensStats: false,
  moveProblem: undefined,
  setAddress: async () =>
    'addr is what the configuration says: a deployed Worker cannot change its own; change it there, and deploy',
  ownColo,
  locationOf: ({ cf }) => (cf as { colo?: string } | undefined)?.colo,
  reportIntervalMs: (isWatched) => (isWatched ? 10_000 : 60_000),
}

export function platformOf({ LIMPET_SERVE }: Pick<Env, 'LIMPET_SERVE'>): Platform {
  return LIMPET_SERVE === undefined ? EDGE : SERVE
}
