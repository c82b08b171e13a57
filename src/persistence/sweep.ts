// When the ended entries of a table are deleted from storage. Each sweep is a separate, billed call.

import type { LifeLimits } from './table.ts'

/** The most rows that one sweep deletes, so that requests do not wait long for it. */
export const SWEPT_ROWS = 1_000
/** How long ended entries may wait, at least and at most. */
const LEAST_MS = 1_000
const MOST_MS = 3_600_000

/** After a quarter of an entry's life. Undefined: entries do not end. */
export function sweepAfterMs({ expireMs, maxlifeMs }: LifeLimits): number | undefined {
  const lifeMs = expireMs ?? maxlifeMs
  return lifeMs === null ? undefined : Math.min(MOST_MS, Math.max(LEAST_MS, lifeMs / 4))
}
