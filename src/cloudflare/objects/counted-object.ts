// What one object of a stick table counts: merges what isolates send, and keeps `gpc` and `gpt` in its SQLite.

import type { StickTableConfig } from '../../config/options/stick.ts'
import { createCountedShard, SAVE_EACH_MS } from '../../counting/shard.ts'
import type { Saved, SavedRows } from '../../counting/shard.ts'
import type { CountsAnswer, CountsCall } from '../rpc.ts'

export interface CountedObject {
  call(...call: CountsCall): CountsAnswer
  /** Now, what would be saved soon. */
  save(): void
}

export function openCounts({ sql }: DurableObjectStorage, config: StickTableConfig): CountedObject | undefined {
  if (config.data.length === 0) return undefined
  const shard = createCountedShard(config, {
    size: Math.ceil(config.size / config.shards),
    epoch: crypto.randomUUID(),
    rows: savedRows(sql),
    now: () => Date.now(),
  })
  let isTimed = false

  /** Soon, and not with each change. */
  function saveLater(): void {
    if (shard.unsavedMs === undefined || isTimed) return
    isTimed = true
    setTimeout(() => {
      isTimed = false
      shard.save()
    }, SAVE_EACH_MS)
  }

  return {
    call(name, ...given) {
      const answer = (shard[name] as (...all: readonly unknown[]) => CountsAnswer)(...given)
      saveLater()
      return answer
    },
    save: () => shard.save(),
  }
}

function savedRows(sql: SqlStorage): SavedRows {
  return {
    read(key) {
      const [row] = sql.exec<{ record: string }>('SELECT record FROM counts WHERE key = ?', key)
      return row && (JSON.parse(row.record) as Saved)
    },
    write(key, saved) {
      sql.exec('INSERT OR REPLACE INTO counts (key, record) VALUES (?, ?)', key, JSON.stringify(saved))
    },
    remove: (key) => void sql.exec('DELETE FROM counts WHERE key = ?', key),
    expire: (nowMs) => void sql.exec("DELETE FROM counts WHERE json_extract(record, '$.untilMs') <= ?", nowMs),
  }
}
