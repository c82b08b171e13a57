// How many of a table's made-up keys come from each source, so that one client cannot fill the table alone. A source is
// counted, and stored, as one of 65,536 numbers: memory is bounded, and a row reveals no address. A seed for
// each table makes the numbers unpredictable, so that an attacker cannot choose to share one with another client.

import { xxh32 } from '../hash/xxh32.ts'

const NUMBERS = 65_536

/** `source`: a client's address or network. */
export function sourceNumber(source: string, seed: number): number {
  return xxh32(source, seed) % NUMBERS
}

export interface SourceCounts {
  of(source: number): number
  /** Null: a row without a source. */
  add(source: number | null, more: number): void
  /** The source with the most rows, if it has more than its share; undefined: none has. */
  greediest(): number | undefined
}

export function createSourceCounts(share: number, initial: ReadonlyMap<number, number>): SourceCounts {
  const counts = new Uint32Array(NUMBERS)
  const greedy = new Set<number>()
  const add = (source: number | null, more: number): void => {
    if (source === null) return
    const count = counts[source]! + more
    counts[source] = count
    if (count > share) greedy.add(source)
    else greedy.delete(source)
  }
  for (const [source, count] of initial) add(source, count)
  return {
    of: (source) => counts[source]!,
    add,
    greediest() {
      let most: number | undefined
      for (const source of greedy) if (most === undefined || counts[source]! > counts[most]!) most = source
      return most
    },
  }
}
