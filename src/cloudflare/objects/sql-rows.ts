// The rows of a stick table in SQLite. One index, by kind and end, finds what must go; it makes each write two rows.

import { NEVER } from '../../persistence/table.ts'
import type { Kind, Row, Rows } from '../../persistence/table.ts'

interface SqlRow extends Record<string, SqlStorageValue> {
  readonly server: string
  readonly id: number
  readonly home: string
  readonly kind: number
  readonly created: number
  readonly until: number
  /** Null in rows of releases that did not know it, too. */
  readonly source: number | null
}

type DeletedRow = Pick<SqlRow, 'server' | 'source'> & Record<string, SqlStorageValue>

const KINDS: readonly Kind[] = ['request', 'response']

export interface SqlRows {
  readonly rows: Rows
  /** When these rows were first made. */
  readonly bornMs: number
  /** For the numbers of sources; as old as the rows, and never revealed. */
  readonly seed: number
}

/** Of storage that is migrated. */
export function createSqlRows(sql: SqlStorage, nowMs: number): SqlRows {
  sql.exec('INSERT OR IGNORE INTO born (id, at) VALUES (0, ?)', nowMs)
  const bornMs = sql.exec<{ at: number }>('SELECT at FROM born').one().at
  sql.exec('INSERT OR IGNORE INTO source_seed (id, seed) VALUES (0, random() & 0xffffffff)')
  const { seed } = sql.exec<{ seed: number }>('SELECT seed FROM source_seed').one()
  // Counted once; kept up to date afterwards.
  let count = sql.exec<{ n: number }>('SELECT COUNT(*) AS n FROM entries').one().n
  // Counted when an operator first looks; kept up to date afterwards.
  let byServer: Map<string, number> | undefined
  const add = (server: string, more: number) => byServer?.set(server, (byServer.get(server) ?? 0) + more)
  const removed = (gone: readonly DeletedRow[]): readonly DeletedRow[] => {
    for (const { server } of gone) add(server, -1)
    count -= gone.length
    return gone
  }
  const rows: Rows = {
    get(key) {
      const [row] = sql
        .exec<SqlRow>('SELECT server, id, home, kind, created, until, source FROM entries WHERE key = ?', key)
        .toArray()
      return row && rowOf(row)
    },
    put(key, row, before) {
      const { server, id, home, createdMs, untilMs, source } = row
      const kind = KINDS.indexOf(row.kind)
      sql.exec(
        'INSERT OR REPLACE INTO entries (key, server, id, home, kind, created, until, source) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        key,
        server,
        id,
        home,
        kind,
        createdMs,
        untilMs,
        source,
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
    countBySource: () =>
      new Map(
        sql
          .exec<{ source: number; n: number }>(
            'SELECT source, COUNT(*) AS n FROM entries WHERE source IS NOT NULL GROUP BY source',
          )
          .toArray()
          .map(({ source, n }) => [source, n]),
      ),
    list: (most) =>
      sql
        .exec<SqlRow & { key: string }>(
          'SELECT key, server, id, home, kind, created, until FROM entries ORDER BY key LIMIT ?',
          most,
        )
        .toArray()
        .map((row) => [row.key, rowOf(row)] as const),
    delete(key) {
      return removed(
        sql.exec<DeletedRow>('DELETE FROM entries WHERE key = ? RETURNING server, source', key).toArray(),
      )[0]
    },
    deleteSoonest(kind, most, byMs = NEVER) {
      return removed(
        sql
          .exec<DeletedRow>(
            'DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE kind = ? AND until <= ? ORDER BY until LIMIT ?) RETURNING server, source',
            KINDS.indexOf(kind),
            byMs,
            most,
          )
          .toArray(),
      )
    },
    deleteSoonestOf(source, most, byMs = NEVER) {
      return removed(
        sql
          .exec<DeletedRow>(
            'DELETE FROM entries WHERE key IN (SELECT key FROM entries WHERE kind = ? AND source = ? AND until <= ? ORDER BY until LIMIT ?) RETURNING server, source',
            KINDS.indexOf('request'),
            source,
            byMs,
            most,
          )
          .toArray(),
      )
    },
  }
  return { rows, bornMs, seed }
}

function rowOf({ server, id, home, kind, created, until, source }: SqlRow): Row {
  return { server, id, home, kind: KINDS[kind]!, createdMs: created, untilMs: until, source }
}
