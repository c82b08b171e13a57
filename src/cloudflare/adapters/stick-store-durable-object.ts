// A stick table in Durable Objects: each key belongs to one shard, and each question is one call to it.

import type { StickStore } from '../../persistence/stick-store.ts'
import { shardName } from '../shard-name.ts'
import type { StickTableRpc } from '../rpc.ts'

export function createObjectStore(
  namespace: DurableObjectNamespace<StickTableRpc>,
  table: string,
  shards: number,
): StickStore {
  /** A call that failed for a retryable reason is made once more, with a new stub: the first may stay broken. */
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
