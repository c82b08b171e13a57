// Alerts on their way: an outbox in the Monitor's SQLite, so that none is lost by a restart, and what empties it.

import type { Alert } from '../../alert/message.ts'
import { dueOf, nextMessage, retryAtMs, wants } from '../../alert/outbox.ts'
import type { Pending } from '../../alert/outbox.ts'
import { deploymentOf } from '../../deployment.ts'
import { DAY_MS, latestSummaryMs, summaryText } from '../../alert/summary.ts'
import { messageOf } from '../../errors.ts'
import { deliver, nameOf } from './deliver.ts'
import type { CreateAlerts } from './no-alerts.ts'
import { placeRecipients } from './recipients.ts'

interface Row extends Record<string, SqlStorageValue> {
  readonly id: number
  readonly recipient: number
  readonly alert: string
  readonly at_ms: number
  readonly tries: number
  readonly due_ms: number
}

/** Of each outbox: whether somebody delivers, and whose recipients count. After a reload, the deliverer before ends its message first. */
const turns = new WeakMap<SqlStorage, { isDelivering: boolean; owner: object }>()

export const createAlerts: CreateAlerts = (sql, env, config) => {
  const { alerts: recipients } = config
  const deployment = deploymentOf(config, env.LIMPET_NAME)
  placeRecipients(sql, recipients)
  const turn = turns.get(sql) ?? { isDelivering: false, owner: config }
  turns.set(sql, turn)
  turn.owner = config

  return {
    add(alert, nowMs) {
      recipients.forEach((recipient, i) => {
        if (!wants(recipient, alert)) return
        const dueMs = dueOf(recipient, nowMs)
        sql.exec(
          'INSERT INTO outbox (recipient, alert, at_ms, tries, due_ms) VALUES (?, ?, ?, 0, ?)',
          i,
          JSON.stringify(alert),
          nowMs,
          dueMs,
        )
      })
    },
    summarise(factsOf, nowMs) {
      recipients.forEach(({ summaryMinute, backends }, i) => {
        if (summaryMinute === null) return
        const latestMs = latestSummaryMs(summaryMinute, nowMs)
        // The first day is summed up when it is over.
        const isNew =
          sql.exec('INSERT OR IGNORE INTO summaries (recipient, sent_ms) VALUES (?, ?)', i, nowMs).rowsWritten > 0
        if (isNew) return
        const due = sql.exec('UPDATE summaries SET sent_ms = ? WHERE recipient = ? AND sent_ms < ?', nowMs, i, latestMs)
        if (due.rowsWritten === 0) return
        const { servers, events } = factsOf(backends)
        const ofTheDay = events.filter(({ atMs }) => atMs > nowMs - DAY_MS)
        const text = summaryText(servers, ofTheDay, nowMs)
        const alert: Alert = { event: 'summary', backend: null, server: null, atMs: nowMs, text }
        sql.exec(
          'INSERT INTO outbox (recipient, alert, at_ms, tries, due_ms) VALUES (?, ?, ?, 0, ?)',
          i,
          JSON.stringify(alert),
          nowMs,
          nowMs,
        )
      })
    },
    nextDueMs() {
      if (turn.isDelivering || recipients.length === 0) return undefined
      return sql.exec<{ due: number | null }>('SELECT MIN(due_ms) AS due FROM outbox').one().due ?? undefined
    },
    async deliver() {
      if (turn.isDelivering || recipients.length === 0) return
      turn.isDelivering = true
      try {
        while (turn.owner === config) {
          const message = nextMessage(pending(), Date.now())
          if (!message) return
          if (await send(message)) remove(message)
          else delay(message)
        }
      } finally {
        turn.isDelivering = false
      }
    },
  }

  function pending(): readonly Pending[] {
    return sql
      .exec<Row>('SELECT id, recipient, alert, at_ms, tries, due_ms FROM outbox ORDER BY id')
      .toArray()
      .map(({ id, recipient, alert, at_ms: atMs, tries, due_ms: dueMs }) => ({
        id,
        recipient,
        alert: JSON.parse(alert) as Alert,
        atMs,
        tries,
        dueMs,
      }))
  }

  /** Whether it was accepted. */
  async function send(message: readonly Pending[]): Promise<boolean> {
    const recipient = recipients[message[0]!.recipient]!
    try {
      await deliver(
        env,
        recipient,
        message.map(({ alert }) => alert),
        deployment,
      )
      return true
    } catch (error) {
      const text = messageOf(error)
      const { webhook } = recipient
      const problem = webhook ? text.replaceAll(webhook.url, nameOf(recipient)) : text
      console.error(JSON.stringify({ event: 'alert-not-delivered', to: nameOf(recipient), problem }))
      return false
    }
  }

  function remove(message: readonly Pending[]): void {
    for (const { id } of message) sql.exec('DELETE FROM outbox WHERE id = ?', id)
  }

  function delay(message: readonly Pending[]): void {
    for (const each of message) {
      const againMs = retryAtMs(each, Date.now())
      if (againMs === undefined) remove([each])
      else sql.exec('UPDATE outbox SET tries = tries + 1, due_ms = ? WHERE id = ?', againMs, each.id)
    }
  }
}
