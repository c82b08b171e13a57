// A stick table in Durable Objects: each key belongs to one of its shards, one call to it a question.

import { xxHash32 } from 'js-xxhash'

import type { Jurisdiction } from '../config/stick.ts'
import type { StickStore } from '../persistence/stick-store.ts'
import type { StickTableRpc } from './stick-table.ts'

/** The name of an object: the table's, how many shards it has, and which of them this is. */
export function shardName(table: string, shards: number, key: string): string {
  return `${table}/${shards}/${xxHash32(key) % shards}`
}

type ShardNamespace = DurableObjectNamespace<StickTableRpc>

/** Those of a jurisdiction are other objects than those of none, under the same names. */
export function shardsIn(namespace: ShardNamespace, jurisdiction: Jurisdiction | null): ShardNamespace {
  if (jurisdiction === null) return namespace
  try {
    return namespace.jurisdiction(jurisdiction)
  } catch (error) {
    // workerd on somebody's own machine has none: `limpet serve`, `wrangler dev`. Whatever else is wrong must not be passed over.
    if (String(error).includes('not implemented in workerd')) return namespace
    throw error
  }
}

export function createObjectStore(namespace: ShardNamespace, table: string, shards: number): StickStore {
  /** A call that failed for a passing reason is made once more, by a stub of its own: the first may stay broken. */
  async function call<T>(key: string, work: (stub: DurableObjectStub<StickTableRpc>) => Promise<T>): Promise<T> {
    const name = shardName(table, shards, key)
    try {
      return await work(namespace.getByName(name))
    } catch (error) {
      if (!isRetryable(error)) throw error
      return work(namespace.getByName(name))
    }
  }
  return {
    match: (key) => call(key, (stub) => stub.match(key)),
    claim: (key, target, gone, source) => call(key, (stub) => stub.claim(key, target, gone, source)),
    store: (key, target, kind, source) => call(key, (stub) => stub.store(key, target, kind, source)),
  }
}

/** Cloudflare marks them so; an overloaded object must not be asked again. */
function isRetryable(error: unknown): boolean {
  const { retryable, overloaded } = error as { retryable?: boolean; overloaded?: boolean }
  return retryable === true && overloaded !== true
}
