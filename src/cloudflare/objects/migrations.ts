// All tables of all objects, by class, as the migrations that make them. A migration only adds: tables, indexes, and columns of tables
// that every release before names the columns of when it inserts. Release 0.1 does so for `entries` alone. Nothing is removed, renamed,
// or read in another way than before, because the release before works with the same storage, at times in turns with this one.
// Released migrations are never changed; new ones follow at the end. How, and which tests check it: docs/design/storage.md

import type { Migration } from './migrate.ts'
import { addColumn, openSingleRow, openSmallTable, openTable } from './open-table.ts'

const Monitor: readonly Migration[] = [
  {
    n: 1,
    up(sql) {
      openSingleRow(sql, 'sequence', 'epoch INTEGER, n INTEGER')
      openSmallTable(sql, 'servers', 'key TEXT PRIMARY KEY, record TEXT NOT NULL')
      openSmallTable(sql, 'unknown_servers', 'key TEXT PRIMARY KEY, since_ms INTEGER NOT NULL')
      openSmallTable(sql, 'backends', 'name TEXT PRIMARY KEY, record TEXT NOT NULL')
      openTable(
        sql,
        'events',
        'id INTEGER PRIMARY KEY, at_ms INTEGER, server TEXT, from_state TEXT, to_state TEXT, reason TEXT, who TEXT',
      )
      openTable(
        sql,
        'outbox',
        'id INTEGER PRIMARY KEY, recipient INTEGER, alert TEXT, at_ms INTEGER, tries INTEGER, due_ms INTEGER',
      )
      openTable(sql, 'summaries', 'recipient INTEGER PRIMARY KEY, sent_ms INTEGER')
      openTable(sql, 'recipients', 'place INTEGER PRIMARY KEY, identity TEXT NOT NULL, name TEXT NOT NULL')
      openSingleRow(
        sql,
        'seat',
        'name TEXT, home TEXT, root TEXT, generation INTEGER, moved_to TEXT, staged INTEGER, near TEXT, born_ms INTEGER',
      )
      openSingleRow(sql, 'publication', 'n INTEGER, wanted_n INTEGER, sent_n INTEGER, sent_ms INTEGER, states TEXT')
    },
  },
  {
    n: 2,
    up: (sql) => openSmallTable(sql, 'lists', 'name TEXT PRIMARY KEY, record TEXT NOT NULL, since_ms INTEGER'),
  },
  {
    n: 3,
    up: (sql) => openSmallTable(sql, 'releases', 'name TEXT PRIMARY KEY, record TEXT NOT NULL, since_ms INTEGER'),
  },
]

const StickTable: readonly Migration[] = [
  {
    n: 1,
    up(sql) {
      openTable(
        sql,
        'entries',
        'key TEXT PRIMARY KEY, server TEXT NOT NULL, id INTEGER NOT NULL, home TEXT NOT NULL, kind INTEGER NOT NULL, created INTEGER NOT NULL, until INTEGER NOT NULL',
        'WITHOUT ROWID',
      )
      sql.exec('CREATE INDEX IF NOT EXISTS by_end ON entries (kind, until)')
      addColumn(sql, 'entries', 'source INTEGER')
      openSingleRow(sql, 'born', 'at INTEGER NOT NULL')
      openSingleRow(sql, 'source_seed', 'seed INTEGER NOT NULL')
      openSingleRow(sql, 'shard', 'name TEXT, unclaimed_ms INTEGER')
    },
  },
  { n: 2, up: (sql) => openSmallTable(sql, 'counts', 'key TEXT PRIMARY KEY, record TEXT NOT NULL') },
]

const Slots: readonly Migration[] = [
  { n: 1, up: (sql) => openSmallTable(sql, 'holders', 'name TEXT PRIMARY KEY, holder TEXT NOT NULL') },
]

const Stats: readonly Migration[] = [
  {
    n: 1,
    up(sql) {
      openSmallTable(sql, 'totals', 'key TEXT PRIMARY KEY, total TEXT NOT NULL')
      openSmallTable(sql, 'isolates', 'name TEXT PRIMARY KEY, number INTEGER, at_ms INTEGER')
      openSmallTable(sql, 'locations', 'name TEXT PRIMARY KEY')
      openSingleRow(sql, 'since', 'ms INTEGER')
      openSingleRow(sql, 'watched', 'until_ms INTEGER')
    },
  },
]

export const MIGRATIONS = { Monitor, StickTable, Slots, Stats }
