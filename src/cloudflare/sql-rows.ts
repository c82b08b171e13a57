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

type Gone = Pick<SqlRow, 'server'> & Record<string, SqlStorageValue>

const KINDS: readonly Kind[] = ['request', 'response']

/** `bornMs`: when these rows were first made. */
export function createSqlRows(sql: SqlStorage, nowMs: number): { readonly rows: Rows; readonly bornMs: number } {
  sql.exec(
    'CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, server TEXT NOT NULL, id INTEGER NOT NULL, home TEXT NOT NULL, kind INTEGER NOT NULL, created INTEGER NOT NULL, until INTEGER NOT NULL) WITHOUT ROWID',
  )
  sql.exec('CREATE INDEX IF NOT EXISTS by_end ON entries (kind, until)')
  sql.exec('CREATE TABLE IF NOT EXISTS born (id INTEGER PRIMARY KEY CHECK (id = 0), at INTEGER NOT NULL)')
  sql.exec('INSERT OR IGNORE INTO born (id, at) VALUES (0, ?)', nowMs)
  const bornMs = sql.exec<{ at: number }>('SELECT at FROM born').one().at
  // Counted once; afterwards known.
  let count = sql.exec<{ n: number }>('SELECT COUNT(*) AS n FROM entries').one().n
  // Counted when an operator looks for the first time; afterwards known.
  let byServer: Map<string, number> | undefined
  const add = (server: string, more: number) => byServer?.set(server, (byServer.get(server) ?? 0) + more)
  const removed = (gone: readonly { readonly server: string }[]): number => {
    for (const { server } of gone) add(server, -1)
    count -= gone.length
    return gone.length
  }
  const rows: Rows = {
    get(key) {
      const [row] = sql
        .exec<SqlRow>('SELECT server, id, home, kind, created, until FROM entries WHERE key = ?', key)
        .toArray()
      return row && rowOf(row)
    },
    put(key, row, before) {
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
      if (before) add(before.server, -1)
      else count += 1
      add(server, 1)
    },
    count: () => count,
    countByServer() {
      byServer ??= new Map(
        sql
          .exec<{ server: string; n: number }>('SELECT server, COUNT(*) AS n FROM entries GROUP BY server')
          .toArray()
          .map(({ server, n }) => [server, n]),
      )
      return byServer
    },
    list: (most) =>
      sql
        .exec<SqlRow & { key: string }>(
          'SELECT key, server, id, home, kind, created, until FROM entries ORDER BY key LIMIT ?',
          most,
        )
        .toArray()
        .map((row) => [row.key, rowOf(row)] as const),
    delete(key) {
      return removed(sql.exec<Gone>('DELETE FROM entries WHERE key = ? RETURNING server', key).toArray()) > 0
    },
    deleteSoonest(kind, most, byMs = NEVER) {
      return removed(
        sql
          .exec<Gone>(
            'DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE kind = ? AND until <= ? ORDER BY until LIMIT ?) RETURNING server',
            KINDS.indexOf(kind),
            byMs,
            most,
          )
          .toArray(),
      )
    },
  }
  return { rows, bornMs }
}

function rowOf({ server, id, home, kind, created, until }: SqlRow): Row {
  return { server, id, home, kind: KINDS[kind]!, createdMs: created, untilMs: until }
}
