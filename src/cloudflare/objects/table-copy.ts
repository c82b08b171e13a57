// The tables of a Monitor on their way into another object, whatever they are: a later release may have more.

export interface TableCopy {
  readonly name: string
  /** The statement that makes it. */
  readonly sql: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlStorageValue[])[]
}

export function copyTables(sql: SqlStorage): readonly TableCopy[] {
  // Three are each object's own, `_cf_…` are the runtime's.
  return sql
    .exec<{ name: string; sql: string }>(
      "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT IN ('seat', 'sequence', 'publication') AND name NOT GLOB '_cf_*'",
    )
    .toArray()
    .map((table) => {
      const cursor = sql.exec(`SELECT * FROM ${table.name}`)
      return { ...table, columns: cursor.columnNames, rows: [...cursor.raw()] }
    })
}

/** In place of the tables of these names. */
export function takeTables(sql: SqlStorage, tables: readonly TableCopy[]): void {
  for (const { name, sql: create, columns, rows } of tables) {
    sql.exec(`DROP TABLE IF EXISTS ${name}`)
    sql.exec(create)
    const values = columns.map(() => '?').join(', ')
    for (const row of rows) sql.exec(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${values})`, ...row)
  }
}
