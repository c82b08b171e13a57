// Which of the Monitor's objects is in command. The first, `monitor`, has been there since the first request. A move makes another one,
// gives it a copy of everything, and then writes one row: from then on the object left behind passes every call on. Following
// these rows from the first object leads to the one in command, at any moment and after any crash: docs/design/monitor-move.md.

import type { Place } from '../../config/place.ts'
import { FIRST_MONITOR } from '../object-stubs.ts'
import { migrate, setVersion, versionOf } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'
import { copyTables, takeTables } from './table-copy.ts'
import type { TableCopy } from './table-copy.ts'

interface Row {
  /** This object's. */
  readonly name: string
  /** The name of the first object, and its id, by which isolates know their deployment's snapshots. */
  readonly home: string
  readonly root: string
  /** How many moves there have been: of the object in command, or of the one to which calls are passed on. */
  readonly generation: number
  /** The object to which calls are passed on; null: this object is in command. */
  readonly moved_to: string | null
  /** The move by which it may take command; null: it was left behind, or is in command. */
  readonly staged: number | null
  /** What was asked for when this object was made. */
  readonly near: Place | null
  /** Unix milliseconds. */
  readonly born_ms: number
}

/** What a move brings to the object that is moved to. */
export interface Offer extends Pick<Row, 'name' | 'home' | 'root' | 'generation' | 'near'> {
  readonly from: string
  /** Of the snapshots to come: above all that isolates may hold. */
  readonly epoch: number
  readonly n: number
  /** Of the storage that the tables come from. */
  readonly version?: number
  readonly tables: readonly TableCopy[]
}

interface Current {
  readonly name: string
  readonly generation: number
  /** Of its snapshots. */
  readonly epoch: number
}

export interface Seat {
  readonly isHere: boolean
  readonly row: Row
  /** The object in command, as far as is known here. */
  readonly current: Current
  /** Everything that an object near `near` must know to take command; null: the first object. */
  offer(near: Place | null): Offer
  /** Keeps what is offered, and waits until a call is passed on to it. Throws if this object is in command by a later move. */
  stage(offer: Offer): void
  /** A call was passed on by that move. True: from now on this object is in command. */
  take(generation: number): boolean
  /** Hands the command over. From here on this object is not in command, whatever happens next. */
  leave(offer: Offer): void
  /** The object found in command at the end of the way: the next call goes there directly. */
  learn(current: Current): void
}

/** Of storage that is migrated. `near`: what was asked for, if this is the object's first start. */
export function createSeat({ id, storage }: DurableObjectState, near: Place | null): Seat {
  const { sql } = storage
  const isNew = sql.exec('SELECT id FROM sequence').toArray().length === 0
  if (isNew) sql.exec('INSERT INTO sequence (id, epoch, n) VALUES (0, ?, 0)', Date.now())
  const sequence = () => sql.exec<{ epoch: number; n: number }>('SELECT epoch, n FROM sequence').one()
  const name = id.name ?? FIRST_MONITOR
  sql.exec(
    'INSERT OR IGNORE INTO seat (id, name, home, root, generation, near, born_ms) VALUES (0, ?, ?, ?, 0, ?, ?)',
    name,
    name,
    id.toString(),
    isNew ? near : null,
    sequence().epoch,
  )
  const read = () =>
    sql.exec('SELECT name, home, root, generation, moved_to, staged, near, born_ms FROM seat').one() as unknown as Row
  let row = read()
  const write = (columns: string, ...values: SqlStorageValue[]) => {
    sql.exec(`UPDATE seat SET ${columns}`, ...values)
    row = read()
  }

  return {
    get isHere() {
      return row.moved_to === null
    },
    get row() {
      return row
    },
    get current() {
      const { epoch } = sequence()
      const { name: own, moved_to: to, generation } = row
      return to === null ? { name: own, generation, epoch } : { name: to, generation, epoch: epoch - 1 }
    },
    offer(place) {
      const generation = row.generation + 1
      const { epoch, n } = sequence()
      return {
        name: place === null ? row.home : `${row.home}/${generation}/${place}`,
        home: row.home,
        root: row.root,
        generation,
        near: place,
        from: row.name,
        // Two ahead: the epoch between is for this object, in case a release without moves opens it.
        epoch: Math.max(Date.now(), epoch + 2),
        n,
        version: versionOf(sql),
        tables: copyTables(sql),
      }
    },
    stage(offer) {
      if (row.generation >= offer.generation) throw new Error('in command by a later move')
      storage.transactionSync(() => {
        takeTables(sql, offer.tables)
        // The two may run different releases: missing migrations are run, here or by the release that has them.
        setVersion(sql, Math.min(versionOf(sql), offer.version ?? 0))
        migrate(storage, MIGRATIONS.Monitor)
        const isHome = offer.name === offer.home
        sql.exec('UPDATE sequence SET epoch = ?, n = ?', offer.epoch, offer.n)
        // Release 0.1 does not know about moves: it would take command of every object in which it starts.
        if (!isHome) refuseRelease01(sql)
        write(
          'name = ?, home = ?, root = ?, moved_to = ?, staged = ?, near = ?',
          offer.name,
          offer.home,
          offer.root,
          offer.from,
          offer.generation,
          isHome ? row.near : offer.near,
        )
      })
    },
    take(generation) {
      if (row.moved_to === null || row.staged === null || generation < row.staged) return false
      write('generation = ?, moved_to = NULL, staged = NULL', generation)
      return true
    },
    leave(offer) {
      storage.transactionSync(() => {
        // Its messages are the other's now.
        sql.exec('DELETE FROM outbox')
        pointTo(offer)
      })
    },
    learn(current) {
      if (row.moved_to !== null && current.generation > row.generation) storage.transactionSync(() => pointTo(current))
    },
  }

  function pointTo({ name: to, generation, epoch }: Current): void {
    sql.exec('UPDATE sequence SET epoch = ?', epoch + 1)
    write('moved_to = ?, generation = ?', to, generation)
  }
}

/** Its first statement inserts into `sequence`. */
function refuseRelease01(sql: SqlStorage): void {
  sql.exec(
    "CREATE TRIGGER IF NOT EXISTS moved BEFORE INSERT ON sequence BEGIN SELECT RAISE(ABORT, 'a later release has moved the Monitor here'); END",
  )
}
