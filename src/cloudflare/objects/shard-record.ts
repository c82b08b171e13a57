// What a shard of a stick table knows about itself: its name, which the runtime does not always tell (an alarm set by an older
// release, a call by id), and since when the configuration has had no such table.

/**
 * How long entries are kept that no table of the configuration claims: the current version may be about to be rolled back, or
 * another version of a gradual deployment may know the table.
 */
export const UNCLAIMED_MS = 7 * 86_400_000

export interface ShardRecord {
  /** Undefined: it was never told. */
  readonly name: string | undefined
  /** The configuration has its table. */
  claim(): void
  /** The configuration has no such table. Returns the Unix milliseconds from which on its entries may go. */
  disclaim(nowMs: number): number
}

/** `told`: its name, if the runtime says it. */
export function openShardRecord(sql: SqlStorage, told: string | undefined): ShardRecord {
  sql.exec('INSERT OR IGNORE INTO shard (id, name) VALUES (0, ?)', told ?? null)
  const read = () =>
    sql.exec<{ name: string | null; unclaimed_ms: number | null }>('SELECT name, unclaimed_ms FROM shard').one()
  const saved = read()
  if (saved.name === null && told !== undefined) sql.exec('UPDATE shard SET name = ?', told)
  return {
    name: told ?? saved.name ?? undefined,
    claim() {
      if (saved.unclaimed_ms !== null) sql.exec('UPDATE shard SET unclaimed_ms = NULL')
    },
    disclaim(nowMs) {
      if (read().unclaimed_ms === null) sql.exec('UPDATE shard SET unclaimed_ms = ?', nowMs)
      return read().unclaimed_ms! + UNCLAIMED_MS
    },
  }
}
