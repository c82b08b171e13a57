// What the objects of a stick table are called. Their entries lie under these names: they never change.

import { xxHash32 } from 'js-xxhash'

/** The table's name, how many shards it has, and which of them this is: another number of shards is other objects. */
function nameOf(table: string, shards: number, i: number): string {
  return `${table}/${shards}/${i}`
}

/** The shard that has a key. */
export function shardName(table: string, shards: number, key: string): string {
  return nameOf(table, shards, xxHash32(key) % shards)
}

export function shardNames(table: string, shards: number): readonly string[] {
  return Array.from({ length: shards }, (_, i) => nameOf(table, shards, i))
}

/** Whose shard it is. Tables go by names of backends, which have no slash. */
export function tableOfShard(name: string): string {
  return name.split('/')[0]!
}
