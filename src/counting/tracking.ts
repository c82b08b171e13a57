// What one request is counted under: its entries by number (`track-sc0`), and what each step of it adds to them.

import type { DataType } from '../config/data-types.ts'
import { fieldsOf } from '../http/fields.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Entry } from './entry.ts'
import type { CountedTable } from './table.ts'

/** What a track counts at once. A session: the line is one of connections, whose requests are counted later. */
export type Counts = 'request' | 'session' | 'nothing'

export interface Tracked {
  readonly table: CountedTable
  readonly entry: Entry
  isCounted: boolean
}

/** The counter that a rule has read last: why a request that is refused then was refused. */
export interface Reading {
  readonly table: string
  /** As the table stores it; undefined: it is not known yet. */
  readonly key?: string | undefined
  readonly counter: string
  readonly value: number
  /** Of a rate, whose table tells it to clients; 0: it is none. */
  readonly periodMs: number
  /** The smallest number that the condition which read it compares it with; undefined: it compares something else. */
  limit?: number | undefined
}

export interface Tracking {
  /** By its number; undefined: nothing is tracked there. */
  at(sc: number): Tracked | undefined
  /** Undefined: the rule has read none. */
  lastRead: Reading | undefined
  /** The samples that have changed a counter, with their values, and what was read last then. */
  readonly done: Map<object, { readonly value: bigint | undefined; readonly lastRead: Reading | undefined }>
  /** How often the request has counted. */
  changes: number
  /** By table and key: how often the request had counted when the table's object was asked. */
  readonly asked: Map<string, number>
  /** The request counts or reads in it: once it is over, what this isolate has to tell of the table, or to ask, is sent before long. */
  use(table: CountedTable): void
  track(sc: number, table: CountedTable, key: string, counts: Counts, status?: number): void
  /** The request, of those entries that have not counted it. */
  countRequest(): void
  /** What a server has answered; `isOwn`: what its failure makes of it here. */
  answered(status: number, isOwn?: boolean): void
  denied(): void
  /** The first time only. */
  ended(bytesIn: number, bytesOut: number): void
  /** What the log says of a request that was refused because of a counter. */
  logged(termination: string): Omit<Reading, 'periodMs'> | undefined
  /** Tells a client that is refused by a rate (429) when to come again. */
  advise(response: Response): void
}

/** These say that a server does not know how, and not that it has failed. */
const NO_FAILURES = new Set([501, 505])

/** A client that hangs up ends it, too: the request's answer may never come, and what was counted would not be sent or counted down. */
export function createTracking({ signal }: { readonly signal: AbortSignal }, lifetime: Lifetime): Tracking {
  const tracked: (Tracked | undefined)[] = []
  const tables = new Set<CountedTable>()
  let isOver = false
  /** There is something to do when the client hangs up. Undefined: no table is used yet, or it is done. */
  let leave: (() => void) | undefined

  function add(type: DataType, n: number): void {
    for (const each of tracked) if (each) addTo(each, type, n)
  }

  /** Once: nothing of the request is in progress any more. */
  function release(): void {
    for (const each of tracked) {
      if (!each) continue
      each.entry.trackers -= 1
      addTo(each, 'conn_cur', -1)
      each.table.touch(each.entry)
    }
  }

  function sendLater(): void {
    for (const table of tables) table.later(lifetime)
  }

  function hear(): void {
    const { promise, resolve } = Promise.withResolvers<void>()
    // Otherwise the request's context could be gone before it hears of the client.
    lifetime.waitUntil(promise)
    leave = () => {
      leave = undefined
      release()
      resolve()
    }
    signal.addEventListener('abort', () => {
      if (!leave) return
      leave()
      sendLater()
    })
  }

  const tracking: Tracking = {
    at: (sc) => tracked[sc],
    lastRead: undefined,
    done: new Map(),
    changes: 0,
    asked: new Map(),
    use(table) {
      if (tables.size === 0) hear()
      tables.add(table)
    },
    track(sc, table, key, counts, status) {
      if (tracked[sc]) return
      tracking.use(table)
      const entry = table.open(key)
      if (!entry) return
      const each: Tracked = { table, entry, isCounted: false }
      tracked[sc] = each
      tracking.changes += 1
      entry.trackers += 1
      addTo(each, 'conn_cur', 1)
      addTo(each, 'conn_cnt', 1)
      addTo(each, 'conn_rate', 1)
      if (counts === 'session') {
        addTo(each, 'sess_cnt', 1)
        addTo(each, 'sess_rate', 1)
      } else if (counts === 'request') count(each)
      if (status !== undefined) judge([each], status)
    },
    countRequest() {
      tracking.changes += 1
      for (const each of tracked) if (each && !each.isCounted) count(each)
    },
    // A connection that fails is not the server's answer.
    answered: (status, isOwn) => (isOwn && status === 503 ? undefined : judge(tracked, status)),
    denied() {
      add('http_err_cnt', 1)
      add('http_err_rate', 1)
    },
    ended(bytesIn, bytesOut) {
      if (isOver) return
      isOver = true
      for (const each of tracked) {
        if (!each) continue
        for (const [way, bytes] of [
          ['in', bytesIn],
          ['out', bytesOut],
        ] as const) {
          if (bytes === 0) continue
          addTo(each, `bytes_${way}_cnt`, bytes)
          addTo(each, `bytes_${way}_rate`, bytes)
        }
      }
      leave?.()
      // What is due is taken at once: all of it must be counted.
      sendLater()
    },
    logged(termination) {
      if (termination !== 'PR' || !tracking.lastRead) return undefined
      const { periodMs: _, ...reading } = tracking.lastRead
      return reading
    },
    advise({ status, headers }) {
      const fields = fieldsOf(headers)
      const periodMs = tracking.lastRead?.periodMs
      if (status === 429 && periodMs && fields.get('retry-after') === null) {
        fields.set('retry-after', String(Math.ceil(periodMs / 1000)))
      }
    },
  }
  return tracking
}

function count(each: Tracked): void {
  each.isCounted = true
  addTo(each, 'http_req_cnt', 1)
  addTo(each, 'http_req_rate', 1)
}

function judge(tracked: readonly (Tracked | undefined)[], status: number): void {
  const what = status >= 500 ? (NO_FAILURES.has(status) ? undefined : 'fail') : status >= 400 ? 'err' : undefined
  if (what === undefined) return
  for (const each of tracked) {
    if (!each) continue
    addTo(each, `http_${what}_cnt`, 1)
    addTo(each, `http_${what}_rate`, 1)
  }
}

function addTo({ table, entry }: Tracked, type: DataType, n: number): void {
  const slot = table.layout.slotOf(type)
  if (slot !== undefined) table.add(entry, slot, n)
}
