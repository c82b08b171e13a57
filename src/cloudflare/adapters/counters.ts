// The counting tables of this isolate: each key's counts are merged in the object that has the key.

import type { Config } from '../../config/config.ts'
import type { Change, MergeAnswer, Merged } from '../../counting/change.ts'
import { createCounters } from '../../counting/counters.ts'
import type { Counters } from '../../counting/counters.ts'
import { countingTables } from '../../counting/tables.ts'
import type { CountingTable } from '../../counting/tables.ts'
import { createKeyOf } from '../../persistence/table-key.ts'
import type { KeyOf } from '../../persistence/table-key.ts'
import type { Env } from '../env.ts'
import { inJurisdiction } from '../jurisdiction.ts'
import type { StickTableRpc } from '../rpc.ts'
import { shardName } from '../shard-name.ts'

/** Refusals are logged so often. */
const TELL_EACH_MS = 60_000
const CALL_MS = 5_000

export function createIsolateCounters(config: Config, env: Env, intervalMs: number): Counters | undefined {
  const tables = new Map<string, CountingTable & { readonly storedKey: KeyOf }>()
  for (const table of countingTables(config)) {
    tables.set(table.name, { ...table, storedKey: createKeyOf(table.stickTable, table.storedAs) })
  }
  if (tables.size === 0) return undefined
  const told = new Map<string, number>()
  return createCounters(config, {
    now: () => Date.now(),
    intervalMs,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    shownKey(table, key) {
      const stored = tables.get(table)!.storedKey(key)
      return typeof stored === 'string' ? stored : undefined
    },
    async merge(name, names, changes) {
      const { stickTable, storedAs, storedKey } = tables.get(name)!
      const stored = await Promise.all(
        changes.map(async (change) => ({ ...change, key: (await storedKey(change.key))! })),
      )
      const byShard = Map.groupBy(stored, ({ key }) => shardName(storedAs, stickTable.shards, key))
      const namespace = inJurisdiction(env.STICK_TABLE!, stickTable.jurisdiction)
      const answers = new Map<Change, { readonly epoch: string; readonly merged: Merged }>()
      await Promise.all(
        [...byShard].map(async ([shard, own]) => {
          const { epoch, merged } = await merge(namespace.getByName(shard), names, own)
          own.forEach((change, i) => answers.set(change, { epoch, merged: merged[i]! }))
        }),
      )
      return stored.map((change) => answers.get(change)!)
    },
    onFailure(table, error) {
      const nowMs = Date.now()
      if (nowMs - (told.get(table) ?? 0) < TELL_EACH_MS) return
      told.set(table, nowMs)
      console.error(JSON.stringify({ event: 'table-unreachable', table, error: String(error) }))
    },
  })
}

async function merge(
  stub: DurableObjectStub<StickTableRpc>,
  names: readonly string[],
  changes: readonly Change[],
): Promise<MergeAnswer> {
  const answer = await inTime(stub.counts('merge', names, changes))
  if (answer === undefined) throw new Error('the object has another configuration, in which the table counts nothing')
  return answer as MergeAnswer
}

async function inTime<T>(call: Promise<T>): Promise<T> {
  let timer = 0
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${CALL_MS} ms`)), CALL_MS)
  })
  try {
    return await Promise.race([call, late])
  } finally {
    clearTimeout(timer)
  }
}
