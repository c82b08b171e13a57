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
  /** The states between which it is, as health/ledger.ts words them: `UP`, `NOLB`, `DOWN`, `DRAIN (DOWN)`, `MAINT` ... */
  readonly from: string
  readonly to: string
  readonly atMs: number
  /** What the check said; undefined: no check decided. */
  readonly check: { readonly text: string; readonly status: number | null; readonly durationMs: number } | undefined
  /** Servers that may get new clients, after it. */
  readonly active: number
  readonly backup: number
}

/** What kind of change this is; undefined: none that anybody is told of, such as a new weight. */
export function eventOf(from: string, to: string): AlertEvent | undefined {
  if (isMaint(to) !== isMaint(from)) return isMaint(to) ? 'maint' : 'ready'
  if (isDown(to) !== isDown(from)) return isDown(to) ? 'down' : 'up'
  if (isDrain(to) !== isDrain(from)) return isDrain(to) ? 'drain' : 'ready'
  if (from === 'UP' && to === 'NOLB') return 'drain'
  return from === 'NOLB' && to === 'UP' ? 'up' : undefined
}

/** Undefined: nobody is told. */
export function serverAlert(change: Change): Alert | undefined {
  const { backend, server, isBackup, from, to, atMs } = change
  const event = eventOf(from, to)
  if (event === undefined) return undefined
  const text = `${isBackup ? 'Backup server' : 'Server'} ${backend}/${server} ${wordsOf(event, change)}`
  return { event, backend, server, atMs, text }
}

function wordsOf(event: AlertEvent, { from, to, check, active, backup }: Change): string {
  const health = isDown(to) ? 'DOWN' : 'UP'
  if (event === 'ready') {
    if (isDrain(from)) return `is ${health} (leaving forced drain).`
    return `is ${health}/${isDrain(to) ? 'DRAIN' : 'READY'} (leaving forced maintenance).`
  }
  if (event === 'maint' && isDown(from)) return 'was DOWN and now enters maintenance.'
  const reason = check
    ? `, reason: ${check.text}${check.status === null ? '' : `, code: ${check.status}`}, check duration: ${Math.round(check.durationMs)}ms`
    : ''
  const servers = `${active} active and ${backup} backup servers ${event === 'maint' || isDown(to) ? 'left' : 'online'}.`
  const usesBackup = active === 0 && backup > 0 ? ' Running on backup.' : ''
  return `${verbOf(event, to)}${reason}. ${servers}${usesBackup}`
}

function verbOf(event: AlertEvent, to: string): string {
  if (event === 'maint') return 'is going DOWN for maintenance'
  if (event === 'drain') return to === 'NOLB' ? 'is stopping' : 'enters drain state'
  return event === 'down' ? 'is DOWN' : 'is UP'
}

const isDown = (state: string) => state.includes('DOWN')
const isMaint = (state: string) => state.startsWith('MAINT')
const isDrain = (state: string) => state.startsWith('DRAIN')

/** `isListen`: HAProxy calls a `listen` section a proxy. */
export function backendAlert(backend: string, event: 'empty' | 'back', isListen: boolean, atMs: number): Alert {
  const name = `${isListen ? 'proxy' : 'backend'} ${backend}`
  const text = event === 'empty' ? `${name} has no server available!` : `${name} has a server again.`
  return { event, backend, server: null, atMs, text }
}
