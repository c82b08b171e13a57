// Which isolate holds how many of a limit's slots, in the object that knows them all. An isolate says what it keeps and
// what it would use; a slot goes to another only after its holder has given it back or its lease has run out, so that the
// sum of all leases never exceeds the limit. The isolate's side is limit.ts.

/** What an isolate reports. */
export interface Need {
  /** Slots of its lease that it keeps. */
  readonly keeps: number
  /** The last answer it got. */
  readonly share: number
  readonly inUse: number
  readonly waiting: number
}

/** The answer to an isolate. */
export interface Lease {
  /** How many slots it has until the lease runs out. */
  readonly slots: number
  /** It gives back slots above this number as soon as they are free, because others wait. */
  readonly share: number
  /** In use by all others, when they last said so. */
  readonly elsewhere: number
  /** Waiting at all others, when they last said so. */
  readonly waitingElsewhere: number
}

export interface Holder extends Need {
  readonly slots: number
  /** Unix milliseconds. */
  readonly untilMs: number
}

export interface LeaseBook {
  ask(holder: string, need: Need, nowMs: number): Lease
  /** What a holder would be told now; undefined when it has no lease. */
  lease(holder: string, nowMs: number): Lease | undefined
  holders(): ReadonlyMap<string, Holder>
  /** The limit is another from now on. */
  resize(max: number): void
}

/** How long a lease lasts without renewal: the slots of an isolate that died are then free. */
export const LEASE_MS = 10_000

/** `saved`: what another instance of this book had granted. */
export function createLeaseBook(maxAtFirst: number, saved: ReadonlyMap<string, Holder>): LeaseBook {
  const holders = new Map(saved)
  let max = maxAtFirst

  return {
    ask(holder, need, nowMs) {
      expire(nowMs)
      const before = holders.get(holder)?.slots ?? 0
      // An isolate that counted as dead may come back with more in use than is left: accept its number, because it is true.
      const slots = Math.max(need.inUse, Math.min(before, need.keeps))
      // An isolate that gives slots back goes to the end, behind those that wait.
      if (slots < before) holders.delete(holder)
      holders.set(holder, { ...need, slots, untilMs: nowMs + LEASE_MS })
      const lease = granted(holder)
      if (lease.slots === 0 && need.inUse + need.waiting === 0) holders.delete(holder)
      return lease
    },
    lease(holder, nowMs) {
      expire(nowMs)
      return holders.has(holder) ? granted(holder) : undefined
    },
    holders: () => holders,
    resize(wanted) {
      max = wanted
    },
  }

  function expire(nowMs: number): void {
    for (const [name, { untilMs }] of holders) if (untilMs <= nowMs) holders.delete(name)
  }

  /** As many as are free, up to the holder's share; none is taken away here. */
  function granted(holder: string): Lease {
    const own = holders.get(holder)!
    const others = (of: (each: Holder) => number) => sum((each) => (each === own ? 0 : of(each)))
    const share = shareOf(holder)
    const slots = Math.max(own.slots, Math.min(max - others((each) => each.slots), share))
    const elsewhere = others((each) => each.inUse)
    const waitingElsewhere = others((each) => each.waiting)
    holders.set(holder, { ...own, slots })
    return { slots, share, elsewhere, waitingElsewhere }
  }

  /**
   * If there are slots for all: what it uses and a part of the rest, so that it need not ask for each request, nor the next isolate
   * wait. Otherwise a share in proportion to what each would use, as a single queue would serve them.
   */
  function shareOf(holder: string): number {
    const own = holders.get(holder)!
    if (demandOf(own) === 0) return 0
    const demand = sum(demandOf)
    if (demand <= max) return demandOf(own) + Math.floor((max - demand) / (2 * holders.size))
    const whole = (each: Holder) => Math.floor((max * demandOf(each)) / demand)
    const wanting = [...holders.values()].filter((each) => demandOf(each) > 0)
    const left = max - wanting.reduce((total, each) => total + whole(each), 0)
    // A remainder goes first to isolates that have nothing, so that they take turns with a single slot, and then stays
    // where it is.
    const rank = (each: Holder) => (each.slots === 0 ? 0 : each.slots > whole(each) ? 1 : 2)
    const inOrder = wanting.toSorted((a, b) => rank(a) - rank(b))
    return whole(own) + (inOrder.indexOf(own) < left ? 1 : 0)
  }

  function sum(of: (each: Holder) => number): number {
    return [...holders.values()].reduce((total, each) => total + of(each), 0)
  }
}

function demandOf({ inUse, waiting }: Need): number {
  return inUse + waiting
}
