// What stick tables that count use: each isolate merges what it has counted with the table's objects.

import type { Config } from '../config/config.ts'
import type { StickTableConfig } from '../config/options/stick.ts'
import { isSample, objectsIn, rulesOf } from '../config/rules-of.ts'
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
  const sections = [...backends, ...frontends]
  const isChanged = sections.some((section) => [...objectsIn(rulesOf(section))].some(changesGeneral))
  return sections.flatMap(({ name, stickTable }) => {
    if (!stickTable || stickTable.data.length === 0) return []
    return [{ what: `counting table ${name}`, amounts: amountsOf(stickTable, isChanged, traffic) }]
  })
}

/** An action or a sample that changes `gpc` or `gpt`, of whichever table. */
function changesGeneral(part: object): boolean {
  return 'scIncGpc' in part || 'scSetGpt' in part || (isSample(part) && /_(?:inc|clr)_gpc[01]?$/.test(part.fetch))
}

/**
 * As if every visitor were counted there under a key of their own, and changed its `gpc` or `gpt` once, if any rule does that; each request
 * asks an `exact` table.
 */
function amountsOf({ data, shards, exact }: StickTableConfig, isChanged: boolean, traffic: Traffic): Use['amounts'] {
  const merges = timesAMonth(MERGE_S, traffic.isolates * shards, traffic) + (exact ? traffic.requests : 0)
  if (!data.some(({ type }) => /^gp[ct](?!.*_rate)/.test(type))) return calls(merges)
  const keys = traffic.requests / traffic.requestsPerVisit
  const rowsRead = keys * COUNTS_READ_ROWS
  if (!isChanged) return { ...calls(merges), rowsRead }
  const saves = Math.min(keys, (shards * MONTH_S) / SAVE_S)
  return {
    ...calls(merges + saves),
    rowsRead,
    // Written, and deleted when the object starts next.
    rowsWritten: 2 * keys * COUNTS_ROWS + saves * SAVE_ROWS,
  }
}
