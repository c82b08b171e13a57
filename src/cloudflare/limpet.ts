// createLimpet: from what an operator wrote to a deployable Worker. It brings the validator along; a configuration that
// `limpet build` has validated goes to createBalancedWorker directly.

import { env as startEnv } from 'cloudflare:workers'

import type { Config } from '../config/config.ts'
import { configFor } from '../config/define.ts'
import type { ConfigSource } from '../config/define.ts'
import { configOrThrow } from '../config/validate.ts'
import { ALL_PARTS } from './all-parts.ts'
import { createBalancedWorker } from './balanced-worker.ts'
import type { Limpet, WorkerConfig } from './balanced-worker.ts'
import type { Env } from './env.ts'
import { platformOf } from './platform.ts'

/**
 * Builds the balancer.
 * @param source what `defineConfig` returned, or a function of `env`; called and validated once while an isolate starts, and again
 *   by each request if that fails: then each is answered with 500 and the log names the errors
 * @example const limpet = createLimpet(config); export default limpet.worker; export const { Monitor, StickTable, Slots, Stats, Isolate } = limpet
 */
export function createLimpet(source: ConfigSource): Limpet {
  return createBalancedWorker(validated(source))
}

/** Whatever `source` says may be needed: the bundle holds all of it. */
export function validated(source: ConfigSource): WorkerConfig {
  let config: Config | undefined
  const configOf = (env: Env) => (config ??= configOrThrow(configFor(source, { ...env }), platformOf(env).target))
  validateNow(configOf)
  return { configOf, parts: ALL_PARTS }
}

/**
 * While the isolate starts, which has a second of CPU on Cloudflare, where a request of the free plan has 10 ms. What fails now
 * fails again with the first request, which is answered and logged; here it would be a Worker that cannot be deployed.
 */
function validateNow(configOf: (env: Env) => Config): void {
  try {
    configOf(startEnv as Env)
  } catch {
    // See above.
  }
}
