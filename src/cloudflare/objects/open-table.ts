// Helpers for migrations. Each finds what is there and adds what is missing.

/** Of an object's storage. */
export interface Sql {
  exec<Row extends Record<string, string | number | null>>(
    statement: string,
    ...values: readonly (string | number | null)[]
  ): { toArray(): Row[]; one(): Row }
}

/** A table with more rows keeps its form, so that a new release writes fewer than a thousand rows per object when it starts. */
const MOST_REWRITTEN_ROWS = 250

/** `columns`, here and below: as in CREATE TABLE. */
export function openTable(sql: Sql, name: string, columns: string, form = ''): void {
  sql.exec(`CREATE TABLE IF NOT EXISTS ${name} (${columns}) ${form}`)
}

/** A table of one row at most, whose id is 0. */
export function openSingleRow(sql: Sql, name: string, columns: string): void {
  openTable(sql, name, `id INTEGER PRIMARY KEY CHECK (id = 0), ${columns}`)
}

/**
 * A small table with a text key. In an ordinary one each write is two rows, itself and its place in the key's index, and both are
 * billed; WITHOUT ROWID it is one. A table that release 0.1 made is rewritten. Its columns keep their places, by which that release
 * inserts.
 */
export function openSmallTable(sql: Sql, name: string, columns: string): void {
  openTable(sql, name, columns, 'WITHOUT ROWID')
  const { made } = sql.exec<{ made: string }>('SELECT sql AS made FROM sqlite_master WHERE name = ?', name).one()
  if (made.endsWith('WITHOUT ROWID')) return
  const { rows } = sql.exec<{ rows: number }>(`SELECT COUNT(*) AS rows FROM ${name}`).one()
  if (rows > MOST_REWRITTEN_ROWS) return
  const names = columns.replaceAll(/(\w+) [^,]+/g, '$1')
  openTable(sql, 'compact', columns, 'WITHOUT ROWID')
  sql.exec(`INSERT INTO compact (${names}) SELECT ${names} FROM ${name}`)
  sql.exec(`DROP TABLE ${name}`)
  sql.exec(`ALTER TABLE compact RENAME TO ${name}`)
}

/** Only for a table whose columns every release before names when it inserts. `column`: as in ALTER TABLE. */
export function addColumn(sql: Sql, table: string, column: string): void {
  const isThere = sql.exec('SELECT name FROM pragma_table_info(?) WHERE name = ?', table, column.split(' ')[0]!)
  if (isThere.toArray().length === 0) sql.exec(`ALTER TABLE ${table} ADD COLUMN ${column}`)
}
