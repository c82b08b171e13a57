// The tables of a Monitor on their way into another object, whatever they are: a later release may have more.

export interface TableCopy {
  readonly name: string
  /** The statements that make it and its indexes. */
  readonly sql: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly SqlStorageValue[])[]
}

export function copyTables(sql: SqlStorage): readonly TableCopy[] {
  return tablesOf(sql).map((table) => {
    const cursor = sql.exec(`SELECT * FROM ${table.name}`)
    return { ...table, columns: cursor.columnNames, rows: [...cursor.raw()] }
  })
}

/** In place of all that would be copied from here. A release that does not know one of an object's own tables copies it, too. */
export function takeTables(sql: SqlStorage, tables: readonly TableCopy[]): void {
  for (const { name } of tablesOf(sql)) sql.exec(`DROP TABLE ${name}`)
  for (const { name, sql: create, columns, rows } of tables) {
    if (OWN.has(name)) continue
    sql.exec(create)
    const values = columns.map(() => '?').join(', ')
    for (const row of rows) sql.exec(`INSERT INTO ${name} (${columns.join(', ')}) VALUES (${values})`, ...row)
  }
}

/** Each object's own. */
const OWN: ReadonlySet<string> = new Set(['seat', 'sequence', 'publication', 'version'])

/** All but an object's own, and but the runtime's (`_cf_…`). */
function tablesOf(sql: SqlStorage) {
  return sql
    .exec<{ name: string; sql: string }>(
      "SELECT name, (SELECT group_concat(sql, ';' ORDER BY type = 'table' DESC) FROM sqlite_master WHERE tbl_name = made.name) AS sql FROM sqlite_master AS made WHERE type = 'table' AND name NOT GLOB '_cf_*'",
    )
    .toArray()
    .filter(({ name }) => !OWN.has(name))
}
