// What is kept of each server in the Monitor's storage: one row under every name that it has or had, so that a rename, or its
// way back, finds what was set and checked.

import type { Entry, Ledger } from '../health/ledger.ts'
import { readServerRecord } from '../health/server-record.ts'
import type { ServerRecord } from '../health/server-record.ts'
import { openSmallTable } from './small-table.ts'

export interface ServerRows {
  readonly records: ReadonlyMap<string, ServerRecord>
  /** Drops those of servers that are not configured any more, under no name. */
  keepOnly(ledger: Ledger): void
  save(entry: Entry): void
}

/** A row that cannot be read counts as none: its server begins anew. */
export function createServerRows(sql: SqlStorage, nowMs: number): ServerRows {
  openSmallTable(sql, 'servers', 'key TEXT PRIMARY KEY, record TEXT NOT NULL')
  const saved = sql.exec<{ key: string; record: string }>('SELECT key, record FROM servers').toArray()
  const records = new Map<string, ServerRecord>()
  for (const { key, record } of saved) {
    const readable = readServerRecord(record, nowMs)
    if (readable) records.set(key, readable)
  }
  return {
    records,
    keepOnly({ entries, currentKey }) {
      for (const { key } of saved) {
        if (!entries.has(currentKey(key))) sql.exec('DELETE FROM servers WHERE key = ?', key)
      }
    },
    save({ keys, record }) {
      const text = JSON.stringify(record)
      for (const key of keys) sql.exec('INSERT OR REPLACE INTO servers (key, record) VALUES (?, ?)', key, text)
    },
  }
}
