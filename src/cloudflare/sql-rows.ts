// The rows of a stick table in SQLite. One index, by kind and end, finds what must go; it makes each write two rows.

import { NEVER } from '../persistence/table.ts'
import type { Kind, Row, Rows } from '../persistence/table.ts'

interface SqlRow extends Record<string, SqlStorageValue> {
  readonly server: string
  readonly id: number
  readonly home: string
  readonly kind: number
  readonly created: number
  readonly until: number
}

const KINDS: readonly Kind[] = ['request', 'response']

/** `bornMs`: when these rows were first made. */
export function createSqlRows(sql: SqlStorage, nowMs: number): { readonly rows: Rows; readonly bornMs: number } {
  sql.exec(
    'CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, server TEXT NOT NULL, id INTEGER NOT NULL, home TEXT NOT NULL, kind INTEGER NOT NULL, created INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID',
  )
  sql.exec('CREATE INDEX IF NOT EXISTS by_end ON entries (kind, until)')
  sql.exec('CREATE TABLE IF NOT EXISTS born (id INTEGER PRIMARY KEY CHECK (id = 0), at INTEGER NOT NULL)')
  sql.exec('INSERT OR IGNORE INTO born VALUES (0, ?)', nowMs)
  const bornMs = sql.exec<{ at: number }>('SELECT at FROM born').one().at
  // Counted once; afterwards known.
  let count = sql.exec<{ n: number }>('SELECT COUNT(*) AS n FROM entries').one().n
  const rows: Rows = {
    get(key) {
      const [row] = sql
        .exec<SqlRow>('SELECT server, id, home, kind, created, until FROM entries WHERE key = ?', key)
        .toArray()
      return row && rowOf(row)
    },
    put(key, row, isNew) {
      const { server, id, home, createdMs, untilMs } = row
      const kind = KINDS.indexOf(row.kind)
      sql.exec(
        'INSERT OR REPLACE INTO entries (key, server, id, home, kind, created, until) VALUES (?, ?, ?, ?, ?, ?, ?)',
        key,
        server,
        id,
        home,
        kind,
        createdMs,
        untilMs,
      )
      if (isNew) count += 1
    },
    count: () => count,
    list: (most) =>
      sql
        .exec<SqlRow & { key: string }>('SELECT * FROM entries ORDER BY key LIMIT ?', most)
        .toArray()
        .map((row) => [row.key, rowOf(row)] as const),
    delete(key) {
      const deleted = sql.exec('DELETE FROM entries WHERE key = ? RETURNING 1', key).toArray().length
      count -= deleted
      return deleted > 0
    },
    deleteSoonest(kind, most, byMs = NEVER) {
      const deleted = sql
        .exec(
          'DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE kind = ? AND until <= ? ORDER BY until LIMIT ?) RETURNING 1',
          KINDS.indexOf(kind),
          byMs,
          most,
        )
        .toArray().length
      count -= deleted
      return deleted
    },
  }
  return { rows, bornMs }
}

function rowOf({ server, id, home, kind, created, until }: SqlRow): Row {
  return { server, id, home, kind: KINDS[kind]!, createdMs: created, untilMs: until }
}
