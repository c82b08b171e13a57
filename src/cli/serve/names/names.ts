// The names of a configuration's servers: asked for while `limpet serve` runs, and where each server is by what was answered. Whoever holds it
// is told when a server is elsewhere.

import type { Config, Server } from '../../../config/config.ts'
import { serverKey } from '../../../config/keys.ts'
import { hasRecords } from '../../../config/options/resolution.ts'
import type { Resolution } from '../../../config/options/resolution.ts'
import type { Resolvers } from '../../../config/options/resolvers.ts'
import { resolveResolvers } from '../../../config/options/resolvers.ts'
import type { Ask, Target } from './answer.ts'
import { startingPlace } from './init-addr.ts'
import { addressesFor, keyOfTarget, targetsOf, weightOf } from './places.ts'
import type { Asking, Place } from './places.ts'
import { askBoth, startPoll } from './poll.ts'
import type { Poll } from './poll.ts'
import { assumed, recordsOf } from './resolution.ts'

export type Places = ReadonlyMap<string, Place>

export interface NamesPorts {
  askOf(resolvers: Resolvers): Ask
  /** All addresses that the system knows; none, if it knows the name not. */
  libc(name: string): Promise<readonly string[]>
  /** Where a server was before this process began. */
  last(key: string): Place | undefined
  /** Servers are elsewhere; `lines` say where. */
  moved(places: Places, lines: readonly string[]): void
  now(): number
}

export interface Names {
  /** Asks for this configuration's names and for no others. Resolves with the first answers, or after a second without. */
  follow(config: Config): Promise<void>
  /** Where servers are, by `serverKey`; those without an address are not there. */
  places(): Places
  stop(): void
}

const FIRST_ANSWER_MS = 1_000

interface Asked extends Asking {
  readonly backend: string
  readonly server: Server
}

export function createNames({ askOf, libc, last, moved, now }: NamesPorts): Names {
  const addressPolls = new Map<string, Poll<string>>()
  const targetPolls = new Map<string, Poll<Target>>()
  let sections: ReadonlyMap<string, Resolvers> = new Map()
  let servers: readonly Asked[] = []
  /** SRV records by server. */
  let targets: ReadonlyMap<string, Target> = new Map()
  let places: Places = new Map()
  /** Until the first answers, nobody is told. */
  let isFollowing = false
  const started = new Set<string>()

  return {
    async follow(config) {
      sections = sectionsOf(config)
      servers = asked(config)
      isFollowing = true
      const fresh = servers.filter(({ key }) => !started.has(key))
      for (const { key, resolution } of fresh) remember(key, resolution)
      await soon(sync())
      await soon(sync())
      await Promise.all(fresh.map(assumeStart))
      for (const { key } of fresh) started.add(key)
      sync()
      places = found()
      isFollowing = false
    },
    places: () => places,
    stop() {
      servers = []
      sync()
    },
  }

  /** An answer that has the address from before leaves it to the server. */
  function remember(key: string, { initAddr, name }: Resolution): void {
    const kept = initAddr.includes('last') ? last(key) : undefined
    if (!kept || (!hasRecords(name) && kept.fqdn !== name)) return
    places = new Map([...places, [key, kept]])
    if (hasRecords(name)) targets = new Map([...targets, [key, { host: kept.fqdn, port: kept.port, weight: 0 }]])
  }

  /** Of a server whose name nobody has answered for. */
  async function assumeStart({ key, server, resolution }: Asked): Promise<void> {
    const targetPoll = targetPolls.get(pollKey(resolution))
    const addressPoll = addressPolls.get(pollKey(resolution))
    const poll = targetPoll ?? addressPoll
    if (!poll || poll.known.records.size > 0) return
    const start = await startingPlace(resolution, server.port, last(key), libc)
    if (start.length === 0) return
    const [{ fqdn, port }] = start as [Place]
    if (targetPoll) {
      const target = { host: fqdn, port, weight: 0 }
      targetPoll.known = assumed(targetPoll.known, [[keyOfTarget(target), target]], now())
      sync()
    }
    const own = addressPolls.get(pollKey({ ...resolution, name: fqdn }))
    if (own)
      own.known = assumed(
        own.known,
        start.map(({ address }) => [address, address] as const),
        now(),
      )
  }

  /** Starts and stops polls. Resolves with the first answers of those that are new. */
  function sync(): Promise<unknown> {
    const withRecords = servers.filter(({ resolution }) => hasRecords(resolution.name))
    settle(
      targetPolls,
      withRecords.map(({ resolution }) => resolution),
      ({ name }, ask) => ({
        ask: () => ask.targets(name),
        keyOf: keyOfTarget,
      }),
    )
    targets = foundTargets()
    settle(
      addressPolls,
      byHost().map(({ resolution }) => resolution),
      ({ name, prefer }, ask) => ({
        ask: () => askBoth(ask, name, prefer),
        keyOf: (address) => address,
      }),
    )
    return Promise.all([...targetPolls.values(), ...addressPolls.values()].map(({ answered }) => answered))
  }

  function settle<Record>(
    polls: Map<string, Poll<Record>>,
    wanted: readonly Resolution[],
    question: (
      resolution: Resolution,
      ask: Ask,
    ) => { ask(): ReturnType<Parameters<typeof startPoll<Record>>[0]['ask']>; keyOf(record: Record): string },
  ): void {
    const byKey = new Map(wanted.map((resolution) => [pollKey(resolution), resolution]))
    for (const [key, poll] of polls) {
      const resolution = byKey.get(key)
      if (resolution && JSON.stringify(sections.get(resolution.resolvers)) === JSON.stringify(poll.settings)) continue
      poll.stop()
      if (!resolution) polls.delete(key)
    }
    for (const [key, resolution] of byKey) {
      const settings = sections.get(resolution.resolvers)!
      const before = polls.get(key)
      if (before?.settings === settings || JSON.stringify(before?.settings) === JSON.stringify(settings)) continue
      const own = question(resolution, askOf(settings))
      polls.set(key, startPoll({ ...own, settings, known: before?.known, now, heard }))
    }
  }

  async function heard(): Promise<void> {
    const isNew = [...addressPolls.keys()]
    void sync()
    const more = [...addressPolls].filter(([key]) => !isNew.includes(key)).map(([, { answered }]) => answered)
    // A server of a new SRV record comes with its address, and not in two steps.
    if (more.length > 0) await soon(Promise.all(more))
    if (isFollowing) return
    const before = places
    const after = found()
    const lines = servers.flatMap((each) => movedText(each, before.get(each.key), after.get(each.key), whyOf(each)))
    places = after
    if (lines.length > 0) moved(places, lines)
  }

  function foundTargets(): ReadonlyMap<string, Target> {
    const groups = Map.groupBy(
      servers.filter(({ resolution }) => hasRecords(resolution.name)),
      ({ backend, resolution }) => `${backend} ${pollKey(resolution)}`,
    )
    const before = new Map([...targets].map(([key, { host, port }]) => [key, { fqdn: host, port }]))
    return new Map(
      [...groups.values()].flatMap((group) => {
        const poll = targetPolls.get(pollKey(group[0]!.resolution))
        return poll ? [...targetsOf(group, before, recordsOf(poll.known))] : []
      }),
    )
  }

  /** Each server with the host whose address it needs; without those that have no SRV record. */
  function byHost(): readonly Asked[] {
    return servers.flatMap((each) => {
      if (!hasRecords(each.resolution.name)) return [each]
      const target = targets.get(each.key)
      if (!target) return []
      return [{ ...each, port: target.port, resolution: { ...each.resolution, name: target.host } }]
    })
  }

  function found(): Places {
    const result = new Map<string, Place>()
    for (const group of Map.groupBy(byHost(), ({ backend }) => backend).values()) {
      const addresses = addressesFor(group, places, (resolution) => {
        const poll = addressPolls.get(pollKey(resolution))
        return poll ? recordsOf(poll.known) : []
      })
      for (const { key, port, resolution } of group) {
        const address = addresses.get(key)
        const target = targets.get(key)
        const weight = target && !resolution.ignoresWeight ? weightOf(target) : null
        if (address !== undefined) result.set(key, { address, port, fqdn: resolution.name, weight })
      }
    }
    return result
  }

  function whyOf({ key, resolution }: Asked): string {
    const target = targets.get(key)
    if (!hasRecords(resolution.name)) return addressPolls.get(pollKey(resolution))?.known.why ?? ''
    if (!target) return targetPolls.get(pollKey(resolution))?.known.why ?? ''
    return addressPolls.get(pollKey({ ...resolution, name: target.host }))?.known.why ?? ''
  }
}

/** Whoever asks the same. */
function pollKey({ resolvers, name, prefer }: Resolution): string {
  return `${resolvers} ${name} ${hasRecords(name) ? 'srv' : prefer}`
}

function sectionsOf({ resolvers, profile }: Config): ReadonlyMap<string, Resolvers> {
  // HAProxy makes this one of the system's name servers, unless it is written.
  return new Map([resolveResolvers({ name: 'default' }, profile), ...resolvers].map((each) => [each.name, each]))
}

function asked({ backends }: Config): readonly Asked[] {
  return backends.flatMap(({ name: backend, servers }) =>
    servers.flatMap((server) => {
      const { resolution, port } = server
      return resolution ? [{ key: serverKey(backend, server.name), backend, server, port, resolution }] : []
    }),
  )
}

function movedText(
  { key }: Asked,
  before: Place | undefined,
  after: Place | undefined,
  why: string,
): readonly string[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return []
  if (!after) return [`${key}: no address (${why}); it gets no requests until it has one`]
  const weight = before?.weight === after.weight || after.weight === null ? '' : `, weight ${after.weight}`
  const was = before ? `, was ${textOf(before)}` : ''
  return [`${key}: is at ${textOf(after)} (${after.fqdn})${weight}${was}`]
}

function textOf({ address, port }: Place): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** At most a second. */
async function soon(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, FIRST_ANSWER_MS)))
  await Promise.race([work, late])
  clearTimeout(timer)
}
