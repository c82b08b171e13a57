// What the Monitor remembers and tells of changes: the log, the latest events, whether each backend has a server left, and
// alerts. SQLite keeps all of it through restarts.

import { backendAlert, releaseAlert, releaseServersAlert, serverAlert } from '../../alert/message.ts'
import type { Alert } from '../../alert/message.ts'
import type { Config } from '../../config/config.ts'
import { serverKey } from '../../config/keys.ts'
import { namesOf } from '../../config/names.ts'
import { judgeBackend, newBackendRecord } from '../../health/backend-record.ts'
import type { BackendRecord, BackendView } from '../../health/backend-record.ts'
import { CHECK_TEXT } from '../../health/check.ts'
import type { CheckResult } from '../../health/check.ts'
import type { ReleaseServersChange, ReleaseTransition } from '../../health/release-registry.ts'
import type { ServerRegistry, Transition } from '../../health/server-registry.ts'
import type { StateEvent } from '../../health/state-event.ts'
import { wordOf } from '../../server/states.ts'
import type { Env } from '../env.ts'
import type { Alerts } from './no-alerts.ts'
import { createLogWriter } from '../adapters/log-writer.ts'

/** How many changes are remembered. */
const MAX_EVENTS = 1_000

export interface ChangeLog {
  /** One server's change. `who`: the operator's name; null: checks, or time. */
  record(transition: Transition | undefined, reason: string, who: string | null, check?: CheckResult): void
  recordWeight(key: string, from: number, to: number, reason: string, who: string | null): void
  recordRelease(transition: ReleaseTransition, reason: string, who: string | null): void
  recordReleaseServers(change: ReleaseServersChange): void
  /** After changes: which backends have lost their last server, or have one again. */
  judgeBackends(): void
  backends(): readonly BackendView[]
  /** The latest changes, newest first. */
  events(most: number): readonly StateEvent[]
  /** Writes the summaries that are due. */
  summarise(): void
  /** Unix milliseconds of the next message; undefined: there is none. */
  nextDueMs(): number | undefined
  /** Sends what is due. */
  deliver(): Promise<void>
}

export function createChangeLog(
  sql: SqlStorage,
  env: Env,
  config: Config,
  registry: ServerRegistry,
  alerts: Alerts,
): ChangeLog {
  // Analysers of HAProxy's log know only HAProxy's sentences.
  const isHttplog = (env.LIMPET_LOG ?? config.log) === 'httplog'
  const write = createLogWriter(config.logTo, env)
  const namesByBackend = new Map(config.backends.map((backend) => [backend.name, namesOf(backend)]))
  const backends = readBackends(Date.now())

  return {
    record(transition, reason, who, check) {
      if (!transition) return
      const { key, from, to } = transition
      const nowMs = Date.now()
      const alert = alertOf(transition, check, nowMs)
      if (alert) alerts.add(alert, nowMs)
      remember({ atMs: nowMs, server: key, from: wordOf(from), to: wordOf(to), reason, who }, alert)
    },
    recordWeight(server, from, to, reason, who) {
      const words = { from: `weight ${from}`, to: `weight ${to}` }
      remember({ atMs: Date.now(), server, ...words, reason, who }, undefined)
    },
    recordRelease(transition, reason, who) {
      const nowMs = Date.now()
      const { backend, release, from, to } = transition
      const alert = releaseAlert(transition, nowMs)
      alerts.add(alert, nowMs)
      tell(JSON.stringify({ event: 'release-state', backend, release, from, to, reason, who }), alert)
      store({ atMs: nowMs, server: `release ${serverKey(backend, release)}`, from, to, reason, who })
    },
    recordReleaseServers(change) {
      const nowMs = Date.now()
      const { backend, release, isEmpty, to } = change
      const alert = releaseServersAlert(change, nowMs)
      alerts.add(alert, nowMs)
      tell(JSON.stringify({ event: 'release-servers', backend, release, is: isEmpty ? 'empty' : 'back', to }), alert)
    },
    /** One server's change may be that of several backends: others may track it. */
    judgeBackends() {
      const nowMs = Date.now()
      for (const [name, before] of backends) {
        const record = judgeBackend(before, left(name).all === 0, nowMs)
        if (record === before) continue
        backends.set(name, record)
        saveBackend(name, record)
        const alert = backendAlert(name, record.isDown ? 'empty' : 'back', isListen(name), nowMs)
        alerts.add(alert, nowMs)
        if (isHttplog && record.isDown) write('emerg', alert.text)
      }
    },
    backends: () => [...backends].map(([backend, record]) => ({ backend, ...record })),
    events,
    summarise() {
      const nowMs = Date.now()
      alerts.summarise((names) => {
        const servers = [...registry.entries.values()]
          .filter(({ backend: { name } }) => names.length === 0 || names.includes(name))
          .map((entry) => registry.view(entry))
        return { servers, events: events(MAX_EVENTS) }
      }, nowMs)
    },
    nextDueMs: () => alerts.nextDueMs(),
    deliver: () => alerts.deliver(),
  }

  /** In the log and in the history. */
  function remember(event: StateEvent, alert: Alert | undefined): void {
    const { server, from, to, reason, who } = event
    tell(JSON.stringify({ event: 'server-state', server, from, to, reason, who }), alert)
    store(event)
  }

  function tell(line: string, alert: Alert | undefined): void {
    if (!isHttplog) write('notice', line)
    else if (alert) write(alert.event === 'down' ? 'alert' : 'notice', alert.text)
  }

  function store({ atMs, server, from, to, reason, who }: StateEvent): void {
    sql.exec(
      'INSERT INTO events (at_ms, server, from_state, to_state, reason, who) VALUES (?, ?, ?, ?, ?, ?)',
      atMs,
      server,
      from,
      to,
      reason,
      who,
    )
    sql.exec('DELETE FROM events WHERE id <= (SELECT MAX(id) FROM events) - ?', MAX_EVENTS)
  }

  function events(most: number): readonly StateEvent[] {
    return sql
      .exec<{
        at_ms: number
        server: string
        from_state: string
        to_state: string
        reason: string
        who: string | null
      }>('SELECT at_ms, server, from_state, to_state, reason, who FROM events ORDER BY id DESC LIMIT ?', most)
      .toArray()
      .map(({ at_ms: atMs, server, from_state: from, to_state: to, reason, who }) => ({
        atMs,
        server: registry.currentKey(server),
        from,
        to,
        reason,
        who,
      }))
  }

  /** Undefined: not a change that is reported. */
  function alertOf({ key, from, to }: Transition, check: CheckResult | undefined, atMs: number): Alert | undefined {
    const entry = registry.entries.get(key)
    if (!entry) return undefined
    const { name: backend } = entry.backend
    const { active, backup } = left(backend)
    return serverAlert({
      backend,
      server: entry.server.name,
      isBackup: entry.server.backup,
      from,
      to,
      atMs,
      check: check && { text: CHECK_TEXT[check.code], status: check.status, durationMs: check.durationMs },
      active,
      backup,
    })
  }

  function isListen(backend: string): boolean {
    return config.frontends.some(({ name }) => name === backend)
  }

  function readBackends(nowMs: number): Map<string, BackendRecord> {
    const saved = sql.exec<{ name: string; record: string }>('SELECT name, record FROM backends').toArray()
    const records = new Map(saved.map(({ name, record }) => [name, JSON.parse(record) as BackendRecord]))
    const current = new Map<string, BackendRecord>()
    for (const { name } of config.backends) {
      const isDown = left(name).all === 0
      const before = namesByBackend
        .get(name)!
        .map((each) => records.get(each))
        .find((known) => known !== undefined)
      // What a deploy has changed is not an event.
      const record = judgeBackend(before ?? newBackendRecord(isDown, nowMs), isDown, nowMs)
      current.set(name, record)
      if (record !== before) saveBackend(name, record)
    }
    const names = new Set([...namesByBackend.values()].flat())
    for (const name of records.keys()) if (!names.has(name)) sql.exec('DELETE FROM backends WHERE name = ?', name)
    return current
  }

  /** Under every name, as those of servers. */
  function saveBackend(backend: string, record: BackendRecord): void {
    for (const name of namesByBackend.get(backend)!) {
      sql.exec('INSERT OR REPLACE INTO backends (name, record) VALUES (?, ?)', name, JSON.stringify(record))
    }
  }

  /** Servers of a backend that may get new clients. */
  function left(backend: string): { readonly active: number; readonly backup: number; readonly all: number } {
    const views = [...registry.entries.values()]
      .filter((entry) => entry.backend.name === backend)
      .map((entry) => registry.view(entry))
      .filter(({ isCandidate }) => isCandidate)
    const backup = views.filter((view) => view.backup).length
    return { active: views.length - backup, backup, all: views.length }
  }
}
