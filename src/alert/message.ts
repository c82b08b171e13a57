// The text of alerts, worded as in HAProxy's logs and mails (management manual 9.1 for check texts).

import type { AlertEvent } from '../config/options/alert.ts'
import type { ReleaseServersChange, ReleaseTransition } from '../health/release-registry.ts'
import type { State } from '../server/states.ts'

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
  readonly from: State
  readonly to: State
  readonly atMs: number
  /** What the check said; undefined: no check decided. */
  readonly check: { readonly text: string; readonly status: number | null; readonly durationMs: number } | undefined
  /** Servers that may get new clients, after it. */
  readonly active: number
  readonly backup: number
}

/** What kind of change this is; undefined: not one that is reported. */
export function eventOf(from: State, to: State): AlertEvent | undefined {
  if (isMaint(to) !== isMaint(from)) return isMaint(to) ? 'maint' : 'ready'
  if (isDown(to) !== isDown(from)) return isDown(to) ? 'down' : 'up'
  if (isDrain(to) !== isDrain(from)) return isDrain(to) ? 'drain' : 'ready'
  if (to.admin !== 'ready' || leaves(to) === leaves(from)) return undefined
  return leaves(to) ? 'drain' : 'up'
}

/** Undefined: there is nothing to report. */
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

function verbOf(event: AlertEvent, to: State): string {
  if (event === 'maint') return 'is going DOWN for maintenance'
  if (event === 'drain') return isDrain(to) ? 'enters drain state' : 'is stopping'
  return event === 'down' ? 'is DOWN' : 'is UP'
}

const isDown = ({ health }: State) => health === 'down'
const isMaint = ({ admin }: State) => admin === 'maint'
const isDrain = ({ admin }: State) => admin === 'drain'
const leaves = ({ health }: State) => health === 'nolb'

/** `isListen`: HAProxy calls a `listen` section a proxy. */
export function backendAlert(backend: string, event: 'empty' | 'back', isListen: boolean, atMs: number): Alert {
  const name = `${isListen ? 'proxy' : 'backend'} ${backend}`
  const text = event === 'empty' ? `${name} has no server available!` : `${name} has a server again.`
  return { event, backend, server: null, atMs, text }
}

/** HAProxy has no releases, and no sentence for them. */
export function releaseAlert({ backend, release, from, to }: ReleaseTransition, atMs: number): Alert {
  return {
    event: 'release',
    backend,
    server: null,
    atMs,
    text: `Release ${backend}/${release} is ${to} (was ${from}).`,
  }
}

/** As a backend's, for one release of it. */
export function releaseServersAlert({ backend, release, isEmpty, to }: ReleaseServersChange, atMs: number): Alert {
  const place = to === null ? 'No other release has one.' : `Its clients get ${to}.`
  const text = `Release ${backend}/${release} ${isEmpty ? `has no server available! ${place}` : 'has a server again.'}`
  return { event: isEmpty ? 'empty' : 'back', backend, server: null, atMs, text }
}
