// The names of a stick table's objects. Entries are stored under these names, so they never change.

import { xxh32 } from '../hash/xxh32.ts'

/** The table's name, its number of shards, and which of them this is: another number of shards means other objects. */
function nameOf(table: string, shards: number, i: number): string {
  return `${table}/${shards}/${i}`
}

/** The shard that has a key. */
export function shardName(table: string, shards: number, key: string): string {
  return nameOf(table, shards, xxh32(key) % shards)
}

export function shardNames(table: string, shards: number): readonly string[] {
  return Array.from({ length: shards }, (_, i) => nameOf(table, shards, i))
}

/** Whose shard it is. Tables go by names of backends, which have no slash. */
export function tableOfShard(name: string): string {
  return name.split('/')[0]!
}
