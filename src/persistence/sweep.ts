// When the ended entries of a table are deleted from storage. Each sweep is a call of its own, and is paid for.

import type { LifeLimits } from './table.ts'

/** So many rows are deleted by one sweep, so that requests wait for none of them long. */
export const SWEPT_ROWS = 1_000
/** How long ended entries may wait, at least and at most. */
const LEAST_MS = 1_000
const MOST_MS = 3_600_000

/** After a quarter of an entry's life. Undefined: entries do not end. */
export function sweepAfterMs({ expireMs, maxlifeMs }: LifeLimits): number | undefined {
  const lifeMs = expireMs ?? maxlifeMs
  return lifeMs === null ? undefined : Math.min(MOST_MS, Math.max(LEAST_MS, lifeMs / 4))
}
