// What the Monitor stores about each server: one row under every name that it has or had, so that a rename, or its
// reversal, finds what was set and checked. Rows of servers unknown to the configuration wait a day for one that knows them: in a
// gradual deployment the version that runs the Monitor may know fewer servers than the other.

import type { Config } from '../../config/config.ts'
import type { Entry } from '../../health/server-entry.ts'
import { readServerRecord } from '../../health/server-record.ts'
import type { ServerRecord } from '../../health/server-record.ts'
import type { ServerRegistry } from '../../health/server-registry.ts'
import { serverKeys } from '../../config/keys.ts'

/** How long a row waits. */
const UNKNOWN_MS = 86_400_000

export interface ServerRows {
  readonly records: ReadonlyMap<string, ServerRecord>
  /** Records what another configuration has put aside, so that its day begins. */
  saveAsides(registry: ServerRegistry): void
  save(entry: Entry): void
}

/** A row that cannot be read counts as none: its server starts fresh. */
export function createServerRows(sql: SqlStorage, config: Config, nowMs: number): ServerRows {
  const saved = new Map(
    sql
      .exec<{ key: string; record: string }>('SELECT key, record FROM servers')
      .toArray()
      .map(({ key, record }) => [key, record]),
  )
  const unknown = new Map(
    sql
      .exec<{ key: string; since_ms: number }>('SELECT key, since_ms FROM unknown_servers')
      .toArray()
      .map(({ key, since_ms }) => [key, since_ms]),
  )
  const servers = config.backends.flatMap((backend) => backend.servers.map((server) => serverKeys(backend, server)))
  dropUnknown(new Set(servers.flat()))
  for (const keys of servers) freshen(keys)
  const records = new Map<string, ServerRecord>()
  for (const [key, text] of saved) {
    const readable = readServerRecord(text, nowMs)
    if (readable) records.set(key, readable)
  }
  const write = (key: string, text: string) =>
    sql.exec('INSERT OR REPLACE INTO servers (key, record) VALUES (?, ?)', key, text)
  const save = ({ keys, record }: Entry) => {
    for (const key of keys) write(key, JSON.stringify(record))
  }
  return {
    records,
    saveAsides({ entries }) {
      for (const entry of entries.values()) {
        const before = entry.keys.map((key) => records.get(key)).find((record) => record !== undefined)
        if (entry.record.aside?.sinceMs !== before?.aside?.sinceMs) save(entry)
      }
    },
    save,
  }

  function dropUnknown(known: ReadonlySet<string>): void {
    for (const key of saved.keys()) {
      if (known.has(key)) continue
      const sinceMs = unknown.get(key)
      if (sinceMs === undefined) sql.exec('INSERT INTO unknown_servers (key, since_ms) VALUES (?, ?)', key, nowMs)
      else if (nowMs - sinceMs >= UNKNOWN_MS) forget(key)
    }
  }

  function forget(key: string): void {
    sql.exec('DELETE FROM servers WHERE key = ?', key)
    sql.exec('DELETE FROM unknown_servers WHERE key = ?', key)
  }

  /** A configuration that did not know some of a server's names has written under the others: its rows are newer. */
  function freshen(keys: readonly string[]): void {
    const newest = keys.find((key) => saved.has(key) && !unknown.has(key))
    for (const key of keys) {
      if (!unknown.has(key)) continue
      sql.exec('DELETE FROM unknown_servers WHERE key = ?', key)
      if (newest === undefined) continue
      saved.set(key, saved.get(newest)!)
      sql.exec('UPDATE servers SET record = ? WHERE key = ?', saved.get(newest)!, key)
    }
  }
}
