// Releases as the Monitor keeps them: one row for each backend that has some, under every name that it has or had. A row of a backend
// without releases waits a day, since in a gradual deployment the version that runs the Monitor may know fewer than the other.

import { namesOf } from '../../config/names.ts'
import { leaveUnknown } from './no-releases.ts'
import { readReleaseRecord } from '../../health/release-record.ts'
import type { ReleaseRecord } from '../../health/release-record.ts'
import { createReleaseRegistry } from '../../health/release-registry.ts'
import type { ReleaseStateParts } from '../release-parts.ts'

/** How long a row waits, also while a version without releases is at work (no-releases.ts). */
const UNKNOWN_MS = 86_400_000

export const openStore: ReleaseStateParts['openStore'] = (sql, config, servers, nowMs) => {
  const owners = config.backends.filter(({ releases }) => releases !== null)
  const found = sql
    .exec<{ name: string; record: string; since_ms: number | null }>('SELECT name, record, since_ms FROM releases')
    .toArray()
  const known = new Set(owners.flatMap(namesOf))
  const rows = found.filter(({ since_ms: sinceMs }) => sinceMs === null || nowMs - sinceMs < UNKNOWN_MS)
  for (const { name } of found) {
    if (rows.every((row) => row.name !== name)) sql.exec('DELETE FROM releases WHERE name = ?', name)
  }
  leaveUnknown(sql, nowMs, known)
  // A version that did not know some of a backend's names has written under the others: its rows are newer.
  const newestFirst = rows.toSorted((a, b) => Number(a.since_ms !== null) - Number(b.since_ms !== null))
  const saved = new Map<string, ReleaseRecord>()
  for (const backend of owners) {
    const row = newestFirst.find(({ name }) => namesOf(backend).includes(name))
    const record = row && readReleaseRecord(row.record)
    if (record) saved.set(backend.name, record)
  }
  const registry = createReleaseRegistry(config, saved, servers, nowMs)
  const written = new Map(rows.filter((row) => row.since_ms === null).map(({ name, record }) => [name, record]))
  save()

  return {
    inSnapshot: () => (owners.length > 0 ? { releases: registry.states() } : {}),
    views: registry.views,
    change(backend, change, who) {
      const changed = registry.change(backend, change, who, Date.now())
      save()
      return changed
    },
    endKept() {
      const ended = registry.endKept(Date.now())
      if (ended.length > 0) save()
      return ended
    },
    judgeServers: registry.judgeServers,
    nextEndMs: registry.nextEndMs,
  }

  /** Each row written is billed: those that are as they were are left alone. */
  function save(): void {
    for (const backend of owners) {
      const text = JSON.stringify(registry.records.get(backend.name))
      for (const name of namesOf(backend)) {
        if (written.get(name) === text) continue
        written.set(name, text)
        sql.exec('INSERT OR REPLACE INTO releases (name, record) VALUES (?, ?)', name, text)
      }
    }
  }
}
