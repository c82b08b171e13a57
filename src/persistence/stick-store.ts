// The port behind a stick table: a store for its entries, near or far. One conformance suite tests all stores.

import type { Claimed, Entry, Kind, Table, Target } from './table.ts'

export interface StickStore {
  /** The entry of a key; its life starts over. */
  match(key: string): Promise<Entry | undefined>
  /**
   * The entry, or a new one for `target`; an entry whose server is among `gone` is replaced. `source`: the client that
   * sent the request, held to its share of the table; undefined: no client is.
   */
  claim(key: string, target: Target, gone: readonly string[], source?: string): Promise<Claimed>
  /** Writes, replacing any entry. Undefined: there was no room. */
  store(key: string, target: Target, kind: Kind, source?: string): Promise<Entry | undefined>
}

/** A table in this isolate's memory. */
export function createLocalStore(table: Table, now: () => number): StickStore {
  return {
    match: async (key) => table.match(key, now()),
    claim: async (key, target, gone, source) => table.claim(key, target, gone, now(), source),
    store: async (key, target, kind, source) => table.store(key, target, kind, now(), source),
  }
}
