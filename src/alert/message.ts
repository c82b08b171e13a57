// What is said, worded as HAProxy does in its logs and mails (src: management manual 9.1 for check texts), and the shapes that
// webhooks expect.

import type { AlertEvent, WebhookFormat } from '../config/alert.ts'

/** One thing that happened. */
export interface Alert {
  readonly event: AlertEvent
  readonly backend: string
  /** Null: it is about the backend. */
  readonly server: string | null
  readonly atMs: number
  /** HAProxy's sentence. */
  readonly text: string
}

export interface Change {
  readonly backend: string
  readonly server: string
  readonly isBackup: boolean
  readonly event: AlertEvent
  readonly atMs: number
  /** What the check said; undefined: no check decided. */
  readonly check: { readonly text: string; readonly status: number | null; readonly durationMs: number } | undefined
  /** Servers that may get new clients, after it. */
  readonly active: number
  readonly backup: number
}

const VERBS: Partial<Record<AlertEvent, string>> = {
  down: 'is DOWN',
  up: 'is UP',
  drain: 'enters drain state',
  ready: 'is UP/READY (leaving forced maintenance)',
  maint: 'is going DOWN for maintenance',
}

export function serverAlert({ backend, server, isBackup, event, atMs, check, active, backup }: Change): Alert {
  const reason = check
    ? `, reason: ${check.text}${check.status === null ? '' : `, code: ${check.status}`}, check duration: ${Math.round(check.durationMs)}ms`
    : ''
  const left = `${active} active and ${backup} backup servers ${event === 'up' || event === 'ready' ? 'online' : 'left'}.`
  const usesBackup = active === 0 && backup > 0 ? ' Running on backup.' : ''
  const text = `${isBackup ? 'Backup server' : 'Server'} ${backend}/${server} ${VERBS[event]}${reason}. ${left}${usesBackup}`
  return { event, backend, server, atMs, text }
}

export function backendAlert(backend: string, event: 'empty' | 'back', atMs: number): Alert {
  const text =
    event === 'empty' ? `backend ${backend} has no server available!` : `backend ${backend} has a server again.`
  return { event, backend, server: null, atMs, text }
}

/** A webhook's body, as JSON. */
export function webhookBody(format: WebhookFormat, alerts: readonly Alert[]): unknown {
  const lines = alerts.map(({ text }) => text)
  switch (format) {
    case 'slack':
      // Slack's own escapes: nobody may put a link or a mention into a server's name.
      return {
        text: lines
          .map((line) => line.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'))
          .join('\n'),
      }
    case 'discord':
      return { content: lines.join('\n').slice(0, 2000), allowed_mentions: { parse: [] } }
    case 'json':
      return {
        source: 'limpet',
        text: lines.join('\n'),
        alerts: alerts.map(({ event, backend, server, atMs, text }) => ({
          event,
          backend,
          server,
          time: new Date(atMs).toISOString(),
          text,
        })),
      }
  }
}
