// Validates a configuration in the Worker. It brings the validator along, and everything that any configuration may need.

import type { Config } from '../config/config.ts'
import { configFor } from '../config/define.ts'
import type { AnyConfigSource } from '../config/define.ts'
import { configOrThrow } from '../config/validate.ts'
import { ALL_PARTS } from './all-parts.ts'
import type { WorkerConfig } from './balanced-worker.ts'
import type { Env } from './env.ts'
import { configAtStart } from './mounts.ts'
import { KNOWN_PARTS } from './parts.ts'
import { platformOf } from './platform.ts'

/** Whatever `source` says may be needed: the bundle holds all of it. */
export function validated(source: AnyConfigSource): WorkerConfig {
  let config: Config | undefined
  const configOf = (env: Env) => (config ??= configOrThrow(configFor(source, { ...env }), platformOf(env).target))
  // While the isolate starts, which has a second of CPU on Cloudflare, where a request of the free plan has 10 ms.
  configAtStart(configOf)
  // None is missing, whatever the configuration.
  return { configOf, parts: ALL_PARTS, needs: {}, knows: KNOWN_PARTS }
}
