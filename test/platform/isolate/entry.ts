// What stands between the deployed bundle and the runtime: an environment, a cache, a clock and a fetch that behave as Cloudflare's
// are documented to. The bundle beside it is untouched, byte for byte. Tests speak to it by the path below.

import type { Env } from '../../../src/cloudflare/env.ts'
import { holdAlarm } from './alarms.ts'
import type { HeldAlarm } from './alarms.ts'
import { createCache } from './cache.ts'
import { createKv } from './kv.ts'
import worker, * as limpet from './limpet.js'
import { surroundNamespace } from './objects.ts'
import { change, failIfAsked, seen, settings } from './settings.ts'
import type { Settings } from './settings.ts'
import { asInvocation, countSubrequests } from './subrequests.ts'

const TEST_PATH = '/.rehearsal'
const OBJECTS = ['MONITOR', 'STICK_TABLE', 'SLOTS', 'STATS'] as const
const NAMESPACES = ['SNAPSHOT', 'STICK_KV'] as const

interface Surrounded extends Env {
  /** Where what locations share is kept. */
  readonly TRUTH: Fetcher
  /** The KV namespaces that this deployment has. */
  readonly NAMESPACES: readonly string[]
  /** Whether the Monitor's alarm is the test's to ring. */
  readonly HOLDS_ALARMS: boolean
  readonly HAS_MAIL: boolean
  readonly RANDOM?: number
}

const machineNow = Date.now
Date.now = () => machineNow() + settings.aheadMs
globalThis.fetch = countSubrequests(globalThis.fetch)

const surroundings = new WeakMap<Surrounded, Env>()

function surround(env: Surrounded): Env {
  const known = surroundings.get(env)
  if (known) return known
  if (env.RANDOM !== undefined) Math.random = () => env.RANDOM!
  Object.defineProperty(globalThis, 'caches', { value: createCache(env.TRUTH), configurable: true })
  const objects = OBJECTS.map((name) => [name, surroundNamespace(name, env[name] as DurableObjectNamespace)])
  const namespaces = NAMESPACES.filter((name) => env.NAMESPACES.includes(name)).map((name) => [
    name,
    createKv(name, env.TRUTH),
  ])
  const mail = env.HAS_MAIL ? [['EMAIL', { send }]] : []
  const made = { ...env, ...(Object.fromEntries([...objects, ...namespaces, ...mail]) as Partial<Env>) }
  surroundings.set(env, made)
  return made
}

/** https://developers.cloudflare.com/email-service/api/send-emails/workers-api/ */
async function send(mail: unknown): Promise<void> {
  failIfAsked('EMAIL')
  seen.mails.push(mail)
}

export class Monitor extends limpet.Monitor {
  readonly #alarm: HeldAlarm | undefined

  constructor(ctx: DurableObjectState, env: Surrounded) {
    const alarm = env.HOLDS_ALARMS ? holdAlarm(ctx) : undefined
    super(ctx, surround(env))
    this.#alarm = alarm
  }

  override alarm(): void | Promise<void> {
    return asInvocation(() => super.alarm!())
  }

  override arm(): Promise<void> {
    return asInvocation(() => super.arm())
  }

  /** As the platform calls the handler; `forgotten`: it never does, and nobody knows of the alarm any more. */
  async ring(times: number, isForgotten: boolean): Promise<void> {
    this.#alarm!.atMs = null
    if (isForgotten) return
    await Promise.all(Array.from({ length: times }, () => this.alarm()))
  }

  async alarmMs(): Promise<number | null> {
    return this.#alarm ? this.#alarm.atMs : this.ctx.storage.getAlarm()
  }
}

export class StickTable extends limpet.StickTable {
  constructor(ctx: DurableObjectState, env: Surrounded) {
    super(ctx, surround(env))
  }
}

export class Slots extends limpet.Slots {
  constructor(ctx: DurableObjectState, env: Surrounded) {
    super(ctx, surround(env))
  }
}

export class Stats extends limpet.Stats {
  constructor(ctx: DurableObjectState, env: Surrounded) {
    super(ctx, surround(env))
  }
}

type Told = Partial<Settings> & { readonly ring?: number; readonly forget?: boolean }

/** Changes what it is told, rings the Monitor's alarm, and says what was seen so far. */
async function obey(told: Told, { MONITOR }: Env): Promise<Response> {
  const { ring, forget, ...settingsChanged } = told
  change(settingsChanged)
  const monitor = MONITOR!.getByName('monitor') as unknown as Pick<Monitor, 'ring' | 'alarmMs'>
  if (ring !== undefined || forget) await monitor.ring(ring ?? 0, forget ?? false)
  return Response.json({ ...seen, alarmMs: await monitor.alarmMs() })
}

export default {
  async fetch(request, env, ctx) {
    if (new URL(request.url).pathname === TEST_PATH) return obey(await request.json(), env)
    return asInvocation(() => worker.fetch!(request, surround(env), ctx))
  },
  scheduled: (controller, env, ctx) => asInvocation(() => worker.scheduled!(controller, surround(env), ctx)),
} satisfies ExportedHandler<Surrounded>
