// What stick tables that count use: each isolate merges what it has counted with the table's objects.

import type { Config } from '../config/config.ts'
import type { StickTableConfig } from '../config/options/stick.ts'
import { COUNTS_READ_ROWS, COUNTS_ROWS, SAVE_ROWS } from './operations.ts'
import { MONTH_S, timesAMonth } from './traffic.ts'
import type { Traffic } from './traffic.ts'
import { calls } from './use.ts'
import type { Use } from './use.ts'

/** As often as an isolate merges while new keys come; each ten seconds without any. */
export const MERGE_S = 2.5
/** For so long `gpc` and `gpt` wait to be written, by an alarm. */
export const SAVE_S = 8

export function countingUses({ frontends, backends }: Config, traffic: Traffic): readonly Use[] {
  return [...backends, ...frontends].flatMap(({ name, stickTable }) => {
    if (!stickTable || stickTable.data.length === 0) return []
    return [{ what: `counting table ${name}`, amounts: amountsOf(stickTable, traffic) }]
  })
}

/** As if every visitor were counted there under a key of their own, and changed its `gpc` or `gpt` once; each request asks an `exact` table. */
function amountsOf({ data, shards, exact }: StickTableConfig, traffic: Traffic): Use['amounts'] {
  const merges = timesAMonth(MERGE_S, traffic.isolates * shards, traffic) + (exact ? traffic.requests : 0)
  if (!data.some(({ type }) => /^gp[ct](?!.*_rate)/.test(type))) return calls(merges)
  const keys = traffic.requests / traffic.requestsPerVisit
  const saves = Math.min(keys, (shards * MONTH_S) / SAVE_S)
  return {
    ...calls(merges + saves),
    rowsRead: keys * COUNTS_READ_ROWS,
    // Written, and deleted when the object starts next.
    rowsWritten: 2 * keys * COUNTS_ROWS + saves * SAVE_ROWS,
  }
}
