// Validates a configuration in the Worker. It brings the validator along, and everything that any configuration may need.

import { env as startEnv } from 'cloudflare:workers'

import type { Config } from '../config/config.ts'
import { configFor } from '../config/define.ts'
import type { AnyConfigSource } from '../config/define.ts'
import { configOrThrow } from '../config/validate.ts'
import type { WorkerConfig } from './balanced-worker.ts'
import type { Env } from './env.ts'
import { platformOf } from './platform.ts'

/** Whatever `source` says may be needed: the bundle holds all of it. */
export function validated(source: AnyConfigSource): WorkerConfig {
  let config: Config | undefined
  const configOf = (env: Env) => (config ??= configOrThrow(configFor(source, { ...env }), platformOf(env).target))
  validateNow(configOf)
  return { configOf, loadJwt: () => import('../admin/jwt.ts') }
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
