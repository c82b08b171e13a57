// Which changes a table's object has counted: an isolate that has not heard the answer of a call sends its changes again, each with the
// number that it had.

/** Who sends changes, and below which number it has heard all answers. */
export interface Sender {
  readonly isolate: string
  readonly settled: number
}

export interface Receipt {
  /** The first time that it is asked of a number. */
  isNew(serial: number): boolean
}

export interface Receipts {
  of(sender: Sender): Receipt
}

/** Of the isolates that sent longest ago nothing is remembered: what they send again counts again. */
const MOST_ISOLATES = 1_000
/** Of one isolate's changes in doubt. */
const MOST_SERIALS = 10_000

export function createReceipts(): Receipts {
  const known = new Map<string, { settled: number; readonly serials: Set<number> }>()

  return {
    of({ isolate, settled }) {
      const own = known.get(isolate) ?? { settled: 0, serials: new Set() }
      // Those that sent last come last.
      known.delete(isolate)
      known.set(isolate, own)
      for (const oldest of known.keys()) {
        if (known.size <= MOST_ISOLATES) break
        known.delete(oldest)
      }
      if (settled > own.settled) {
        own.settled = settled
        for (const serial of own.serials) if (serial < settled) own.serials.delete(serial)
      }
      return {
        isNew(serial) {
          if (serial < own.settled || own.serials.has(serial)) return false
          own.serials.add(serial)
          for (const oldest of own.serials) {
            if (own.serials.size <= MOST_SERIALS) break
            own.serials.delete(oldest)
          }
          return true
        },
      }
    },
  }
}
