// Everything the Monitor knows about every server: what the operator set, what checks said. Pure: it is given saved records
// and the configuration, and returns records to save. Storage, clocks and sockets stay with its owner.

import type { Config } from '../config/config.ts'
import { serverKey, serverKeys } from '../config/keys.ts'
import { looksSame, rightsOf } from '../server/states.ts'
import type { AdminState, ServerState, State } from '../server/states.ts'
import { adoptRecord } from './adopt-record.ts'
import { NEW_AGENT } from './agent.ts'
import type { AgentRecord, AgentReply } from './agent.ts'
import type { Observe } from '../config/options/server.ts'
import { passed } from './check.ts'
import type { CheckResult } from './check.ts'
import { afterCheck, initialHealth, isUp } from './rise-fall.ts'
import { adminOf, stateOf } from './server-entry.ts'
import type { Entry } from './server-entry.ts'
import type { ServerRecord } from './server-record.ts'
import { statusOf, viewOf } from './server-view.ts'
import type { ServerView } from './server-view.ts'
import { MAX_WEIGHT } from './state-change.ts'
import type { SetAgent, SetHealth } from './state-change.ts'

/** A change that isolates must learn of. */
export interface Transition {
  readonly key: string
  readonly from: State
  readonly to: State
}

export interface AgentChanges {
  readonly transitions: readonly Transition[]
  readonly weight: { readonly from: number; readonly to: number } | undefined
}

export interface ServerRegistry {
  readonly entries: ReadonlyMap<string, Entry>
  /** Today's key for a former one; any other key is returned unchanged. */
  currentKey(key: string): string
  /** Undefined: nothing that isolates see has changed. */
  recordCheck(key: string, result: CheckResult, nowMs: number): Transition | undefined
  /** What its agent asks for. */
  recordAgent(key: string, reply: AgentReply, nowMs: number): AgentChanges
  /** As if the agent had said `up` or `down`; or whether it is asked at all. */
  setAgent(key: string, what: SetAgent, nowMs: number): Transition | undefined
  /** Applies the server's `onError` after a limit of observed errors. */
  recordObserved(key: string, nowMs: number): Transition | undefined
  /** `forMs`: how long a drain lasts before it becomes maint. */
  setState(key: string, state: AdminState, nowMs: number, forMs?: number): Transition | undefined
  /** Drains that have lasted long enough, each with its change. */
  endDrains(nowMs: number): readonly { readonly key: string; readonly transition: Transition | undefined }[]
  /** Unix milliseconds of the next end of a drain; undefined: there is none. */
  nextDrainEndMs(): number | undefined
  setWeight(key: string, weight: number): boolean
  /** As if checks had found it, until they find otherwise. */
  setHealth(key: string, health: SetHealth, nowMs: number): Transition | undefined
  stateOf(entry: Entry): ServerState
  /** All servers, under every name that each has or had. */
  states(): Readonly<Record<string, ServerState>>
  view(entry: Entry): ServerView
  /** The text that tells a server its own state (HAProxy: "http-check send-state"). */
  stateText(key: string): string
  /** Whether checks of this server are due at all. */
  isChecked(entry: Entry): boolean
}

export function createServerRegistry(
  config: Config,
  saved: ReadonlyMap<string, ServerRecord | undefined>,
  nowMs: number,
): ServerRegistry {
  const entries = new Map<string, Entry>()
  const currentKeys = new Map<string, string>()
  for (const backend of config.backends) {
    for (const server of backend.servers) {
      const key = serverKey(backend.name, server.name)
      const keys = serverKeys(backend, server)
      for (const former of keys) currentKeys.set(former, key)
      const known = keys.map((each) => saved.get(each)).find((record) => record !== undefined)
      entries.set(key, { backend, server, keys, record: adoptRecord(server, known, nowMs) })
    }
  }

  for (const entry of entries.values()) {
    const tracked = entry.server.track === null ? undefined : entries.get(entry.server.track)
    if (tracked) entry.tracked = tracked
  }

  const registry: ServerRegistry = {
    entries,
    currentKey: (key) => currentKeys.get(key) ?? key,
    recordCheck(key, result, atMs) {
      const entry = entries.get(key)
      if (!entry?.server.check || !registry.isChecked(entry)) return undefined
      // A 404 does not bring up a server that is down.
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
    recordAgent(key, { words, result }, atMs) {
      const entry = entries.get(key)!
      const { state, health, weightPercent } = words
      const { isOff } = agentOf(entry)
      const transitions = [sayAgent(entry, { result, ...(health ? { isDown: health === 'down' } : {}) }, atMs)]
      if (state !== undefined && state !== adminOf(entry)) transitions.push(registry.setState(key, state, atMs))
      const from = stateOf(entry).weight
      const to = Math.min(MAX_WEIGHT, Math.floor((entry.server.weight * (weightPercent ?? 0)) / 100))
      // An operator turns it off to set a weight that stays.
      const isReweighted = weightPercent !== undefined && !isOff && registry.setWeight(key, to)
      return {
        transitions: transitions.filter((each) => each !== undefined),
        weight: isReweighted ? { from, to } : undefined,
      }
    },
    setAgent(key, what, atMs) {
      const isHealth = what === 'up' || what === 'down'
      return sayAgent(entries.get(key)!, isHealth ? { isDown: what === 'down' } : { isOff: what === 'off' }, atMs)
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
      return over.map(([key]) => ({ key, transition: registry.setState(key, 'maint', atMs) }))
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
    view: viewOf,
    stateText(key) {
      const entry = entries.get(key)!
      const { backend, server } = entry
      const total = backend.servers.reduce((sum, each) => {
        const { admin, weight } = stateOf(entries.get(serverKey(backend.name, each.name))!)
        return admin === 'ready' ? sum + weight : sum
      }, 0)
      return `${statusOf(entry)}; name=${backend.name}/${server.name}; node=limpet; weight=${stateOf(entry).weight}/${total}`
    },
    isChecked: (entry) => entry.server.check !== null && rightsOf(stateOf(entry)).checked,
  }
  return registry

  function sayAgent(entry: Entry, said: Partial<AgentRecord>, atMs: number): Transition | undefined {
    const before = agentOf(entry)
    const agent = { ...before, ...said }
    const cameUpMs = before.isDown && !agent.isDown ? { cameUpMs: atMs } : {}
    return change(entry, { ...entry.record, ...cameUpMs, agent }, atMs)
  }

  function change(entry: Entry, record: ServerRecord, atMs: number): Transition | undefined {
    const from = stateOf(entry)
    entry.record = record
    const to = stateOf(entry)
    if (looksSame(from, to)) return undefined
    const downtimeMs = (record.downtimeMs ?? 0) + (rightsOf(from).servable ? 0 : atMs - record.lastChangeMs)
    const downs = (record.downs ?? 0) + (from.health !== 'down' && to.health === 'down' ? 1 : 0)
    entry.record = { ...record, lastChangeMs: atMs, downs, downtimeMs }
    return { key: serverKey(entry.backend.name, entry.server.name), from, to }
  }
}

function agentOf({ record }: Entry): AgentRecord {
  return record.agent ?? NEW_AGENT
}

/** In the form of a check's result. */
const OBSERVED: Record<Observe['layer'], CheckResult> = {
  layer4: { code: 'L4CON', status: null, durationMs: 0 },
  layer7: { code: 'L7RSP', status: null, durationMs: 0 },
}
