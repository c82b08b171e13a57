// How maps and lists differ from the configuration, as the Monitor keeps it: one row for each that differs. What belongs to a map or list
// that is not configured waits a day, since in a gradual deployment the version that runs the Monitor may know fewer than the other.

import { createListSet } from '../../rules/lists/list-set.ts'
import { createListVersions } from '../../rules/lists/versions.ts'
import type { ListStore, ListParts } from '../list-parts.ts'

/** How long a row waits. */
const UNKNOWN_MS = 86_400_000

export const openStore: ListParts['openStore'] = (sql, config, nowMs): ListStore => {
  const saved: Record<string, unknown> = {}
  const unknown: Record<string, unknown> = {}
  const rows = sql
    .exec<{ name: string; record: string; since_ms: number | null }>('SELECT name, record, since_ms FROM lists')
    .toArray()
  for (const { name, record, since_ms: sinceMs } of rows) {
    const isKnown = Object.hasOwn(config.maps, name) || Object.hasOwn(config.lists, name)
    if (!isKnown && sinceMs !== null && nowMs - sinceMs >= UNKNOWN_MS) {
      sql.exec('DELETE FROM lists WHERE name = ?', name)
      continue
    }
    if (isKnown !== (sinceMs === null))
      sql.exec('UPDATE lists SET since_ms = ? WHERE name = ?', isKnown ? null : nowMs, name)
    ;(isKnown ? saved : unknown)[name] = parsed(record)
  }
  const set = createListSet(config, saved)
  const versions = createListVersions(set)
  let text: string | undefined

  function save(name: string): void {
    const differences = set.lists.get(name)!.differences()
    if (!differences) {
      sql.exec('DELETE FROM lists WHERE name = ?', name)
      return
    }
    sql.exec('INSERT OR REPLACE INTO lists (name, record) VALUES (?, ?)', name, JSON.stringify(differences))
  }

  return {
    // Isolates of the other version know those that this one does not.
    inSnapshot: () => ({ lists: (text ??= textOf({ ...unknown, ...set.differences() })) }),
    change(changes, who) {
      const changed = new Set<string>()
      const outcomes = changes.map((change) => {
        const outcome = set.change(change)
        if (outcome === 'changed') {
          changed.add(change.list)
          if (who !== null) logChange(change.list, change.does, who)
        }
        return outcome
      })
      for (const name of changed) save(name)
      if (changed.size > 0) text = undefined
      return outcomes
    },
    arrange(list, order, who) {
      const answer = versions.arrange(list, order)
      if (answer.isChanged) {
        save(list)
        text = undefined
        logChange(list, order.does, who)
      }
      return answer
    },
  }
}

/** Not what was changed: a map may have secrets. */
function logChange(list: string, does: string, who: string): void {
  console.log(JSON.stringify({ event: 'list-changed', list, does, who }))
}

/** Nothing is said of no differences. */
function textOf(differences: Readonly<Record<string, unknown>>): string {
  return Object.keys(differences).length === 0 ? '' : JSON.stringify(differences)
}

/** A row that cannot be read counts as none. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
