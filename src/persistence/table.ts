// Which server served this key: one table of stick entries, wherever its rows are stored. Pure and synchronous; rows and clock are
// handed in. Also decides which entry makes room in a full table. HAProxy: configuration manual 4.2 "stick-table", 11.1.

import { createSourceCounts, sourceNumber } from './sources.ts'
import type { SourceCounts } from './sources.ts'

/** Where a key's requests go. */
export interface Target {
  readonly server: string
  /** The server's number in its backend: another backend that reads the table may use a different name. */
  readonly id: number
}

export interface Entry extends Target {
  /** The first server this key ever had. */
  readonly home: string
  /** Unix milliseconds. */
  readonly createdMs: number
  /** Unix milliseconds; from then on there is no entry. NEVER without `expire` and `maxlife`. */
  readonly untilMs: number
}

/** Where an entry's key came from: a request, where anybody can make it up, or a response, where an origin issued it. */
export type Kind = 'request' | 'response'

export interface Claimed {
  /** Undefined: there was no room. */
  readonly entry: Entry | undefined
  /** This claim wrote it; false: it was there already. */
  readonly isNew: boolean
}

export interface Row extends Entry {
  readonly kind: Kind
  /** Which client made the key up, as a number (sources.ts). Null: not known, or a key that an origin issued. */
  readonly source: number | null
}

export interface TableLimits {
  /** Null: entries do not expire. */
  readonly expireMs: number | null
  /** Counted from the first write; null: no end. */
  readonly maxlifeMs: number | null
  /** How many entries there may be. */
  readonly size: number
  /** A full table refuses new entries instead of evicting others. */
  readonly nopurge: boolean
  /** Even with `nopurge`, a key issued by an origin replaces a made-up one. */
  readonly issuedDisplaces: boolean
  /** The part of `size` that the made-up keys of one source may have once the table is filling up; 1: all. */
  readonly sourceShare: number
}

/** What the counts need of a deleted row. */
export type Gone = Pick<Row, 'source'>

/** The rows of a table, by key. */
export interface Rows {
  get(key: string): Row | undefined
  /** `before`: the row that this key has now. */
  put(key: string, row: Row, before: Row | undefined): void
  count(): number
  /** How many rows each server has. */
  countByServer(): ReadonlyMap<string, number>
  /** How many rows each source has. */
  countBySource(): ReadonlyMap<number, number>
  /** At most this many rows, by their keys. */
  list(most: number): readonly (readonly [string, Row])[]
  /** Undefined: there was no such row. */
  delete(key: string): Gone | undefined
  /** Deletes at most this many rows of a kind, those that end first; only those that end by then, if that is given. */
  deleteSoonest(kind: Kind, most: number, byMs?: number): readonly Gone[]
  /** The same of one source's made-up keys. May read many rows. */
  deleteSoonestOf(source: number, most: number, byMs?: number): readonly Gone[]
}

export interface Table {
  /** The entry of a key; its life starts over. */
  match(key: string, nowMs: number): Row | undefined
  /** The entry, or a new one for `target`; an entry whose server is among `gone` is replaced. `source`: the client that sent the request. */
  claim(key: string, target: Target, gone: readonly string[], nowMs: number, source?: string): Claimed
  /** Writes, replacing any entry. Undefined: there was no room. */
  store(key: string, target: Target, kind: Kind, nowMs: number, source?: string): Entry | undefined
  /** Deletes at most this many entries that have ended; how many they were. */
  expire(nowMs: number, most: number): number
  /** For the operator: at most this many live entries. */
  list(nowMs: number, most: number): readonly (readonly [string, Entry])[]
  count(): number
  /** How many entries each server has. */
  countByServer(): ReadonlyMap<string, number>
  /** Whether there was such an entry. */
  remove(key: string): boolean
}

/** Safe in a double and in SQLite's integers. */
export const NEVER = Number.MAX_SAFE_INTEGER
/** A refresh writes this part of `expire` further ahead than asked for, so that uses within it need not write. */
export const AHEAD = 0.25

/** From here on a source is held to its share. */
const FILLING = 0.75
/** A source above its share frees room for several keys at once, so that its rows are seldom scanned. */
const MAX_BATCH = 1_000

/** `seed`: makes the numbers of sources unpredictable. */
export function createTable(rows: Rows, limits: TableLimits, seed: number): Table {
  const { size, nopurge, issuedDisplaces, sourceShare } = limits
  const share = Math.max(1, Math.floor(size * sourceShare))
  const batch = nopurge ? 1 : Math.min(MAX_BATCH, Math.ceil(share / 8))
  // Counted when the table first fills up; kept up to date afterwards.
  let sources: SourceCounts | undefined

  return {
    match(key, nowMs) {
      const row = rows.get(key)
      return isLive(row, nowMs) ? touched(key, row, nowMs) : undefined
    },
    claim(key, target, gone, nowMs, source) {
      const row = rows.get(key)
      if (isLive(row, nowMs) && !gone.includes(row.server)) return { entry: touched(key, row, nowMs), isNew: false }
      return { entry: write(key, row, target, 'request', nowMs, source), isNew: true }
    },
    store: (key, target, kind, nowMs, source) => write(key, rows.get(key), target, kind, nowMs, source),
    expire(nowMs, most) {
      const first = counted(rows.deleteSoonest('request', most, nowMs))
      return first + counted(rows.deleteSoonest('response', most - first, nowMs))
    },
    list: (nowMs, most) => rows.list(most).filter(([, row]) => isLive(row, nowMs)),
    count: () => rows.count(),
    countByServer: () => rows.countByServer(),
    remove(key) {
      const gone = rows.delete(key)
      return gone !== undefined && counted([gone]) > 0
    },
  }

  function touched(key: string, row: Row, nowMs: number): Row {
    if (!isDue(row, limits, nowMs)) return row
    const next = { ...row, untilMs: untilOf(row.createdMs, limits, nowMs) }
    rows.put(key, next, row)
    return next
  }

  /** `found`: what the rows have, live or not. */
  function write(
    key: string,
    found: Row | undefined,
    target: Target,
    kind: Kind,
    nowMs: number,
    from: string | undefined,
  ): Row | undefined {
    const known = isLive(found, nowMs) ? found : undefined
    // A key issued by an origin stays one, whoever sends it back.
    const isIssued = kind === 'response' || known?.kind === 'response'
    const isCounted = !isIssued && sourceShare < 1 && from !== undefined
    const source = isIssued ? null : (known?.source ?? (isCounted ? sourceNumber(from, seed) : null))
    if (!found && !hasRoom(isIssued, source, nowMs)) return undefined
    const createdMs = known?.createdMs ?? nowMs
    const row: Row = {
      server: target.server,
      id: target.id,
      home: known?.home ?? target.server,
      createdMs,
      untilMs: untilOf(createdMs, limits, nowMs),
      kind: isIssued ? 'response' : 'request',
      source,
    }
    rows.put(key, row, found)
    sources?.add(found?.source ?? null, -1)
    sources?.add(source, 1)
    return row
  }

  /** Makes room for a new key if necessary. A made-up key never replaces one that an origin issued. */
  function hasRoom(isIssued: boolean, source: number | null, nowMs: number): boolean {
    if (source !== null && !isWithinShare(source, nowMs)) return false
    if (rows.count() < size) return true
    if (drop('request', nowMs) || drop('response', nowMs)) return true
    if (nopurge && !(isIssued && issuedDisplaces)) return false
    const greediest = sourceShare < 1 ? sourceCounts().greediest() : undefined
    if (greediest !== undefined && counted(rows.deleteSoonestOf(greediest, batch)) > 0) return true
    return drop('request') || (isIssued && !nopurge && drop('response'))
  }

  /** Whether the source may have one more key; its own oldest make room for it. */
  function isWithinShare(source: number, nowMs: number): boolean {
    if (rows.count() < size * FILLING || sourceCounts().of(source) < share) return true
    return counted(rows.deleteSoonestOf(source, batch, nopurge ? nowMs : NEVER)) > 0
  }

  function sourceCounts(): SourceCounts {
    return (sources ??= createSourceCounts(share, rows.countBySource()))
  }

  function drop(kind: Kind, byMs?: number): boolean {
    return counted(rows.deleteSoonest(kind, 1, byMs)) > 0
  }

  function counted(gone: readonly Gone[]): number {
    for (const { source } of gone) sources?.add(source, -1)
    return gone.length
  }
}

function isLive(row: Row | undefined, nowMs: number): row is Row {
  return row !== undefined && row.untilMs > nowMs
}

/** When an entry that is used now ends. */
export function untilOf(createdMs: number, { expireMs, maxlifeMs }: LifeLimits, nowMs: number): number {
  const idle = expireMs === null ? NEVER : nowMs + Math.floor(expireMs * (1 + AHEAD))
  const age = maxlifeMs === null ? NEVER : createdMs + maxlifeMs
  return Math.min(idle, age)
}

export type LifeLimits = Pick<TableLimits, 'expireMs' | 'maxlifeMs'>

/** Whether a use now must be written so that the entry lives `expire` from now. */
export function isDue(entry: Entry, limits: LifeLimits, nowMs: number): boolean {
  if (limits.expireMs === null || entry.untilMs - nowMs >= limits.expireMs) return false
  return untilOf(entry.createdMs, limits, nowMs) > entry.untilMs
}
