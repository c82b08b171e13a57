// The Worker's environment. Under `limpet serve` the CLI adds bindings that a deployment does not have: LIMPET_SERVE says so
// (what follows from it is platform.ts's), `server:BACKEND/NAME` is one origin, `isolate:N` one isolate.

import type { ArrivalSocket } from '../balancer/reception/arrival.ts'
import { ISOLATE_BINDING, missingBindings, missingText } from '../config/bindings.ts'
import type { Config } from '../config/config.ts'
import type { LogFormat } from '../config/options/root.ts'
import { checkKey, proxyKey } from '../config/keys.ts'
import { LimpetError } from '../errors.ts'
import type { IsolateRpc, KeeperRpc, MonitorRpc, SlotsRpc, StatsRpc, StickTableRpc } from './rpc.ts'

export interface Env {
  /** The object that knows the servers' states. */
  readonly MONITOR?: DurableObjectNamespace<MonitorRpc>
  /** Where stick tables are kept. */
  readonly STICK_TABLE?: DurableObjectNamespace<StickTableRpc>
  /** Where stick tables are kept that say `store: 'kv'`. */
  readonly STICK_KV?: KVNamespace
  /** Who holds how many slots of each maxconn. */
  readonly SLOTS?: DurableObjectNamespace<SlotsRpc>
  /** What was counted. */
  readonly STATS?: DurableObjectNamespace<StatsRpc>
  /** Optional: where isolates read the snapshot, so that thousands of them do not poll one object. */
  readonly SNAPSHOT?: KVNamespace
  /** Comma-separated; the first signs cookies, all verify them. */
  readonly LIMPET_COOKIE_KEYS?: string
  readonly LIMPET_ADMIN_TOKEN?: string
  /** Sends mail from a deployment. */
  readonly EMAIL?: SendEmail
  /** Sends mail from `limpet serve`. */
  readonly LIMPET_MAIL?: Fetcher
  /** Sends lines to syslog from `limpet serve`. */
  readonly LIMPET_SYSLOG?: Fetcher
  /** `limpet serve --log`: in place of the configuration's. */
  readonly LIMPET_LOG?: LogFormat
  /** What people call this deployment; `limpet serve` sets the machine's name. */
  readonly LIMPET_NAME?: string
  /** Distinguishes this `limpet serve` from every other: objects have the same names in all of them. */
  readonly LIMPET_DEPLOYMENT?: string
  /** Present under `limpet serve` only. */
  readonly LIMPET_SERVE?: string
  /** Under `limpet serve`: the only socket that leads to this isolate; undefined: there are several, and each says which it is. */
  readonly LIMPET_SOCKET?: ArrivalSocket
  /** Of a process of `limpet serve` that serves clients: leads to the one that has the objects. */
  readonly KEEPER?: Service<KeeperRpc>
  /** Of the one that has the objects: leads to all that serve clients. */
  readonly LIMPET_FRONTS?: Fetcher
  /** Under `limpet serve`, of a front: the process that started it. */
  readonly LIMPET_SUPERVISOR?: Fetcher
  /** Counts the configurations of one `limpet serve`, from 1. */
  readonly LIMPET_GENERATION?: string
  /** Present if it opened a socket for HAProxy's commands. */
  readonly LIMPET_STATS_SOCKET?: string
}

/** Whether anybody can look in: without a token or a socket there is nothing to look at. */
export function isObservable({ admin }: Config, env: Env): boolean {
  return (admin.enabled && Boolean(env.LIMPET_ADMIN_TOKEN)) || env.LIMPET_STATS_SOCKET !== undefined
}

/** Throws if the deployment lacks a binding that the configuration needs, so that no feature is silently absent. */
export function refuseMissingBindings(config: Config, env: Env): void {
  const has = (name: keyof Env) => env[name] !== undefined || (name === 'EMAIL' && env.LIMPET_MAIL !== undefined)
  const missing = missingBindings(config, has)
  const refused = missing.filter(({ without }) => without === 'refuse')
  if (refused.length > 0) {
    throw new LimpetError('CONFIG_INVALID', refused.map((row) => missingText(row, config)).join('; '))
  }
  for (const row of missing.filter(({ without }) => without === 'log')) {
    const problem = missingText(row, config)
    console.error(JSON.stringify({ event: 'binding-missing', binding: row.name, problem }))
  }
}

/** The service that leads to one origin, with the client's Host kept. */
export function serverService(env: Env, backend: string, server: string): Fetcher {
  const name = proxyKey('server', backend, server)
  const service = (env as unknown as Record<string, Fetcher | undefined>)[name]
  if (!service) throw new LimpetError('INTERNAL', `the binding ${name} is missing`)
  return service
}

/** What checks of a server go through that has its own CAs; undefined: a plain socket. */
export function checkService(env: Env, backend: string, server: string): Fetcher | undefined {
  return (env as unknown as Record<string, Fetcher | undefined>)[checkKey(backend, server)]
}

/** The other isolates of this process, to which the Monitor hands changes on. */
export function isolates(env: Env): readonly Service<IsolateRpc>[] {
  return Object.entries(env)
    .filter(([name]) => name.startsWith(ISOLATE_BINDING))
    .map(([, service]) => service as Service<IsolateRpc>)
}

/** The snapshot's key in KV. */
export const SNAPSHOT_KEY = 'limpet-snapshot'

/** How often it is rewritten even if unchanged: another deployment may have written there. */
export const REPUBLISH_MS = 300_000
