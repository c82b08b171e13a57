// The counting tables of this isolate: each key's counts are merged in the object that has the key.

import type { TableView } from '../../admin/operations.ts'
import type { Config } from '../../config/config.ts'
import type { Change, MergeAnswer, Merged } from '../../counting/change.ts'
import { createCounters } from '../../counting/counters.ts'
import type { Counters } from '../../counting/counters.ts'
import { highestOf } from '../../counting/highest.ts'
import { limitsIn } from '../../counting/limits.ts'
import type { Sender } from '../../counting/receipts.ts'
import type { CountedShard } from '../../counting/shard.ts'
import { countingTables } from '../../counting/tables.ts'
import type { CountingTable } from '../../counting/tables.ts'
import { createKeyOf } from '../../persistence/table-key.ts'
import type { KeyOf } from '../../persistence/table-key.ts'
import type { Env } from '../env.ts'
import { inJurisdiction } from '../jurisdiction.ts'
import type { StickTableRpc } from '../rpc.ts'
import { shardName, shardNames } from '../shard-name.ts'

/** Refusals are logged so often. */
const TELL_EACH_MS = 60_000
const CALL_MS = 5_000

export interface IsolateCounters extends Counters {
  /**
   * What an operator sees of a table, with what all isolates have told its objects, and this one has counted up to now: of any keys, or
   * of the highest.
   */
  withCounts(view: TableView, most: number, isHighest?: boolean): Promise<TableView>
  /** Null: the key is removed. */
  change(table: string, key: string, values: readonly (readonly [type: string, n: number])[] | null): Promise<boolean>
}

export function createIsolateCounters(config: Config, env: Env, intervalMs: number): IsolateCounters | undefined {
  const tables = new Map<string, CountingTable & { readonly storedKey: KeyOf }>()
  for (const table of countingTables(config)) {
    tables.set(table.name, { ...table, storedKey: createKeyOf(table.stickTable, table.storedAs) })
  }
  if (tables.size === 0) return undefined
  const told = new Map<string, number>()
  const isolate = crypto.randomUUID()
  const objectOf = ({ stickTable: { jurisdiction } }: CountingTable, shard: string) =>
    inJurisdiction(env.STICK_TABLE!, jurisdiction).getByName(shard)

  async function listed(
    table: CountingTable,
    ...asked: Parameters<CountedShard['list']>
  ): Promise<readonly ReturnType<CountedShard['list']>[]> {
    const shards = shardNames(table.storedAs, table.stickTable.shards)
    const answers = await Promise.all(shards.map((shard) => objectOf(table, shard).counts('list', ...asked)))
    return answers as unknown as readonly ReturnType<CountedShard['list']>[]
  }

  const counters = createCounters(config, {
    now: () => Date.now(),
    intervalMs,
    wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    shownKey(table, key) {
      const stored = tables.get(table)!.storedKey(key)
      return typeof stored === 'string' ? stored : undefined
    },
    async merge(name, names, changes, settled) {
      const table = tables.get(name)!
      const { stickTable, storedAs, storedKey } = table
      const stored = await Promise.all(
        changes.map(async (change) => ({ ...change, key: (await storedKey(change.key))! })),
      )
      const byShard = Map.groupBy(stored, ({ key }) => shardName(storedAs, stickTable.shards, key))
      const answers = new Map<Change, { readonly epoch: string; readonly merged: Merged }>()
      await Promise.all(
        [...byShard].map(async ([shard, own]) => {
          const { epoch, merged } = await merge(objectOf(table, shard), names, own, { isolate, settled })
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
  return {
    ...counters,
    async withCounts(view, most, isHighest = false) {
      const table = tables.get(view.name)
      if (!table) return view
      if (most > 0) await counters.flush()
      if (isHighest) {
        const limits = limitsIn(config)
        const shards = await listed(table, most, limits)
        return {
          ...view,
          limits,
          count: Math.max(view.count ?? 0, countOf(shards)),
          entries: highestOf(
            shards.flatMap(({ entries }) => entries),
            limits,
            most,
          ),
        }
      }
      const shards = await listed(table, most)
      const rows = new Map(view.entries.map((row) => [row.key, row]))
      for (const { key, untilMs, data } of shards.flatMap(({ entries }) => entries)) {
        rows.set(key, { ...rows.get(key), key, untilMs: Math.max(untilMs, rows.get(key)?.untilMs ?? 0), data })
      }
      // Of a key that has both there is one entry, but only of those that are listed is it known.
      return {
        ...view,
        count: Math.max(view.count ?? 0, countOf(shards), rows.size),
        entries: [...rows.values()].slice(0, most),
      }
    },
    async change(name, key, values) {
      const table = tables.get(name)
      if (!table) return false
      const object = objectOf(table, shardName(table.storedAs, table.stickTable.shards, key))
      return (await (values ? object.counts('set', key, values) : object.counts('remove', key))) === true
    },
  }
}

function countOf(shards: readonly { readonly count: number }[]): number {
  return shards.reduce((sum, { count }) => sum + count, 0)
}

async function merge(
  stub: DurableObjectStub<StickTableRpc>,
  names: readonly string[],
  changes: readonly Change[],
  sender: Sender,
): Promise<MergeAnswer> {
  const answer = await inTime<unknown>(stub.counts('merge', names, changes, sender))
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
