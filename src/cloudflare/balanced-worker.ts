// createBalancedWorker: from a resolved configuration to a deployable Worker and its Durable Object classes. How the
// configuration came to be is left to whoever calls: limpet.ts validates it, `limpet build` has validated it before.

import type { LoadJwt } from '../admin/access.ts'
import type { RequestContext } from './adapters/arrival.ts'
import { createApp } from './app.ts'
import type { App } from './app.ts'
import type { Config } from '../config/config.ts'
import type { Env } from './env.ts'
import { answerError } from './error-answer.ts'
import { createIsolateClass } from './isolate.ts'
import type { IsolateClass } from './isolate.ts'
import { monitorStub } from './object-stubs.ts'
import { createMonitorClass } from './objects/monitor.ts'
import type { MonitorClass } from './objects/monitor.ts'
import { createSlotsClass } from './objects/maxconn-leases.ts'
import type { SlotsClass } from './objects/maxconn-leases.ts'
import { createCommandSocketClass } from './stats-socket.ts'
import type { CommandSocketClass } from './stats-socket.ts'
import { createStatsClass } from './objects/stats.ts'
import type { StatsClass } from './objects/stats.ts'
import { createStickTableClass } from './objects/stick-table.ts'
import type { StickTableClass } from './objects/stick-table.ts'
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

/** What a Worker is built from. */
export interface WorkerConfig {
  /** Throws if there is no valid configuration: then every request is answered with 500. */
  readonly configOf: (env: Env) => Config
  /** Needed where the configuration has `admin.access`. */
  readonly loadJwt?: LoadJwt
}

export function createBalancedWorker({ configOf, loadJwt }: WorkerConfig): Limpet {
  let ready: { readonly runtime: Runtime; readonly app: App } | undefined

  /** Each first request builds for itself: on workerd none may await what another began. The first to finish is kept. */
  async function readyFor(env: Env) {
    if (ready) return ready
    const runtime = await createRuntime(configOf(env), env)
    return (ready ??= { runtime, app: createApp(runtime, loadJwt) })
  }

  async function fetch(request: Request, env: Env, ctx: RequestContext): Promise<Response> {
    try {
      const { runtime, app } = ready ?? (await readyFor(env))
      if (runtime.watches) {
        const waiting = runtime.reader.ensure((work) => ctx.waitUntil(work), request)
        if (waiting) await waiting
      }
      runtime.report?.(request, ctx)
      return await app(request, env, ctx)
    } catch (error) {
      return answerError(error)
    }
  }

  async function scheduled(_controller: unknown, env: Env): Promise<void> {
    await monitorStub(env, configOf(env).monitorNear).arm()
  }

  return {
    worker: { fetch, scheduled },
    fetch,
    scheduled,
    Monitor: createMonitorClass(configOf),
    StickTable: createStickTableClass(configOf),
    Slots: createSlotsClass(configOf),
    Stats: createStatsClass(),
    Isolate: createIsolateClass(async (env, snapshot) => {
      const { runtime } = await readyFor(env)
      runtime.reader.accept(snapshot)
    }),
    CommandSocket: createCommandSocketClass(async (env) => (await readyFor(env)).runtime.operations),
  }
}
