// The port behind a stick table: what keeps its entries, near or far. One conformance suite holds for all of them.

import type { Claimed, Entry, Kind, Table, Target } from './table.ts'

export interface StickStore {
  /** The entry of a key, which lives on from now. */
  match(key: string): Promise<Entry | undefined>
  /**
   * The entry, or a new one for `target`; an entry whose server is among `gone` is replaced. `source`: the client whose
   * request it is, held to its share of the table; undefined: nobody is.
   */
  claim(key: string, target: Target, gone: readonly string[], source?: string): Promise<Claimed>
  /** Writes, whatever was there. Undefined: there was no room. */
  store(key: string, target: Target, kind: Kind, source?: string): Promise<Entry | undefined>
}

/** A table of this isolate's own. */
export function createLocalStore(table: Table, now: () => number): StickStore {
  return {
    match: async (key) => table.match(key, now()),
    claim: async (key, target, gone, source) => table.claim(key, target, gone, now(), source),
    store: async (key, target, kind, source) => table.store(key, target, kind, now(), source),
  }
}
