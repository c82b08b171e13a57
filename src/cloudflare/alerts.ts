// Alerts on their way: an outbox in the Monitor's SQLite, so that none is lost by a restart, and the requests that empty it.

import type { Config } from '../config/config.ts'
import type { Alert } from '../alert/message.ts'
import { webhookBody } from '../alert/message.ts'
import { dueOf, nextMessage, retryAtMs, wants } from '../alert/outbox.ts'
import type { Pending } from '../alert/outbox.ts'

const TIMEOUT_MS = 10_000

export interface Alerts {
  add(alert: Alert, nowMs: number): void
  /** Unix milliseconds of the next message; undefined: there is none. */
  nextDueMs(): number | undefined
  /** Sends what is due, one message after the other. */
  deliver(): Promise<void>
}

interface Row extends Record<string, SqlStorageValue> {
  readonly id: number
  readonly recipient: number
  readonly alert: string
  readonly at_ms: number
  readonly tries: number
  readonly due_ms: number
}

export function createAlerts(sql: SqlStorage, { alerts: recipients }: Config): Alerts {
  sql.exec(
    'CREATE TABLE IF NOT EXISTS outbox (id INTEGER PRIMARY KEY, recipient INTEGER, alert TEXT, at_ms INTEGER, tries INTEGER, due_ms INTEGER)',
  )
  // Those who are not told any more.
  sql.exec('DELETE FROM outbox WHERE recipient >= ?', recipients.length)
  let isDelivering = false

  return {
    add(alert, nowMs) {
      recipients.forEach((recipient, i) => {
        if (!wants(recipient, alert)) return
        const dueMs = dueOf(recipient, nowMs)
        sql.exec('INSERT INTO outbox VALUES (NULL, ?, ?, ?, 0, ?)', i, JSON.stringify(alert), nowMs, dueMs)
      })
    },
    nextDueMs() {
      if (isDelivering || recipients.length === 0) return undefined
      return sql.exec<{ due: number | null }>('SELECT MIN(due_ms) AS due FROM outbox').one().due ?? undefined
    },
    async deliver() {
      if (isDelivering || recipients.length === 0) return
      isDelivering = true
      try {
        for (;;) {
          const message = nextMessage(pending(), Date.now())
          if (!message) return
          if (await send(message)) remove(message)
          else delay(message)
        }
      } finally {
        isDelivering = false
      }
    },
  }

  function pending(): readonly Pending[] {
    return sql
      .exec<Row>('SELECT * FROM outbox ORDER BY id')
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

  /** Whether it was taken. */
  async function send(message: readonly Pending[]): Promise<boolean> {
    const { webhook, format } = recipients[message[0]!.recipient]!
    const body = webhookBody(
      format,
      message.map(({ alert }) => alert),
    )
    try {
      const response = await fetch(webhook, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'user-agent': 'limpet' },
        body: JSON.stringify(body),
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_MS),
      })
      await response.body?.cancel()
      if (response.ok) return true
      // The address may be a secret: its host is enough to know which.
      warn(webhook, `answered ${response.status}`)
    } catch (error) {
      warn(webhook, String(error))
    }
    return false
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

function warn(webhook: string, problem: string): void {
  console.error(JSON.stringify({ event: 'alert-not-delivered', host: new URL(webhook).host, problem }))
}
