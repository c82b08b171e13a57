// Rows of the outbox and of summaries name their recipient by its place in the configuration. This table records which recipient had
// which place, so that rows written under one configuration follow their recipient to its place in the next. The rows themselves stay
// as release 0.1 reads them: after a roll-back it finds each recipient at its place.

import type { Alert } from '../../alert/message.ts'
import { wants } from '../../alert/outbox.ts'
import { identitiesOf } from '../../alert/recipient.ts'
import type { AlertConfig } from '../../config/options/alert.ts'
import { nameOf } from './deliver.ts'

const TABLES = ['outbox', 'summaries'] as const

interface Known extends Record<string, SqlStorageValue> {
  readonly place: number
  readonly identity: string
  readonly name: string
}

/** Moves every row to its recipient's current place. Rows of a recipient that is gone are dropped, and logged. */
export function placeRecipients(sql: SqlStorage, recipients: readonly AlertConfig[]): void {
  const known = knownRecipients(sql)
  const identities = identitiesOf(recipients)
  if (known.length === identities.length && known.every(({ identity }, i) => identity === identities[i])) return
  if (known.length === 0) dropUnwanted(sql, recipients)
  else moveRows(sql, known, identities)
  sql.exec('DELETE FROM recipients')
  recipients.forEach((recipient, place) => {
    const identity = identities[place]!
    sql.exec('INSERT INTO recipients (place, identity, name) VALUES (?, ?, ?)', place, identity, nameOf(recipient))
  })
}

/** The same for a configuration that has no recipient, which needs no more than this. */
export function dropRecipients(sql: SqlStorage): void {
  const known = knownRecipients(sql)
  if (known.length === 0) return
  moveRows(sql, known, [])
  sql.exec('DELETE FROM recipients')
}

function knownRecipients(sql: SqlStorage): readonly Known[] {
  return sql.exec<Known>('SELECT place, identity, name FROM recipients ORDER BY place').toArray()
}

function moveRows(sql: SqlStorage, known: readonly Known[], identities: readonly string[]): void {
  for (const { place: from, identity, name } of known) {
    const place = identities.indexOf(identity)
    if (place === -1) drop(sql, from, name, 'it is not configured any more')
    // Below zero until all have moved: two may change places.
    else for (const table of TABLES) sql.exec(`UPDATE ${table} SET recipient = ? WHERE recipient = ?`, -1 - place, from)
  }
  for (const table of TABLES) {
    sql.exec(`DELETE FROM ${table} WHERE recipient >= 0`)
    sql.exec(`UPDATE ${table} SET recipient = -1 - recipient`)
  }
}

/**
 * Rows of release 0.1 know only a place, and the configuration of that time is unknown. The recipient now at that place
 * gets what it asks for; anything else was meant for another.
 */
function dropUnwanted(sql: SqlStorage, recipients: readonly AlertConfig[]): void {
  const rows = sql
    .exec<{ id: number; recipient: number; alert: string }>('SELECT id, recipient, alert FROM outbox')
    .toArray()
  for (const [place, own] of Map.groupBy(rows, ({ recipient }) => recipient)) {
    const recipient = recipients[place]
    const unwanted = own.filter(({ alert }) => !recipient || !isFor(recipient, JSON.parse(alert) as Alert))
    for (const { id } of unwanted) sql.exec('DELETE FROM outbox WHERE id = ?', id)
    if (unwanted.length === 0) continue
    const name = recipient ? nameOf(recipient) : null
    logDropped(name, 'they were for the recipient that had its place before the upgrade', unwanted.length)
  }
  sql.exec('DELETE FROM summaries WHERE recipient >= ?', recipients.length)
}

function isFor(recipient: AlertConfig, alert: Alert): boolean {
  return alert.event === 'summary' ? recipient.summaryMinute !== null : wants(recipient, alert)
}

function drop(sql: SqlStorage, place: number, name: string, reason: string): void {
  const dropped = sql.exec('DELETE FROM outbox WHERE recipient = ? RETURNING id', place).toArray().length
  if (dropped > 0) logDropped(name, reason, dropped)
}

function logDropped(to: string | null, reason: string, dropped: number): void {
  console.error(JSON.stringify({ event: 'alert-not-delivered', to, problem: `${reason}: ${dropped} dropped` }))
}
