// Everything the Monitor knows of every server: what the operator set, what checks said. Pure: it is given saved records
// and the configuration, and hands back records to save. Storage, clocks and sockets stay with its owner.

import type { AdminState, Backend, Config, HealthState, Server } from '../config/config.ts'
import type { Observe } from '../config/observe.ts'
import { passed } from './check.ts'
import type { CheckResult } from './check.ts'
import { afterCheck, clampHealth, initialHealth, isUp, statusText } from './rise-fall.ts'
import { trialOf } from './fetch-trial.ts'
import type { ServerRecord, ServerView } from './server-record.ts'
import { serverKey, serverKeys } from '../config/keys.ts'
import type { ServerState } from './snapshot.ts'

export interface Entry {
  readonly backend: Backend
  readonly server: Server
  /** Its own and those of former names; all have its record, so that whatever name it gets next, or again, finds it. */
  readonly keys: readonly string[]
  record: ServerRecord
  /** Whose health counts in place of its own (`track`). */
  tracked?: Entry
}

/** A change that isolates must hear of. */
export interface Transition {
  readonly key: string
  readonly from: string
  readonly to: string
}

export interface Ledger {
  readonly entries: ReadonlyMap<string, Entry>
  /** Of a key that a server had under a former name; any other is itself. */
  currentKey(key: string): string
  /** Undefined: nothing that isolates see has changed. */
  recordCheck(key: string, result: CheckResult, nowMs: number): Transition | undefined
  /** What a limit of observed errors does, after the server's `onError`. */
  recordObserved(key: string, nowMs: number): Transition | undefined
  /** `forMs`: how long a drain lasts before it becomes maint. */
  setState(key: string, state: AdminState, nowMs: number, forMs?: number): Transition | undefined
  /** Drains that have lasted long enough, each with its change. */
  endDrains(nowMs: number): readonly { readonly key: string; readonly transition: Transition | undefined }[]
  /** Unix milliseconds of the next end of a drain; undefined: there is none. */
  nextDrainEndMs(): number | undefined
  setWeight(key: string, weight: number): boolean
  /** As if checks had said so, until they say otherwise. */
  setHealth(key: string, health: 'up' | 'down' | 'stopping', nowMs: number): Transition | undefined
  stateOf(entry: Entry): ServerState
  /** Of all, under every name that each has or had. */
  states(): Readonly<Record<string, ServerState>>
  view(entry: Entry): ServerView
  /** What a server is told of itself (HAProxy: "http-check send-state"). */
  stateText(key: string): string
  /** Whether checks of this server are due at all. */
  isChecked(entry: Entry): boolean
}

export function createLedger(
  config: Config,
  saved: ReadonlyMap<string, ServerRecord | undefined>,
  nowMs: number,
): Ledger {
  const entries = new Map<string, Entry>()
  const currentKeys = new Map<string, string>()
  for (const backend of config.backends) {
    for (const server of backend.servers) {
      const key = serverKey(backend.name, server.name)
      const keys = serverKeys(backend, server)
      for (const former of keys) currentKeys.set(former, key)
      const known = keys.map((each) => saved.get(each)).find((record) => record !== undefined)
      entries.set(key, { backend, server, keys, record: adopt(server, known, nowMs) })
    }
  }

  for (const entry of entries.values()) {
    const tracked = entry.server.track === null ? undefined : entries.get(entry.server.track)
    if (tracked) entry.tracked = tracked
  }

  const ledger: Ledger = {
    entries,
    currentKey: (key) => currentKeys.get(key) ?? key,
    recordCheck(key, result, atMs) {
      const entry = entries.get(key)
      if (!entry?.server.check || !ledger.isChecked(entry)) return undefined
      // A server that is down does not come up by asking to leave.
      const leaves = result.code === 'L7OKC' && isUp(entry.record.health, entry.server.check)
      const isPassed = result.code === 'L7OKC' ? leaves : passed(result)
      const health = afterCheck(entry.record.health, isPassed, entry.server.check)
      const nolb = leaves || (!isPassed && entry.record.nolb === true)
      const comesUp = !isUp(entry.record.health, entry.server.check) && isUp(health, entry.server.check)
      const cameUpMs = comesUp ? { cameUpMs: atMs } : {}
      const isFailure = !isPassed && isUp(entry.record.health, entry.server.check)
      const failed = isFailure ? { checksFailed: (entry.record.checksFailed ?? 0) + 1 } : {}
      return change(
        entry,
        { ...entry.record, ...cameUpMs, ...failed, health, nolb, lastCheck: result, checkedMs: atMs },
        atMs,
      )
    },
    recordObserved(key, atMs) {
      const entry = entries.get(key)
      const { observe, check } = entry?.server ?? {}
      if (!entry || !observe || !check || observe.onError === 'fastinter') return undefined
      const { health } = entry.record
      const before = {
        'fail-check': health,
        'sudden-death': Math.min(health, check.rise + 1),
        'mark-down': Math.min(health, check.rise),
      }
      const after = afterCheck(before[observe.onError], false, check)
      return change(entry, { ...entry.record, health: after, lastCheck: OBSERVED[observe.layer] }, atMs)
    },
    setState(key, state, atMs, forMs) {
      const entry = entries.get(key)!
      const configured = entry.server.state
      const until = state === 'drain' && forMs !== undefined ? { untilMs: atMs + forMs } : {}
      const isPlain = state === configured && until.untilMs === undefined
      const stateOverride = isPlain ? null : { value: state, configured, ...until }
      const leavesMaint = stateOf(entry).admin === 'maint' && state !== 'maint'
      const health = leavesMaint && entry.server.check ? initialHealth(entry.server.check) : entry.record.health
      const aside = entry.record.aside && { ...entry.record.aside, state: null }
      return change(entry, { ...entry.record, stateOverride, health, aside }, atMs)
    },
    endDrains(atMs) {
      const over = [...entries].filter(([, { record }]) => (record.stateOverride?.untilMs ?? Infinity) <= atMs)
      return over.map(([key]) => ({ key, transition: ledger.setState(key, 'maint', atMs) }))
    },
    nextDrainEndMs() {
      const ends = [...entries.values()]
        .map(({ record }) => record.stateOverride?.untilMs)
        .filter((end) => end !== undefined)
      return ends.length > 0 ? Math.min(...ends) : undefined
    },
    setWeight(key, weight) {
      const entry = entries.get(key)!
      const before = stateOf(entry).weight
      const configured = entry.server.weight
      const weightOverride = weight === configured ? null : { value: weight, configured }
      const aside = entry.record.aside && { ...entry.record.aside, weight: null }
      entry.record = { ...entry.record, weightOverride, aside }
      return stateOf(entry).weight !== before
    },
    setHealth(key, health, atMs) {
      const entry = entries.get(key)!
      const { check } = entry.server
      if (!check) return undefined
      const counter = health === 'down' ? 0 : check.rise + check.fall - 1
      return change(entry, { ...entry.record, health: counter, nolb: health === 'stopping' }, atMs)
    },
    stateOf,
    states() {
      const states = [...entries.values()].flatMap((entry) => entry.keys.map((key) => [key, stateOf(entry)] as const))
      return Object.fromEntries(states)
    },
    view(entry) {
      const { record, server, backend } = entry
      const { admin, health, weight } = stateOf(entry)
      return {
        backend: backend.name,
        server: server.name,
        keys: entry.keys,
        origin: server.origin,
        state: admin,
        drainUntilMs: record.stateOverride?.untilMs ?? null,
        configuredState: record.stateOverride?.configured ?? null,
        health: health === 'down' ? 'down' : 'up',
        status: statusOf(entry),
        weight,
        configuredWeight: record.weightOverride?.configured ?? null,
        backup: server.backup,
        lastCheck: record.lastCheck,
        lastChangeMs: record.lastChangeMs,
        checkHealth: record.health,
        checksFailed: record.checksFailed ?? 0,
        downs: record.downs ?? 0,
        downtimeMs: record.downtimeMs ?? 0,
        isCandidate: admin === 'ready' && health !== 'down' && health !== 'nolb' && weight > 0,
      }
    },
    stateText(key) {
      const entry = entries.get(key)!
      const { backend, server } = entry
      const total = backend.servers.reduce((sum, each) => {
        const { admin, weight } = stateOf(entries.get(serverKey(backend.name, each.name))!)
        return admin === 'ready' ? sum + weight : sum
      }, 0)
      return `${statusOf(entry)}; name=${backend.name}/${server.name}; node=limpet; weight=${stateOf(entry).weight}/${total}`
    },
    isChecked: (entry) => entry.server.check !== null && stateOf(entry).admin !== 'maint',
  }
  return ledger

  function change(entry: Entry, record: ServerRecord, atMs: number): Transition | undefined {
    const from = summary(entry)
    const before = stateOf(entry)
    entry.record = record
    const to = summary(entry)
    if (from === to) return undefined
    const isOut = ({ admin, health }: ServerState) => admin === 'maint' || health === 'down'
    const downtimeMs = (record.downtimeMs ?? 0) + (isOut(before) ? atMs - record.lastChangeMs : 0)
    const downs = (record.downs ?? 0) + (before.health !== 'down' && stateOf(entry).health === 'down' ? 1 : 0)
    entry.record = { ...record, lastChangeMs: atMs, downs, downtimeMs }
    return { key: serverKey(entry.backend.name, entry.server.name), from, to }
  }
}

/** The state without the counter's fraction: what a transition is between. */
function summary(entry: Entry): string {
  const { admin, health } = stateOf(entry)
  return admin === 'ready' ? HEALTH_TEXT[health] : `${admin.toUpperCase()}${health === 'down' ? ' (DOWN)' : ''}`
}

/** As a check would have put it. */
const OBSERVED: Record<Observe['layer'], CheckResult> = {
  layer4: { code: 'L4CON', status: null, durationMs: 0 },
  layer7: { code: 'L7RSP', status: null, durationMs: 0 },
}

const HEALTH_TEXT: Record<HealthState, string> = { up: 'UP', starting: 'UP', nolb: 'NOLB', down: 'DOWN' }

function statusOf(entry: Entry): string {
  const { admin } = stateOf(entry)
  if (admin === 'maint') return 'MAINT'
  const { server, record } = entry.tracked ?? entry
  if (!server.check) return admin === 'drain' ? 'DRAIN' : 'no check'
  const text = statusText(record.health, server.check).replace('UP', record.nolb ? 'NOLB' : 'UP')
  return admin === 'drain' ? text.replace(/UP|NOLB/, 'DRAIN') : text
}

function stateOf({ server, record, tracked }: Entry): ServerState {
  const source = tracked ?? { server, record }
  const health = healthOf(source.server, source.record)
  return {
    admin: sterner(adminOf({ server, record }), adminOf(source)),
    health,
    weight: record.weightOverride?.value ?? server.weight,
    ...(health === 'starting' ? { startedMs: source.record.cameUpMs! } : {}),
  }
}

function adminOf({ server, record }: Pick<Entry, 'server' | 'record'>): AdminState {
  return record.stateOverride?.value ?? server.state
}

/** Who tracks another goes into drain and maint with it. */
function sterner(a: AdminState, b: AdminState): AdminState {
  const order: readonly AdminState[] = ['ready', 'drain', 'maint']
  return order[Math.max(order.indexOf(a), order.indexOf(b))]!
}

/** `starting` is not taken back: who reads it knows when it has ended. */
function healthOf({ check, slowstartMs }: Server, { health, nolb, cameUpMs }: ServerRecord): HealthState {
  if (!check) return 'up'
  if (!isUp(health, check)) return 'down'
  if (nolb) return 'nolb'
  return slowstartMs !== null && cameUpMs !== undefined ? 'starting' : 'up'
}

/** A saved record under today's configuration; a fresh one for a new server. */
function adopt(server: Server, saved: ServerRecord | undefined, nowMs: number): ServerRecord {
  const health = server.check ? initialHealth(server.check) : 0
  const trial = trialOf(server, saved)
  if (!saved)
    return { stateOverride: null, weightOverride: null, health, lastCheck: null, lastChangeMs: nowMs, ...trial }
  return {
    ...saved,
    ...overridesFor(server, saved, nowMs),
    // A server that was not checked before has no counter worth keeping.
    health: server.check && saved.lastCheck ? clampHealth(saved.health, server.check) : health,
    ...trial,
  }
}

/** So long is an override kept whose configured value another configuration has changed. */
const ASIDE_MS = 86_400_000

/** Which overrides are in force under this configuration, and which wait for the one that they were made under. */
function overridesFor(server: Server, saved: ServerRecord, nowMs: number) {
  const kept = saved.aside && nowMs - saved.aside.sinceMs < ASIDE_MS ? saved.aside : undefined
  const states = [saved.stateOverride, kept?.state ?? null]
  const weights = [saved.weightOverride, kept?.weight ?? null]
  const state = states.find((each) => each !== null && each.configured !== server.state) ?? null
  const weight = weights.find((each) => each !== null && each.configured !== server.weight) ?? null
  return {
    stateOverride: states.find((each) => each?.configured === server.state) ?? null,
    weightOverride: weights.find((each) => each?.configured === server.weight) ?? null,
    aside: state || weight ? { state, weight, sinceMs: kept?.sinceMs ?? nowMs } : undefined,
  }
}
