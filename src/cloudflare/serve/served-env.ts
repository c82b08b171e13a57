// What `limpet serve` binds. It runs the Worker in several processes: one keeper, which has all Durable Objects, and fronts, which serve
// clients and reach the objects through it. The balancer notices nothing of it: it is given an environment as on Cloudflare.

import { ISOLATE_BINDING } from '../../config/bindings.ts'
import type { CheckResult } from '../../health/check.ts'
import type { Snapshot } from '../../health/snapshot.ts'
import type { Env } from '../env.ts'
import type { ObjectBinding } from '../rpc.ts'

const OBJECT_BINDINGS: readonly ObjectBinding[] = ['MONITOR', 'STICK_TABLE', 'SLOTS', 'STATS']

/** What the keeper asks of all fronts, and the process that started them hands on. */
export type FrontsMessage =
  | { readonly accept: Snapshot }
  | { readonly flush: true }
  /** Of one of them. */
  | { readonly check: AskedCheck }

/** A check of a server that has its own CAs: only fronts have services for those. */
export interface AskedCheck {
  readonly backend: string
  readonly server: string
  readonly state?: string | undefined
}

export function generationOf({ LIMPET_GENERATION }: Env): number {
  return Number(LIMPET_GENERATION ?? 0)
}

/** The environment is the same object for each request: so is what is made of it. */
function once(make: (env: Env) => Env): (env: Env) => Env {
  let latest: { readonly env: Env; readonly made: Env } | undefined
  return (env) => {
    if (latest?.env !== env) latest = { env, made: make(env) }
    return latest.made
  }
}

/** With the keeper's objects in the place of this process's, which only know their ids. */
export const frontEnv = once((env) => ({
  ...env,
  ...Object.fromEntries(OBJECT_BINDINGS.map((binding) => [binding, keptNamespace(env, binding)])),
}))

/** For the Monitor: all fronts are one isolate, to which it hands changes on. */
export const keeperEnv = once((env) => ({
  ...env,
  [`${ISOLATE_BINDING}fronts`]: { accept: (snapshot: Snapshot) => tellFronts(env, { accept: snapshot }) },
}))

export async function tellFronts(env: Env, message: FrontsMessage): Promise<void> {
  const answer = await postToFronts(env, message)
  await answer?.body?.cancel()
}

/** Rejects if no front can. */
export async function checkByFront(env: Env, check: AskedCheck): Promise<CheckResult> {
  const answer = await postToFronts(env, { check })
  if (!answer?.ok) throw new Error(`no front checks ${check.backend}/${check.server}: ${await answer?.text()}`)
  return answer.json<CheckResult>()
}

async function postToFronts({ LIMPET_FRONTS }: Env, message: FrontsMessage): Promise<Response | undefined> {
  return LIMPET_FRONTS?.fetch('http://fronts/', { method: 'POST', body: JSON.stringify(message) })
}

/** As much of a namespace as is used. */
function keptNamespace(env: Env, binding: ObjectBinding) {
  const local = env[binding] as DurableObjectNamespace
  const namespace = {
    idFromName: (name: string) => local.idFromName(name),
    jurisdiction: () => namespace,
    getByName: (name: string) =>
      new Proxy(
        {},
        {
          get:
            (_, method: string) =>
            (...args: readonly unknown[]) =>
              env.KEEPER!.call(binding, name, method, args),
        },
      ),
  }
  return namespace
}
