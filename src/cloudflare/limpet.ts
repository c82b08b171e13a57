// createLimpet: from what an operator wrote to a deployable Worker. It brings the validator along; a configuration that
// `limpet build` has validated goes to createBalancedWorker directly.

import type { Config } from '../config/config.ts'
import { configFor } from '../config/define.ts'
import type { ConfigSource } from '../config/define.ts'
import { configOrThrow } from '../config/validate.ts'
import { createBalancedWorker } from './balanced-worker.ts'
import type { Limpet, WorkerConfig } from './balanced-worker.ts'
import type { Env } from './env.ts'
import { configAtStart } from './mounts.ts'
import { platformOf } from './platform.ts'

/** By source: who exports the objects and who answers requests may be two files, or several middlewares, of one balancer. */
const limpets = new WeakMap<ConfigSource, Limpet>()

/**
 * Builds the balancer; called again with the same source, it returns the same one.
 * @param source what `defineConfig` returned, or a function of `env`; called and validated once while an isolate starts, and again
 *   by each request if that fails: then each is answered with 500 and the log names the errors
 * @example const limpet = createLimpet(config); export default limpet.worker; export const { Monitor, StickTable, Slots, Stats, Isolate } = limpet
 */
export function createLimpet(source: ConfigSource): Limpet {
  const known = limpets.get(source)
  if (known) return known
  const limpet = createBalancedWorker(validated(source))
  // What is not even an object is an error of the configuration, which requests are answered with.
  if (Object(source) === source) limpets.set(source, limpet)
  return limpet
}

/** Whatever `source` says may be needed: the bundle holds all of it. */
export function validated(source: ConfigSource): WorkerConfig {
  let config: Config | undefined
  const configOf = (env: Env) => (config ??= configOrThrow(configFor(source, { ...env }), platformOf(env).target))
  // While the isolate starts, which has a second of CPU on Cloudflare, where a request of the free plan has 10 ms.
  configAtStart(configOf)
  return { configOf, loadJwt: () => import('../admin/jwt.ts') }
}
