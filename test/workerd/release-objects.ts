// What of a release its successor meets: the classes of its objects, its configuration, its cookies. The classes are built as
// `limpet build` builds them: with the parts that the configuration needs and no others.

import { ALL_PARTS } from '../../src/cloudflare/all-parts.ts'
import type { Env } from '../../src/cloudflare/env.ts'
import { createSlotsClass as slotsClass } from '../../src/cloudflare/objects/maxconn-leases.ts'
import { createMonitorClass as monitorClass } from '../../src/cloudflare/objects/monitor.ts'
import { createStickTableClass as stickTableClass } from '../../src/cloudflare/objects/stick-table.ts'
import { withStandIns } from '../../src/cloudflare/parts.ts'
import type { Parts } from '../../src/cloudflare/parts.ts'
import type { Config } from '../../src/config/config.ts'
import { partsFor } from '../../src/config/parts.ts'

export { createStatsClass } from '../../src/cloudflare/objects/stats.ts'
export { configOrThrow } from '../../src/config/validate.ts'
export { createSealed, importCookieKeys } from '../../src/persistence/sealed.ts'

type ConfigOf = (env: Env) => Config

export const createMonitorClass = (configOf: ConfigOf) => monitorClass(held(configOf), builtFor(configOf))
export const createStickTableClass = (configOf: ConfigOf) => stickTableClass(held(configOf), builtFor(configOf))
export const createSlotsClass = (configOf: ConfigOf) => slotsClass(held(configOf), builtFor(configOf))

/** Tests read theirs anew for each call; a Worker has one. */
function held(configOf: ConfigOf): ConfigOf {
  let config: Config | undefined
  return (env) => (config ??= configOf(env))
}

function builtFor(configOf: ConfigOf): Parts {
  return withStandIns(partsFor(configOf({} as Env), ALL_PARTS))
}
