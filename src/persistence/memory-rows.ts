// Rows in memory: for tests, and for tables that need no durability.

import { createHeap } from './heap.ts'
import type { Heap } from './heap.ts'
import type { Kind, Row, Rows } from './table.ts'

export function createMemoryRows(): Rows {
  const rows = new Map<string, Row>()
  const byEnd: Record<Kind, Heap> = { request: createHeap(), response: createHeap() }
  return {
    get: (key) => rows.get(key),
    put(key, row) {
      rows.set(key, row)
      byEnd[row.kind].push(key, row.untilMs)
      // Each refresh leaves an older place behind.
      if (byEnd[row.kind].size() > 2 * rows.size + 1000) rebuild(row.kind)
    },
    count: () => rows.size,
    countByServer() {
      const counts = new Map<string, number>()
      for (const { server } of rows.values()) counts.set(server, (counts.get(server) ?? 0) + 1)
      return counts
    },
    countBySource() {
      const counts = new Map<number, number>()
      for (const { source } of rows.values()) if (source !== null) counts.set(source, (counts.get(source) ?? 0) + 1)
      return counts
    },
    list: (most) => [...rows].slice(0, most),
    delete(key) {
      const row = rows.get(key)
      rows.delete(key)
      return row
    },
    deleteSoonest(kind, most, byMs = Number.POSITIVE_INFINITY) {
      const deleted: Row[] = []
      for (let first = byEnd[kind].first(); first && deleted.length < most; first = byEnd[kind].first()) {
        const row = rows.get(first.key)
        const isCurrent = row?.kind === kind && row.untilMs === first.at
        if (isCurrent && first.at > byMs) break
        byEnd[kind].pop()
        if (!isCurrent) continue
        rows.delete(first.key)
        deleted.push(row)
      }
      return deleted
    },
    deleteSoonestOf(source, most, byMs = Number.POSITIVE_INFINITY) {
      const own = [...rows].filter(([, row]) => row.source === source && row.untilMs <= byMs)
      const soonest = own.toSorted(([, a], [, b]) => a.untilMs - b.untilMs).slice(0, most)
      for (const [key] of soonest) rows.delete(key)
      return soonest.map(([, row]) => row)
    },
  }

  function rebuild(kind: Kind): void {
    byEnd[kind] = createHeap()
    for (const [key, row] of rows) if (row.kind === kind) byEnd[kind].push(key, row.untilMs)
  }
}
