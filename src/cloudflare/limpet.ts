// createLimpet: from what an operator wrote to a deployable Worker. It brings the validator along; a configuration that
// `limpet build` has validated goes to createBalancedWorker directly.

import type { Config } from '../config/config.ts'
import { configFor } from '../config/define.ts'
import type { ConfigSource } from '../config/define.ts'
import { configOrThrow } from '../config/validate.ts'
import { createBalancedWorker } from './balanced-worker.ts'
import type { Limpet, WorkerConfig } from './balanced-worker.ts'
import type { Env } from './env.ts'
import { platformOf } from './platform.ts'

/**
 * Builds the balancer.
 * @param source what `defineConfig` returned, or a function of `env`; validated by the first request of each isolate
 * @example const limpet = createLimpet(config); export default limpet.worker; export const { Monitor, StickTable, Slots, Stats, Isolate } = limpet
 */
export function createLimpet(source: ConfigSource): Limpet {
  return createBalancedWorker(validated(source))
}

/** Whatever `source` says may be needed: the bundle holds all of it. */
export function validated(source: ConfigSource): WorkerConfig {
  let config: Config | undefined
  return {
    configOf: (env: Env) => (config ??= configOrThrow(configFor(source, { ...env }), platformOf(env).target)),
    loadJwt: () => import('../admin/jwt.ts'),
  }
}
