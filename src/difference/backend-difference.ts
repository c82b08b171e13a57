// What changes for the clients of one backend: which of its servers stay, how many clients move, and what becomes of their cookies and
// of their entries in stick tables.

import type { Backend, Config, Server } from '../config/config.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import { foreignBecause } from './cookie-difference.ts'
import { pairServers } from './pairs.ts'
import type { Pair } from './pairs.ts'
import { createPrediction } from './prediction.ts'
import type { Keeper } from './prediction.ts'
import { releasesDifference } from './release-difference.ts'
import type { ReleasesDifference } from './release-difference.ts'
import { createSide, tableOf } from './side.ts'
import type { Side } from './side.ts'
import { emptiedBecause, rekeyedBecause } from './table-difference.ts'

export type Fate = 'stays' | 'renamed' | 'readdressed' | 'gone' | 'new'

export interface ServerDifference {
  /** Its name before; null: it is new. */
  readonly before: string | null
  readonly after: string | null
  readonly fate: Fate
  readonly urlBefore: string | null
  readonly urlAfter: string | null
  /** Names to list, so that its clients follow: its url says that it is the same server. */
  readonly proposedFormerly: readonly string[]
  /** Its share of the backend's clients, from 0 to 1; 0 for one that takes no new clients, whatever it still has. */
  readonly share: number
  /** The share of the backend's clients that it loses. */
  readonly moved: number
  /** Where its clients go, by name, and the share of the backend's clients that goes there; '' is any server. */
  readonly to: Readonly<Record<string, number>>
}

export interface ClientsDifference {
  /** What keeps clients on their servers today, in the order in which it is asked. */
  readonly keptBy: readonly Keeper[]
  /** The share that moves to another url, from 0 to 1. */
  readonly moved: number
  /** How many clients were drawn for it; null: it is exact. */
  readonly sampled: number | null
}

export interface StorageDifference {
  readonly name: string
  /** Why it is of no more use, and what to write. Null: it is found as before. */
  readonly problem: string | null
}

export interface BackendDifference {
  readonly before: string | null
  readonly after: string | null
  readonly fate: Exclude<Fate, 'readdressed'>
  readonly proposedFormerly: readonly string[]
  readonly servers: readonly ServerDifference[]
  /** Null: nothing keeps its clients on a server. */
  readonly clients: ClientsDifference | null
  /** Of clients that come back with one. Null: they have none. */
  readonly cookie: StorageDifference | null
  readonly tables: readonly StorageDifference[]
  /** Null: it has no releases under either configuration. */
  readonly releases: ReleasesDifference | null
}

export async function backendDifference(
  configs: { readonly before: Config; readonly after: Config },
  pair: Pair<Backend>,
  keys: CookieKeys,
): Promise<BackendDifference> {
  const before = pair.before && (await createSide(configs.before, pair.before, keys))
  const after = pair.after && (await createSide(configs.after, pair.after, keys))
  const moves = before && (await movesOf(before, after))
  const servers = pairServers(pair.before, pair.after)
  return {
    before: pair.before?.name ?? null,
    after: pair.after?.name ?? null,
    fate: !pair.before ? 'new' : !pair.after ? 'gone' : pair.before.name === pair.after.name ? 'stays' : 'renamed',
    proposedFormerly: proposal(pair),
    servers: servers.map((each) => serverDifference(each, moves)),
    clients: moves?.clients ?? null,
    cookie: before ? await cookieDifference(before, after, pair) : null,
    tables: before && pair.before ? tablesOf(before, after) : [],
    releases: releasesDifference(pair.before, pair.after, servers),
  }
}

interface Moves {
  readonly clients: ClientsDifference | null
  /** By server: its share, and where it goes. */
  readonly shares: ReadonlyMap<string, { share: number; moved: number; readonly to: Map<string, number> }>
}

async function movesOf(before: Side, after: Side | undefined): Promise<Moves> {
  const prediction = createPrediction(before, after)
  const { keepers } = prediction
  const shares = new Map(
    before.backend.servers.map(({ name }) => [name, { share: 0, moved: 0, to: new Map<string, number>() }]),
  )
  if (keepers.length === 0) return { clients: null, shares }
  const { clients, sampled } = await prediction.population()
  let moved = 0
  for (const { member, client, share } of clients) {
    const row = shares.get(member.server.name)!
    row.share += share
    const outcome = await prediction.outcomeOf(member, client)
    if (outcome === undefined) continue
    const { to } = outcome
    row.to.set(to?.server.name ?? '', (row.to.get(to?.server.name ?? '') ?? 0) + share)
    if (to?.server.origin === member.server.origin) continue
    row.moved += share
    moved += share
  }
  return { clients: { keptBy: keepers, moved: rounded(moved), sampled }, shares }
}

function serverDifference({ before, after, isGuess }: Pair<Server>, moves: Moves | undefined): ServerDifference {
  const row = before && moves?.shares.get(before.name)
  return {
    before: before?.name ?? null,
    after: after?.name ?? null,
    fate: fateOf(before, after),
    urlBefore: before?.origin ?? null,
    urlAfter: after?.origin ?? null,
    proposedFormerly: proposal({ before, after, isGuess }),
    share: rounded(row?.share ?? 0),
    moved: rounded(row?.moved ?? 0),
    to: Object.fromEntries([...(row?.to ?? [])].map(([name, share]) => [name, rounded(share)])),
  }
}

function fateOf(before: Server | undefined, after: Server | undefined): Fate {
  if (!before) return 'new'
  if (!after) return 'gone'
  if (before.origin !== after.origin) return 'readdressed'
  return before.name === after.name ? 'stays' : 'renamed'
}

/** What the one of the second configuration has to list. */
function proposal({ before, after, isGuess }: Pair<Server | Backend>): readonly string[] {
  if (!isGuess || !before || !after) return []
  return [...before.formerly, before.name, ...after.formerly]
}

async function cookieDifference(
  before: Side,
  after: Side | undefined,
  pair: Pair<Backend>,
): Promise<StorageDifference | null> {
  const { cookie } = before.backend
  if (!cookie) return null
  if (!after) return { name: cookie.name, problem: 'nothing reads it any more: the backend is gone' }
  const isRead = await Promise.all(
    before.pool.members.map(async (member) => {
      const header = await before.cookieOf(member)
      return (
        header !== undefined && !['invalid', 'none', 'unused'].includes((await after.assign(header)).recalled.verdict)
      )
    }),
  )
  return {
    name: cookie.name,
    problem: isRead.includes(true) ? null : foreignBecause(before.backend, after.backend, pair.isGuess),
  }
}

/** Of those that its rules look up. */
function tablesOf(before: Side, after: Side | undefined): readonly StorageDifference[] {
  const tables = new Map(before.lookups.map(({ table }) => [table.name, table]))
  return [...tables.values()].map((table) => {
    const sample = ({ rule }: Side['lookups'][number]) => JSON.stringify(rule.sample)
    const own = before.lookups.filter((lookup) => lookup.table === table)
    const same = after?.lookups.find((lookup) => own.some((each) => sample(each) === sample(lookup)))
    const other =
      same?.table ?? (after?.backend.stickTable ? tableOf(after.backend, after.backend.stickTable) : undefined)
    const problem = !other
      ? 'no rule looks it up any more'
      : (emptiedBecause(table, other) ??
        rekeyedBecause(table, other) ??
        (same && isCutElsewhere(same) ? 'ipv6PrefixLength has changed, so that IPv6 clients have other keys' : null) ??
        (same ? null : 'its rules look up another sample, for which it has no entries'))
    return { name: table.name, problem }
  })

  function isCutElsewhere({ rule }: Side['lookups'][number]): boolean {
    return rule.sample.fetch === 'src' && before.backend.ipv6PrefixLength !== after?.backend.ipv6PrefixLength
  }
}

/** Sums of shares are not exact. */
function rounded(share: number): number {
  return Math.round(share * 1e6) / 1e6
}
