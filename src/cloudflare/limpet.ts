// createLimpet: from what an operator wrote to a deployable Worker. What `limpet build` has validated needs no validator: a bundler
// that puts no-validator.ts in the place of validator.ts leaves it out.

import type { AnyConfigSource } from '../config/define.ts'
import { createBalancedWorker } from './balanced-worker.ts'
import type { Limpet, WorkerConfig } from './balanced-worker.ts'
import type { Env } from './env.ts'
import { validated } from './validator.ts'

/** What the module exports as default that `limpet build` writes. What is in it belongs to one version of Limpet. */
export interface BuiltConfig {
  readonly configOf: (env: Env) => object
}

type Source = AnyConfigSource | BuiltConfig

/** The latest of each source: middlewares share it, and with whoever exports the objects. */
const latest = new WeakMap<Source, Limpet>()
/** Made for a middleware, before `createLimpet` was called. */
const unclaimed = new WeakSet<Limpet>()

/**
 * Builds the balancer, or returns the one that middlewares of the same source (`limpet/hono`) have begun to use.
 * @param source what `defineConfig` returned, or a function of `env`; called and validated once while an isolate starts, and again
 *   by each request if that fails: then each is answered with 500 and the log names the errors. Or what `limpet build` wrote.
 * @example const limpet = createLimpet(config); export default limpet.worker; export const { Monitor, StickTable, Slots, Stats } = limpet
 */
export function createLimpet(source: Source): Limpet {
  const begun = latest.get(source)
  return begun && unclaimed.delete(begun) ? begun : build(source)
}

/** The balancer of all middlewares of this source. */
export function sharedLimpet(source: Source): Limpet {
  const known = latest.get(source)
  if (known) return known
  const limpet = build(source)
  unclaimed.add(limpet)
  return limpet
}

function build(source: Source): Limpet {
  const limpet = createBalancedWorker('configOf' in source ? (source as WorkerConfig) : validated(source))
  latest.set(source, limpet)
  return limpet
}
