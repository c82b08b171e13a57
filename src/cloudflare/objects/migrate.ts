// Versions of an object's storage. What a new object gets, and what an older one lacks, are the numbered migrations of its class
// (migrations.ts); the table `version` says which of them this object has had. A storage without a version is release 0.1's, or new.
// One left by a later release is used as it is: later releases only add. docs/design/storage.md

import { openSingleRow } from './open-table.ts'
import type { Sql } from './open-table.ts'

export interface Migration {
  /** 1, 2, 3, without a gap. */
  readonly n: number
  /** Adds what is missing, and finds some of it there: in storage without a version, and in tables that came from another object. */
  up(sql: Sql): void
}

export interface SqlTransactions {
  readonly sql: Sql
  transactionSync<T>(work: () => T): T
}

/** Runs the migrations that this storage has not had. One that throws is rolled back alone; those before it stay. */
export function migrate(storage: SqlTransactions, migrations: readonly Migration[]): void {
  const before = versionOf(storage.sql)
  for (const { n, up } of migrations) {
    if (n <= before) continue
    storage.transactionSync(() => {
      up(storage.sql)
      setVersion(storage.sql, n)
    })
  }
}

/** 0: it has none. */
export function versionOf(sql: Sql): number {
  const isThere = sql.exec("SELECT name FROM sqlite_master WHERE name = 'version'").toArray().length > 0
  return isThere ? sql.exec<{ n: number }>('SELECT n FROM version').one().n : 0
}

export function setVersion(sql: Sql, n: number): void {
  openSingleRow(sql, 'version', 'n INTEGER NOT NULL')
  sql.exec('INSERT OR REPLACE INTO version (id, n) VALUES (0, ?)', n)
}
