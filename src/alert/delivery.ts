// The shapes in which alerts arrive: what webhooks expect, and a mail.

import type { AlertConfig, MailConfig, WebhookFormat } from '../config/options/alert.ts'
import { deploymentText } from '../deployment.ts'
import type { Deployment } from '../deployment.ts'
import type { Alert } from './message.ts'

/** Discord's limit. */
const MAX_DISCORD_CHARACTERS = 2000
const MAX_SUBJECT_CHARACTERS = 250

/** A webhook's body, as JSON. */
export function webhookBody(
  format: WebhookFormat,
  template: string,
  alerts: readonly Alert[],
  deployment: Deployment,
): unknown {
  const text = textOf(template, alerts, deployment)
  const sender = senderLine(template, deployment)
  switch (format) {
    case 'slack':
      // Slack's own escapes, so that a server's name cannot contain a link or a mention.
      return { text: (text + sender).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;') }
    case 'discord':
      return {
        content: text.slice(0, MAX_DISCORD_CHARACTERS - sender.length) + sender,
        allowed_mentions: { parse: [] },
      }
    case 'json':
      return {
        source: 'limpet',
        deployment,
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

/** Of several alerts the subject shows the first; HAProxy sends a mail for each. */
export function mailOf(
  { from, to, subject }: MailConfig,
  { template }: AlertConfig,
  alerts: readonly Alert[],
  deployment: Deployment,
): Mail {
  const [first] = alerts
  const more = alerts.length > 1 ? ` (and ${alerts.length - 1} more)` : ''
  const [line = ''] = filled(subject, first!, deployment).split('\n')
  // HAProxy's subjects end without the sentence's full stop.
  const told = line.replace(/\.$/, '').slice(0, MAX_SUBJECT_CHARACTERS)
  const text = `${textOf(template, alerts, deployment)}${senderLine(template, deployment)}\n`
  return { from, to, subject: `${told}${more}`, text }
}

/** The last line of what people read, unless the template has it elsewhere. */
function senderLine(template: string, deployment: Deployment): string {
  return template.includes('{deployment}') ? '' : `\n${deploymentText(deployment)}`
}

function textOf(template: string, alerts: readonly Alert[], deployment: Deployment): string {
  return alerts
    .map((alert) => (alert.event === 'summary' ? alert.text : filled(template, alert, deployment)))
    .join('\n')
}

function filled(template: string, { event, backend, server, atMs, text }: Alert, deployment: Deployment): string {
  const fields: Readonly<Record<string, string>> = {
    text,
    event,
    backend: backend ?? '',
    server: server ?? '',
    time: timeText(atMs),
    deployment: deploymentText(deployment),
  }
  return template.replaceAll(/\{(\w+)\}/g, (whole, field: string) =>
    Object.hasOwn(fields, field) ? fields[field]! : whole,
  )
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString()
}
