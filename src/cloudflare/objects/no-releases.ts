// What a Monitor does with rows of releases that its configuration does not have: their day begins (release-store.ts).

export function leaveUnknown(sql: SqlStorage, nowMs: number, known: ReadonlySet<string> = new Set()): void {
  const rows = sql.exec<{ name: string }>('SELECT name FROM releases WHERE since_ms IS NULL').toArray()
  for (const { name } of rows) {
    if (!known.has(name)) sql.exec('UPDATE releases SET since_ms = ? WHERE name = ?', nowMs, name)
  }
}
