// The entries of one shard of a stick table, in the SQLite of its object.

import type { StickTableConfig } from '../../config/options/stick.ts'
import { createTable } from '../../persistence/table.ts'
import type { Table } from '../../persistence/table.ts'
import { createSqlRows } from './sql-rows.ts'

export interface OpenedShard {
  readonly table: Table
  /** Unix milliseconds: when the shard was made. */
  readonly bornMs: number
}

export function openShard(sql: SqlStorage, config: StickTableConfig): OpenedShard {
  const { rows, bornMs, seed } = createSqlRows(sql, Date.now())
  return { table: createTable(rows, { ...config, size: Math.ceil(config.size / config.shards) }, seed), bornMs }
}
