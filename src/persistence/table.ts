// Who served this key: one table of stick entries, whatever keeps its rows. Pure and synchronous; rows, clock and number of
// rows are handed in. HAProxy: configuration manual 4.2 "stick-table", 11.1.

/** Where a key's requests go. */
export interface Target {
  readonly server: string
  /** The server's number in its backend: another backend that reads the table may call it otherwise. */
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

/** What wrote an entry: a key of a request anybody may invent, a key of a response an origin has made. */
export type Kind = 'request' | 'response'

export interface Claimed {
  /** Undefined: there was no room. */
  readonly entry: Entry | undefined
  /** This claim wrote it; false: somebody was here before. */
  readonly isNew: boolean
}

export interface Row extends Entry {
  readonly kind: Kind
}

export interface TableLimits {
  /** Null: entries do not expire. */
  readonly expireMs: number | null
  /** Counted from the first write; null: no end. */
  readonly maxlifeMs: number | null
  /** How many entries there may be. */
  readonly size: number
  /** A full table takes no new entries in, rather than drop others. */
  readonly nopurge: boolean
}

/** The rows of a table, by key. */
export interface Rows {
  get(key: string): Row | undefined
  /** `before`: the row that this key has now. */
  put(key: string, row: Row, before: Row | undefined): void
  count(): number
  /** How many rows each server has. */
  countByServer(): ReadonlyMap<string, number>
  /** At most this many rows, by their keys. */
  list(most: number): readonly (readonly [string, Row])[]
  /** Whether there was such a row. */
  delete(key: string): boolean
  /** Deletes at most this many rows of a kind, those that end first; only those that end by then, if that is given. */
  deleteSoonest(kind: Kind, most: number, byMs?: number): number
}

export interface Table {
  /** The entry of a key, which lives on from now. */
  match(key: string, nowMs: number): Entry | undefined
  /** The entry, or a new one for `target`; an entry whose server is among `gone` is replaced. */
  claim(key: string, target: Target, gone: readonly string[], nowMs: number): Claimed
  /** Writes, whatever was there. Undefined: there was no room. */
  store(key: string, target: Target, kind: Kind, nowMs: number): Entry | undefined
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
/** A refresh writes further ahead than asked for, so that the next uses need not write. */
const AHEAD = 1.25

export function createTable(rows: Rows, limits: TableLimits): Table {
  return {
    match(key, nowMs) {
      const row = rows.get(key)
      return isLive(row, nowMs) ? touched(key, row, nowMs) : undefined
    },
    claim(key, target, gone, nowMs) {
      const row = rows.get(key)
      if (isLive(row, nowMs) && !gone.includes(row.server)) return { entry: touched(key, row, nowMs), isNew: false }
      return { entry: write(key, row, target, 'request', nowMs), isNew: true }
    },
    store: (key, target, kind, nowMs) => write(key, rows.get(key), target, kind, nowMs),
    expire(nowMs, most) {
      const first = rows.deleteSoonest('request', most, nowMs)
      return first + rows.deleteSoonest('response', most - first, nowMs)
    },
    list: (nowMs, most) => rows.list(most).filter(([, row]) => isLive(row, nowMs)),
    count: () => rows.count(),
    countByServer: () => rows.countByServer(),
    remove: (key) => rows.delete(key),
  }

  function touched(key: string, row: Row, nowMs: number): Row {
    if (!isDue(row, limits, nowMs)) return row
    const next = { ...row, untilMs: untilOf(row.createdMs, limits, nowMs) }
    rows.put(key, next, row)
    return next
  }

  /** `found`: what the rows have, live or not. */
  function write(key: string, found: Row | undefined, target: Target, kind: Kind, nowMs: number): Row | undefined {
    if (!found && !hasRoom(kind, nowMs)) return undefined
    const known = isLive(found, nowMs) ? found : undefined
    const createdMs = known?.createdMs ?? nowMs
    const row: Row = {
      server: target.server,
      id: target.id,
      home: known?.home ?? target.server,
      createdMs,
      untilMs: untilOf(createdMs, limits, nowMs),
      // What an origin has made stays what it is, whoever sends it back.
      kind: known?.kind === 'response' ? 'response' : kind,
    }
    rows.put(key, row, found)
    return row
  }

  /** Makes room, if need be. An invented key never takes the place of one that an origin made. */
  function hasRoom(kind: Kind, nowMs: number): boolean {
    if (rows.count() < limits.size) return true
    if (rows.deleteSoonest('request', 1, nowMs) > 0 || rows.deleteSoonest('response', 1, nowMs) > 0) return true
    if (limits.nopurge) return false
    return rows.deleteSoonest('request', 1) > 0 || (kind === 'response' && rows.deleteSoonest('response', 1) > 0)
  }
}

function isLive(row: Row | undefined, nowMs: number): row is Row {
  return row !== undefined && row.untilMs > nowMs
}

/** When an entry that is used now ends. */
export function untilOf(createdMs: number, { expireMs, maxlifeMs }: LifeLimits, nowMs: number): number {
  const idle = expireMs === null ? NEVER : nowMs + Math.floor(expireMs * AHEAD)
  const age = maxlifeMs === null ? NEVER : createdMs + maxlifeMs
  return Math.min(idle, age)
}

export type LifeLimits = Pick<TableLimits, 'expireMs' | 'maxlifeMs'>

/** Whether a use now must be written, for the entry to live `expire` from now. */
export function isDue(entry: Entry, limits: LifeLimits, nowMs: number): boolean {
  if (limits.expireMs === null || entry.untilMs - nowMs >= limits.expireMs) return false
  return untilOf(entry.createdMs, limits, nowMs) > entry.untilMs
}
