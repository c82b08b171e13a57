// The shapes in which alerts arrive: what webhooks expect, and a mail.

import type { AlertConfig, MailConfig, WebhookFormat } from '../config/alert.ts'
import type { Alert } from './message.ts'

/** Discord takes no more. */
const MAX_DISCORD_CHARACTERS = 2000
const MAX_SUBJECT_CHARACTERS = 250

/** A webhook's body, as JSON. */
export function webhookBody(format: WebhookFormat, template: string, alerts: readonly Alert[]): unknown {
  const text = textOf(template, alerts)
  switch (format) {
    case 'slack':
      // Slack's own escapes: nobody may put a link or a mention into a server's name.
      return { text: text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') }
    case 'discord':
      return { content: text.slice(0, MAX_DISCORD_CHARACTERS), allowed_mentions: { parse: [] } }
    case 'json':
      return {
        source: 'limpet',
        text,
        alerts: alerts.map(({ event, backend, server, atMs, text: own }) => ({
          event,
          backend,
          server,
          time: timeText(atMs),
          text: own,
        })),
      }
  }
}

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
}

/** The subject tells the first of several; HAProxy mails each by itself. */
export function mailOf({ from, to, subject }: MailConfig, { template }: AlertConfig, alerts: readonly Alert[]): Mail {
  const [first] = alerts
  const more = alerts.length > 1 ? ` (and ${alerts.length - 1} more)` : ''
  const [line = ''] = filled(subject, first!).split('\n')
  // HAProxy's subjects end without the sentence's full stop.
  const told = line.replace(/\.$/, '').slice(0, MAX_SUBJECT_CHARACTERS)
  return { from, to, subject: `${told}${more}`, text: `${textOf(template, alerts)}\n` }
}

function textOf(template: string, alerts: readonly Alert[]): string {
  return alerts.map((alert) => (alert.event === 'summary' ? alert.text : filled(template, alert))).join('\n')
}

function filled(template: string, { event, backend, server, atMs, text }: Alert): string {
  const fields: Readonly<Record<string, string>> = {
    text,
    event,
    backend: backend ?? '',
    server: server ?? '',
    time: timeText(atMs),
  }
  return template.replaceAll(/\{(\w+)\}/g, (whole, field: string) =>
    Object.hasOwn(fields, field) ? fields[field]! : whole,
  )
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString()
}
