// The tables of a Monitor on their way into another object, whatever they are: a later release may have more.

export interface TableCopy {
  readonly name: string
  /** The statement that makes it. */
  readonly sql: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlStorageValue[])[]
}

/** What each object has for itself; `_cf_…` is the runtime's. */
const OWN = new Set(['seat', 'sequence', 'publication'])

export function copyTables(sql: SqlStorage): readonly TableCopy[] {
  return sql
    .exec<{ name: string; sql: string }>("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    .toArray()
    .filter(({ name }) => !OWN.has(name) && !/^(_cf|sqlite)_/.test(name))
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
