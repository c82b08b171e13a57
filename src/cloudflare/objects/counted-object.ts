// What one object of a stick table counts: merges what isolates send, and keeps `gpc` and `gpt` in its SQLite.

import type { Config } from '../../config/config.ts'
import type { StickTableConfig } from '../../config/options/stick.ts'
import type { Saved, SavedRows } from '../../counting/disk.ts'
import { limitsIn } from '../../counting/limits.ts'
import { createCountedShard, SAVE_EACH_MS } from '../../counting/shard.ts'
import type { CountsAnswer, CountsCall } from '../rpc.ts'

/** With which numbers rules compare. */
type Compared = Pick<Config, 'frontends' | 'backends'>

export interface CountedObject {
  call(...call: CountsCall): CountsAnswer
  /** Unix milliseconds: by when it wants to `save`; undefined: nothing is unsaved. */
  readonly saveByMs: number | undefined
  save(): void
  /** Another configuration with the same table: its rules may compare with other numbers. */
  follow(today: Compared): void
}

export function openCounts(
  { sql }: DurableObjectStorage,
  config: StickTableConfig,
  today: Compared,
): CountedObject | undefined {
  if (config.data.length === 0) return undefined
  const shard = createCountedShard(config, {
    size: Math.ceil(config.size / config.shards),
    epoch: crypto.randomUUID(),
    limits: limitsIn(today),
    rows: savedRows(sql),
    now: () => Date.now(),
  })

  return {
    call: (name, ...given) => (shard[name] as (...all: readonly unknown[]) => CountsAnswer)(...given),
    get saveByMs() {
      return shard.unsavedMs === undefined ? undefined : shard.unsavedMs + SAVE_EACH_MS
    },
    save: () => shard.save(),
    follow: (followed) => shard.compareWith(limitsIn(followed)),
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
