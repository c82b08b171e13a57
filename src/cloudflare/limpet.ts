// createLimpet: from what an operator wrote to a deployable Worker. It brings the validator along; a configuration that
// `limpet build` has validated goes to createBalancedWorker directly.

import type { Config } from '../config/config.ts'
import { configFor } from '../config/define.ts'
import type { ConfigSource } from '../config/define.ts'
import { configOrThrow } from '../config/validate.ts'
import { createBalancedWorker } from './balanced-worker.ts'
import type { ConfigOf, Limpet } from './balanced-worker.ts'
import { platformOf } from './platform.ts'

/**
 * Builds the balancer.
 * @param source what `defineConfig` returned, or a function of `env`; validated by the first request of each isolate
 * @example const limpet = createLimpet(config); export default limpet.worker; export const { Monitor, StickTable, Slots, Stats, Isolate } = limpet
 */
export function createLimpet(source: ConfigSource): Limpet {
  return createBalancedWorker(validated(source))
}

export function validated(source: ConfigSource): ConfigOf {
  let config: Config | undefined
  return (env) => (config ??= configOrThrow(configFor(source, { ...env }), platformOf(env).target))
}
