// A stick table in KV: fast to read everywhere, visible elsewhere up to a minute after a write, and the last of two writers
// wins. For keys whose first requests do not come in parallel.

import type { StickTableConfig } from '../../config/options/stick.ts'
import { createMemo } from '../../memo.ts'
import type { StickStore } from '../../persistence/stick-store.ts'
import { isDue, NEVER, untilOf } from '../../persistence/table.ts'
import type { Entry, Target } from '../../persistence/table.ts'

/** KV's minimum, for both. */
const CACHE_S = 30
const LEAST_TTL_S = 60
const REFUSED_ENTRIES = 1_000

/** Of a KVNamespace. */
interface Kv {
  get<Value>(key: string, options: { type: 'json'; cacheTtl: number }): Promise<Value | null>
  put(key: string, text: string, options: { expirationTtl?: number }): Promise<void>
}

export function createKvStore(kv: Kv, table: string, limits: StickTableConfig, now: () => number): StickStore {
  /** Entries that KV refused and that are not visible here yet: without them the client would get another server each time. */
  const refused = createMemo<{ readonly entry: Entry; readonly atMs: number }>(REFUSED_ENTRIES)

  return {
    async match(key) {
      const entry = await read(key)
      return entry && refreshed(key, entry)
    },
    async claim(key, target, gone) {
      const entry = await read(key)
      if (entry && !gone.includes(entry.server)) return { entry: await refreshed(key, entry), isNew: false }
      return { entry: await write(key, target, entry), isNew: true }
    },
    store: async (key, target) => write(key, target, await read(key)),
  }

  async function read(key: string): Promise<Entry | undefined> {
    const entry = (await kv.get<Entry>(nameOf(key), { type: 'json', cacheTtl: CACHE_S })) ?? refusedEntry(key)
    return entry && entry.untilMs > now() ? entry : undefined
  }

  function refusedEntry(key: string): Entry | undefined {
    const found = refused.get(key)
    return found && now() < found.atMs + CACHE_S * 1000 ? found.entry : undefined
  }

  async function refreshed(key: string, entry: Entry): Promise<Entry> {
    return isDue(entry, limits, now()) ? write(key, entry, entry) : entry
  }

  async function write(key: string, { server, id }: Target, known: Entry | undefined): Promise<Entry> {
    const nowMs = now()
    const createdMs = known?.createdMs ?? nowMs
    const untilMs = untilOf(createdMs, limits, nowMs)
    const entry: Entry = { server, id, home: known?.home ?? server, createdMs, untilMs }
    const ttlS = Math.max(LEAST_TTL_S, Math.ceil((untilMs - nowMs) / 1000))
    try {
      await kv.put(nameOf(key), JSON.stringify(entry), untilMs === NEVER ? {} : { expirationTtl: ttlS })
    } catch (error) {
      // Another location has written this key within the second and wins, as if KV had accepted both. The table is not at fault.
      if (!/\b429\b/.test(String(error))) throw error
      refused.set(key, { entry, atMs: nowMs })
    }
    return entry
  }

  function nameOf(key: string): string {
    return `stick/${table}/${key}`
  }
}
