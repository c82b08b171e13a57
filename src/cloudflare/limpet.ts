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

/**
 * Builds the balancer.
 * @param source what `defineConfig` returned, or a function of `env`; called and validated once while an isolate starts, and again
 *   by each request if that fails: then each is answered with 500 and the log names the errors. Or what `limpet build` wrote.
 * @example const limpet = createLimpet(config); export default limpet.worker; export const { Monitor, StickTable, Slots, Stats, Isolate } = limpet
 */
export function createLimpet(source: AnyConfigSource | BuiltConfig): Limpet {
  return createBalancedWorker('configOf' in source ? (source as WorkerConfig) : validated(source))
}
