// Counting tables of several isolates and their object, with a clock that a test moves.

import { resolveStickTable } from '../config/options/stick.ts'
import type { StickTableInput } from '../config/options/stick.ts'
import type { DataType } from '../config/data-types.ts'
import type { Batch } from './table.ts'
import { createCountedShard } from './shard.ts'
import type { Saved } from './disk.ts'
import { createCountedTable } from './table.ts'
import type { CountedTable } from './table.ts'

export const STALE_MS = 1_000

export function tableConfig(input: Partial<StickTableInput> = {}) {
  const all = { type: 'string', size: 1_000, expire: '60s', data: ['http_req_rate(10s)', 'gpc0'], ...input } as const
  return resolveStickTable(all as StickTableInput, [], 'haproxy')
}

export function testBed(input: Partial<StickTableInput> = {}, limits: Partial<Record<DataType, number>> = {}) {
  const config = tableConfig(input)
  const clock = { ms: 1_000_000 }
  const now = () => clock.ms
  const disk = new Map<string, Saved>()
  let lives = 0
  const start = () =>
    createCountedShard(config, {
      size: config.size,
      limits: new Map(Object.entries(limits) as [DataType, number][]),
      epoch: `life ${(lives += 1)}`,
      rows: {
        read: (key) => disk.get(key),
        write: (key, saved) => void disk.set(key, saved),
        remove: (key) => void disk.delete(key),
        expire: () => undefined,
      },
      now,
    })
  let shard = start()

  const isolates = new Map<CountedTable, string>()

  /** As a call carries it. */
  function ask(table: CountedTable, batch: Batch): Parameters<Batch['merged']>[0] {
    const names = table.layout.slots.map(({ name }) => name)
    const sender = { isolate: isolates.get(table)!, settled: batch.settled() }
    const { epoch, merged } = structuredClone(shard.merge(names, structuredClone(batch.changes), sender))
    return merged.map((each) => ({ epoch, merged: each }))
  }

  const answer = (table: CountedTable, batch: Batch) => batch.merged(ask(table, batch))

  return {
    ask,
    answer,
    clock,
    disk,
    shard: () => shard,
    /** What is in memory is lost. */
    restart: () => void (shard = start()),
    isolate() {
      const table = createCountedTable({
        name: 'st',
        config,
        limits: new Map(Object.entries(limits) as [DataType, number][]),
        staleMs: STALE_MS,
        now,
        shownKey: (key) => key,
        later: () => undefined,
        askFirst: () => undefined,
      })
      isolates.set(table, `isolate ${isolates.size}`)
      const slot = (type: DataType) => table.layout.slotOf(type)!
      return {
        table,
        count(key: string, n = 1, type: DataType = 'http_req_rate') {
          const entry = table.open(key)
          if (entry) table.add(entry, slot(type), n)
          return entry && table.read(entry, slot(type))
        },
        read(key: string, type: DataType = 'http_req_rate') {
          const entry = table.find(key)
          return entry && table.read(entry, slot(type))
        },
        /** `isLost`: the object does not answer. */
        merge(isLost = false, most = 1_000) {
          const batch = table.take(most)
          if (isLost) batch.failed()
          else answer(table, batch)
        },
      }
    },
  }
}
