// Where a client that has a server today goes under the other configuration: asked in the balancer's order, its cookie, its entries in
// stick tables, the hash of its request. What an answer says is what createBalancer does (prediction.test.ts holds it to that).

import { NOBODY } from '../balance/pool.ts'
import type { Member } from '../balance/pool.ts'
import { firstNameOf } from '../config/names.ts'
import { clientOf, requestOf } from './client.ts'
import type { Client } from './client.ts'
import type { Side } from './side.ts'
import { keepsRelease } from './release-difference.ts'
import { findsEntries } from './table-difference.ts'

/** What keeps a client on its server. */
export type Keeper = 'cookie' | 'table' | 'hash'

export interface Outcome {
  /** Undefined: it is balanced anew, and may get any server. */
  readonly to: Member | undefined
  /** What leads it there. Null: nothing knows it. */
  readonly by: Keeper | null
}

export interface Prediction {
  /** What keeps clients under the first configuration. */
  readonly keepers: readonly Keeper[]
  /** Undefined: nothing keeps this client today, so it has nothing to lose. */
  outcomeOf(member: Member, client: Client): Promise<Outcome | undefined>
  /** Clients with their servers, and the share of all that each stands for. */
  population(): Promise<Population>
}

export interface Population {
  readonly clients: readonly { readonly member: Member; readonly client: Client; readonly share: number }[]
  /** How many clients were drawn; null: the shares are exact. */
  readonly sampled: number | null
}

/** With so many, a share is within 1 percentage point, 19 times in 20. */
export const SAMPLE_SIZE = 10_000

/** `after` undefined: the backend is gone. */
export function createPrediction(before: Side, after: Side | undefined): Prediction {
  const cookies = new Map<Member, Promise<{ readonly has: boolean; readonly to: Member | undefined }>>()
  const hashesAlike = after !== undefined && hashText(before) === hashText(after)
  const keepers: Keeper[] = [
    ...(before.backend.cookie && before.backend.servers.some(({ cookie }) => cookie !== null)
      ? (['cookie'] as const)
      : []),
    ...(before.lookups.length > 0 ? (['table'] as const) : []),
    ...(before.isHashed ? (['hash'] as const) : []),
  ]
  return {
    keepers,
    async outcomeOf(member, client) {
      const cookie = await cookieOutcome(member)
      const isInTable = !member.server.nonStick && (await hasKey(client))
      if (!cookie.has && !isInTable && !before.isHashed) return undefined
      if (!after) return { to: undefined, by: null }
      const isOwn = ({ server }: Member) => keepsRelease(before.backend, after.backend, member.server, server)
      if (cookie.to && isOwn(cookie.to)) return { to: cookie.to, by: 'cookie' }
      const entry = isInTable ? await entryOutcome(member, client) : undefined
      if (entry && isOwn(entry)) return { to: entry, by: 'table' }
      if (!before.isHashed || !after.isHashed) return { to: undefined, by: null }
      const to = hashesAlike
        ? after.pool.candidates()[before.pool.candidates().indexOf(member)]
        : after.policy.pick(after.pool.candidates(), NOBODY, requestOf(client, after.backend.balance))
      return { to, by: to ? 'hash' : null }
    },
    async population() {
      const fixed = (await before.assign(null)).recalled.wish
      const candidates = fixed ? [fixed] : before.pool.candidates()
      if (!fixed && before.isHashed && !hashesAlike && candidates.length > 0) return sampled(candidates)
      const total = candidates.reduce((sum, { status }) => sum + (fixed ? 1 : status.weight), 0)
      // One client by each protocol: they differ where addresses are cut.
      const pair = [clientOf(0), clientOf(1)]
      const clients = candidates.flatMap((member) =>
        pair.map((client) => ({ member, client, share: (fixed ? 1 : member.status.weight) / total / pair.length })),
      )
      return { clients, sampled: null }
    },
  }

  async function sampled(candidates: readonly Member[]): Promise<Population> {
    const clients: { member: Member; client: Client; share: number }[] = []
    for (let n = 0; n < SAMPLE_SIZE; n++) {
      const client = clientOf(n)
      const member = before.policy.pick(candidates, NOBODY, requestOf(client, before.backend.balance))!
      clients.push({ member, client, share: 1 / SAMPLE_SIZE })
    }
    return { clients, sampled: SAMPLE_SIZE }
  }

  /** Each client of a server has the same cookie, but for its dates. */
  function cookieOutcome(member: Member) {
    let outcome = cookies.get(member)
    if (!outcome) cookies.set(member, (outcome = readCookie(member)))
    return outcome
  }

  async function readCookie(member: Member) {
    const header = await before.cookieOf(member)
    if (header === undefined && !after) return { has: false, to: undefined }
    const wish = after && (await after.assign(header ?? null)).recalled.wish
    return { has: header !== undefined, to: wish }
  }

  async function hasKey(client: Client): Promise<boolean> {
    for (const lookup of before.lookups) if ((await lookup.keyOf(client)) !== undefined) return true
    return false
  }

  /** The server that the first entry found leads to. */
  async function entryOutcome(member: Member, client: Client): Promise<Member | undefined> {
    const { name, id } = member.server
    for (const lookup of after!.lookups) {
      const known = before.lookups.find((each) => findsEntries(each, lookup))
      if (!known) continue
      const key = await lookup.keyOf(client)
      if (key === undefined || key !== (await known.keyOf(client))) continue
      const found = after!.memberOf({ server: name, id })
      if (found && (after!.backend.persist || after!.pool.servable(found))) return found
    }
    return undefined
  }
}

/** Sides with the same text send each key to the same of their candidates. */
function hashText({ backend, pool, isHashed }: Side): string | undefined {
  if (!isHashed) return undefined
  const { balance, hashType, hashFunction, hashAvalanche, ipv6PrefixLength } = backend
  const servers = pool
    .candidates()
    .map(({ server, status }) => [firstNameOf(server), server.id, server.weight, status.weight])
  return JSON.stringify([
    balance,
    hashType,
    hashFunction,
    hashAvalanche,
    balance.policy === 'source' && ipv6PrefixLength,
    servers,
  ])
}
