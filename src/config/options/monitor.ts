// Where the Monitor lives.

import { oneOf } from '../fields.ts'
import { option } from '../option.ts'
import { PLACES } from '../place.ts'

export const monitorOptions = {
  /**
   * The region in which a new deployment's Monitor, the object that runs the health checks, is created; `limpet monitor move`
   * moves one that already runs, and `limpet show monitor` shows where it is. `limpet serve` ignores it.
   * @default near the first request or cron run that uses it
   */
  near: option(oneOf(PLACES)),
}
