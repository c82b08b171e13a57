// createBalancedWorker: from a resolved configuration to a deployable Worker and its Durable Object classes. How the
// configuration came to be is left to whoever calls: limpet.ts validates it, `limpet build` has validated it before.

import type { RequestContext } from './adapters/arrival.ts'
import { createApp } from './app.ts'
import type { App } from './app.ts'
import type { Config } from '../config/config.ts'
import type { Env } from './env.ts'
import { answerError } from './error-answer.ts'
import { createCommandSocketClass } from './command-socket.ts'
import type { CommandSocketClass } from './command-socket.ts'
import { createIsolateClass } from './isolate.ts'
import type { IsolateClass } from './isolate.ts'
import { monitorStub } from './object-stubs.ts'
import { createMounts } from './mounts.ts'
import type { Mount } from './mounts.ts'
import { createMonitorClass } from './objects/monitor.ts'
import type { MonitorClass } from './objects/monitor.ts'
import { createSlotsClass } from './objects/maxconn-leases.ts'
import type { SlotsClass } from './objects/maxconn-leases.ts'
import { createStatsClass } from './objects/stats.ts'
import type { StatsClass } from './objects/stats.ts'
import { createStickTableClass } from './objects/stick-table.ts'
import type { StickTableClass } from './objects/stick-table.ts'
import { refuseMissingPart, withStandIns } from './parts.ts'
import type { Built } from './parts.ts'
import type { Platform } from './platform.ts'
import { createRuntime } from './runtime.ts'
import type { Runtime } from './runtime.ts'

export interface Limpet {
  /** The module's default export: `fetch` and `scheduled`. */
  readonly worker: ExportedHandler<Env>
  /**
   * Balances one request: for a Worker that has more to do than that. Never rejects: an error is logged and answered.
   * @param ctx the Worker's, or Hono's `c.executionCtx`
   */
  readonly fetch: (request: Request, env: Env, ctx: RequestContext) => Promise<Response>
  /** Wakes the health checks, should they ever have stopped. To be called each minute by a cron trigger. */
  readonly scheduled: (controller: unknown, env: Env) => Promise<void>
  /**
   * What answers the requests of one route of an application that has others of its own; `limpet/hono` is made of it.
   * @param mount `backend`: gets the route's requests, in place of the one that the frontend would choose. All other rules of the
   *   frontend hold
   * @throws {LimpetError} CONFIG_INVALID: there is no such backend. If the configuration is not valid while the isolate starts, each
   *   request is answered with 500 instead, as without a route
   */
  mount(mount?: Mount): Mounted
  /** To be exported as `Monitor`. */
  readonly Monitor: MonitorClass
  /** To be exported as `StickTable`. */
  readonly StickTable: StickTableClass
  /** To be exported as `Slots`. */
  readonly Slots: SlotsClass
  /** To be exported as `Stats`. */
  readonly Stats: StatsClass
  /** To be exported as `Isolate`; only `limpet serve` calls it. */
  readonly Isolate: IsolateClass
  /** Exported as `CommandSocket` by `limpet serve`, whose Unix sockets for commands lead to it. A deployment needs none. */
  readonly CommandSocket: CommandSocketClass
}

/** What `limpet serve` needs of it besides. */
export interface BalancedWorker extends Limpet {
  readonly runtimeOf: (env: Env) => Promise<Runtime>
}

/** Undefined: the path is the operator's and no LIMPET_ADMIN_TOKEN is set, so the answer is left to the application. */
export type Mounted = (request: Request, env: Env, ctx: RequestContext) => Promise<Response | undefined>

/** What a Worker is built from. */
export interface WorkerConfig extends Built {
  /**
   * Throws if there is no valid configuration: then every request is answered with 500. The same object until the configuration is another.
   */
  readonly configOf: (env: Env) => Config
  /** How checks reach servers, in place of the platform's way. */
  readonly createProbers?: Platform['createProbers']
}

export function createBalancedWorker(built: WorkerConfig): BalancedWorker {
  const parts = withStandIns(built.parts)
  let ready: { readonly runtime: Runtime; readonly app: App } | undefined
  const mounts = createMounts(configOf)

  function configOf(env: Env): Config {
    const config = built.configOf(env)
    refuseMissingPart(built)
    return config
  }

  /** Each first request builds for itself: on workerd none may await what another began. The first to finish is kept. */
  async function readyFor(env: Env) {
    if (ready) return ready
    const config = configOf(env)
    mounts.check(config)
    const runtime = await createRuntime(config, env, parts)
    return (ready ??= { runtime, app: createApp(runtime) })
  }

  async function answer(request: Request, env: Env, ctx: RequestContext, mount?: Mount) {
    try {
      const { runtime, app } = ready ?? (await readyFor(env))
      if (runtime.watches) {
        const waiting = runtime.reader.ensure((work) => ctx.waitUntil(work), request)
        if (waiting) await waiting
      }
      runtime.report?.(request, ctx)
      const response = await app(request, env, ctx, mount)
      runtime.sendLists?.(ctx)
      return response
    } catch (error) {
      return answerError(error)
    }
  }

  // Only a mount leaves anything to the application.
  const fetch: Limpet['fetch'] = (request, env, ctx) => answer(request, env, ctx) as Promise<Response>

  const runtimeOf = async (env: Env) => (await readyFor(env)).runtime

  async function scheduled(_controller: unknown, env: Env): Promise<void> {
    await monitorStub(env, configOf(env).monitorNear).arm()
  }

  return {
    worker: { fetch, scheduled },
    fetch,
    scheduled,
    mount(mount = {}) {
      mounts.add(mount)
      return (request, env, ctx) => answer(request, env, ctx, mount)
    },
    Monitor: createMonitorClass(configOf, parts, built.createProbers),
    StickTable: createStickTableClass(configOf, parts),
    Slots: createSlotsClass(configOf, parts),
    Stats: createStatsClass(),
    Isolate: createIsolateClass(async (env, snapshot) => (await runtimeOf(env)).reader.accept(snapshot)),
    CommandSocket: createCommandSocketClass(async (line, env) => {
      const window = await (await runtimeOf(env)).window()
      await window.converse(line)
    }),
    runtimeOf,
  }
}
