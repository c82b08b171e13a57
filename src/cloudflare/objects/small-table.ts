// Small tables with a text key. In an ordinary one each write is two rows, itself and its place in the key's index, and both
// are billed; WITHOUT ROWID it is one. A table that an earlier release made is rewritten once. Its columns stay, so that
// release goes on working with it.

/** A table with more rows keeps its form: what a new release writes when it starts stays under a thousand rows an object. */
const MOST_REWRITTEN_ROWS = 250

/** `columns`: as in CREATE TABLE, the same ones and in the same order in every release. */
export function openSmallTable(sql: SqlStorage, name: string, columns: string): void {
  const [made] = sql.exec<{ sql: string }>("SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", name)
  if (!made) {
    create(name)
    return
  }
  if (/WITHOUT\s+ROWID/i.test(made.sql)) return
  const { rows } = sql.exec<{ rows: number }>(`SELECT COUNT(*) AS rows FROM ${name}`).one()
  // A later release has been here, and knows why.
  const isExtended = sql.exec(`SELECT * FROM ${name} LIMIT 0`).columnNames.length > columns.split(',').length
  if (rows > MOST_REWRITTEN_ROWS || isExtended) return
  create(`${name}_compact`)
  sql.exec(`INSERT INTO ${name}_compact SELECT * FROM ${name}`)
  sql.exec(`DROP TABLE ${name}`)
  sql.exec(`ALTER TABLE ${name}_compact RENAME TO ${name}`)

  function create(as: string): void {
    sql.exec(`CREATE TABLE ${as} (${columns}) WITHOUT ROWID`)
  }
}
