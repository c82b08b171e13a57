// Where the Monitor lives, and the places that Cloudflare knows.

import { oneOf } from '../fields.ts'
import { option } from '../option.ts'

/** Cloudflare's hints for the place of a Durable Object, as @cloudflare/workers-types has them. */
export const PLACES = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'apac-ne', 'apac-se', 'oc', 'afr', 'me'] as const
export type Place = (typeof PLACES)[number]

export const monitorOptions = {
  /**
   * The region in which a new deployment's Monitor, the object that runs the health checks, is created; `limpet monitor move`
   * moves one that already runs, and `limpet show monitor` shows where it is. `limpet serve` ignores it.
   */
  near: option(oneOf(PLACES), { depends: 'near the first request or cron run that uses it' }),
}
