// What is said, worded as HAProxy does in its logs and mails (management manual 9.1 for check texts).

import type { AlertEvent } from '../config/alert.ts'

/** One thing that happened. */
export interface Alert {
  readonly event: AlertEvent | 'summary'
  /** Null: it is about all of them. */
  readonly backend: string | null
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
  /** The state before it, in HAProxy's words. */
  readonly from: string
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
  maint: 'is going DOWN for maintenance',
}

export function serverAlert(change: Change): Alert {
  const { backend, server, isBackup, event, atMs } = change
  const text = `${isBackup ? 'Backup server' : 'Server'} ${backend}/${server} ${wordsOf(change)}`
  return { event, backend, server, atMs, text }
}

function wordsOf({ event, from, check, active, backup }: Change): string {
  if (event === 'ready')
    return `is UP${from === 'MAINT' ? '/READY (leaving forced maintenance)' : ' (leaving forced drain)'}.`
  const reason = check
    ? `, reason: ${check.text}${check.status === null ? '' : `, code: ${check.status}`}, check duration: ${Math.round(check.durationMs)}ms`
    : ''
  const left = `${active} active and ${backup} backup servers ${event === 'up' || event === 'drain' ? 'online' : 'left'}.`
  const usesBackup = active === 0 && backup > 0 ? ' Running on backup.' : ''
  return `${VERBS[event]}${reason}. ${left}${usesBackup}`
}

export function backendAlert(backend: string, event: 'empty' | 'back', atMs: number): Alert {
  const text =
    event === 'empty' ? `backend ${backend} has no server available!` : `backend ${backend} has a server again.`
  return { event, backend, server: null, atMs, text }
}
