// The Worker of `limpet serve`: worker.ts's, in a front or in the keeper, as its environment says (served-env.ts), and the entrypoints by
// which the processes reach each other. A configuration may be replaced while it runs, so all parts are there.

import { WorkerEntrypoint } from 'cloudflare:workers'

import type { Config } from '../../config/config.ts'
import type { CheckResult } from '../../health/check.ts'
import type { Snapshot } from '../../health/snapshot.ts'
import { createTables } from '../adapters/stick-tables.ts'
import { ALL_PARTS } from '../all-parts.ts'
import { createBalancedWorker } from '../balanced-worker.ts'
import type { BalancedWorker, WorkerConfig } from '../balanced-worker.ts'
import { isolates } from '../env.ts'
import { KNOWN_PARTS } from '../parts.ts'
import type { Parts } from '../parts.ts'
import type { Env } from '../env.ts'
import { monitorStub } from '../object-stubs.ts'
import type { KeeperRpc, ObjectBinding, StatsView } from '../rpc.ts'
import { createHeldConfig } from './held-config.ts'
import { frontEnv, generationOf, keeperEnv, tellFronts } from './served-env.ts'
import type { AskedCheck } from './served-env.ts'
import { createFrontCheck, createKeeperProbers } from './served-probers.ts'

/** How long the first requests of a front wait for a keeper that does not answer. */
const CONFIGURE_WAIT_MS = 1_000
const SETTLE_EACH_MS = 20
const HELD_EACH_MS = 5
const HELD_AT_MOST_MS = 1_000
/** The tables are in another process of a machine that may be busy. If it has ended, a call fails at once. */
const TABLE_PATIENCE_MS = 2_000

const { stickTables } = ALL_PARTS
const PARTS: Parts = {
  ...ALL_PARTS,
  stickTables: { ...stickTables, createTables: (config, env) => createTables(config, env, TABLE_PATIENCE_MS) },
}

/** One isolate of a front, for the process that started it. */
export interface FrontIsolate {
  /** Tells the keeper of this front's configuration; throws if the Worker cannot serve by it. */
  start(): Promise<void>
  accept(snapshot: Snapshot): Promise<void>
  /** Sends what is counted. */
  flush(): Promise<void>
  /** Answers wait until it settles: a front that leaves then tells its clients to connect again. */
  hold(): Promise<void>
  /** Once no request is in progress: sends all that was counted, for statistics and in stick tables. */
  settle(): Promise<void>
}

type Entrypoint<Calls> = new (ctx: ExecutionContext, env: Env) => WorkerEntrypoint<Env> & Calls

/** What workerd finds in the module of keeper and fronts. */
export interface ServedWorker extends Pick<
  BalancedWorker,
  'CommandSocket' | 'Monitor' | 'StickTable' | 'Slots' | 'Stats'
> {
  fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response>
  readonly Isolate: Entrypoint<FrontIsolate>
  readonly Keeper: Entrypoint<KeeperRpc>
  readonly Control: Entrypoint<object>
}

export function createServedWorker(built: Pick<WorkerConfig, 'configOf'>): ServedWorker {
  const held = createHeldConfig(built.configOf, generationOf)
  const limpet = createBalancedWorker({
    configOf: held.configOf,
    parts: PARTS,
    needs: {},
    knows: KNOWN_PARTS,
    createProbers: createKeeperProbers,
  })
  let frontCheck: ReturnType<typeof createFrontCheck> | undefined
  let isConfigured = false
  const requests = { inProgress: 0, heldUntilMs: 0 }

  async function configure(env: Env): Promise<void> {
    await env.KEEPER!.configure(held.configOf(env), generationOf(env))
    isConfigured = true
  }

  /** The objects must know what this front knows, such as a new stick table. Without a keeper it goes on as it can. */
  async function fetchFirst(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    const late = new Promise((resolve) => setTimeout(resolve, CONFIGURE_WAIT_MS))
    await Promise.race([configure(env).catch(() => undefined), late])
    isConfigured = true
    return limpet.fetch(request, frontEnv(env), ctx)
  }

  async function fetch(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    requests.inProgress += 1
    // It never rejects.
    const answer = await serve(request, env, ctx)
    // No request may wait for a promise of another.
    while (Date.now() < requests.heldUntilMs) await new Promise((resolve) => setTimeout(resolve, HELD_EACH_MS))
    requests.inProgress -= 1
    return answer
  }

  function serve(request: Request, env: Env, ctx: ExecutionContext): Promise<Response> {
    return isConfigured ? limpet.fetch(request, frontEnv(env), ctx) : fetchFirst(request, env, ctx)
  }

  class Isolate extends WorkerEntrypoint<Env> implements FrontIsolate {
    async start(): Promise<void> {
      await configure(this.env)
      const env = frontEnv(this.env)
      const { config, reader, watches } = await limpet.runtimeOf(env)
      // The first request need not wait for it.
      if (watches) reader.accept(await monitorStub(env, config.monitorNear).snapshot())
    }

    async accept(snapshot: Snapshot): Promise<void> {
      const { reader } = await limpet.runtimeOf(frontEnv(this.env))
      reader.accept(snapshot)
    }

    async flush(): Promise<void> {
      const { flush } = await limpet.runtimeOf(frontEnv(this.env))
      await flush()
    }

    async hold(): Promise<void> {
      requests.heldUntilMs = Date.now() + HELD_AT_MOST_MS
    }

    async settle(): Promise<void> {
      requests.heldUntilMs = 0
      while (requests.inProgress > 0) await new Promise((resolve) => setTimeout(resolve, SETTLE_EACH_MS))
      const { settle } = await limpet.runtimeOf(frontEnv(this.env))
      await settle()
    }
  }

  class Keeper extends WorkerEntrypoint<Env> implements KeeperRpc {
    async call(binding: ObjectBinding, name: string, method: string, args: readonly unknown[]): Promise<unknown> {
      const stub = (this.env[binding] as DurableObjectNamespace).getByName(name)
      return (stub as unknown as Record<string, (...values: readonly unknown[]) => unknown>)[method]!(...args)
    }

    async configure(config: Config, generation: number): Promise<void> {
      // The Monitor opens by it at once: its checks go on without being asked.
      if (held.take(this.env, config, generation)) await limpet.scheduled(undefined, this.env)
    }
  }

  /** Reached through a Unix socket in the state directory. */
  class Control extends WorkerEntrypoint<Env> {
    override async fetch(request: Request): Promise<Response> {
      const call = new URL(request.url).pathname.slice(1)
      try {
        if (call === 'check') return Response.json(await this.#check(await request.json()))
        if (call === 'scheduled') await limpet.scheduled(undefined, this.env)
        else if (call === 'withdraw') await this.#withdraw(await request.json<number>())
        else await this.#askIsolates(call, request)
        return new Response('done')
      } catch (error) {
        return new Response(String(error), { status: 500 })
      }
    }

    #check(asked: AskedCheck): Promise<CheckResult> {
      frontCheck ??= createFrontCheck(this.env, held.configOf(this.env), PARTS.patterns)
      return frontCheck(asked)
    }

    /** Of the keeper: fronts of this generation did not start. */
    async #withdraw(generation: number): Promise<void> {
      if (held.withdraw(this.env, generation)) await limpet.scheduled(undefined, this.env)
    }

    async #askIsolates(call: string, request: Request): Promise<void> {
      const all = isolates(this.env) as unknown as readonly FrontIsolate[]
      if (call === 'accept') {
        const snapshot = await request.json<Snapshot>()
        await Promise.all(all.map((isolate) => isolate.accept(snapshot)))
      } else if (call === 'start' || call === 'flush' || call === 'hold' || call === 'settle') {
        // Its end says that they may.
        if (call === 'settle') await request.text()
        await Promise.all(all.map((isolate) => isolate[call]()))
      } else throw new Error(`nothing is called '${call}'`)
    }
  }

  return {
    fetch,
    Isolate,
    Keeper,
    Control,
    CommandSocket: class extends limpet.CommandSocket {
      constructor(ctx: ExecutionContext, env: Env) {
        super(ctx, frontEnv(env))
      }
    },
    Monitor: class extends limpet.Monitor {
      constructor(ctx: DurableObjectState, env: Env) {
        super(ctx, keeperEnv(env))
      }
    },
    StickTable: limpet.StickTable,
    Slots: limpet.Slots,
    /** Whoever looks at the counters sees what every front has counted up to now. */
    Stats: class extends limpet.Stats {
      override async view(): Promise<StatsView> {
        await tellFronts(this.env, { flush: true })
        return super.view()
      }

      override async clear(all: boolean): Promise<void> {
        await tellFronts(this.env, { flush: true })
        return super.clear(all)
      }
    },
  }
}
