// Stick rules: which server does a key lead to, and which key is stored for next time? HAProxy's order and semantics
// (configuration manual 4.2 "stick on" and the like): the first entry whose server can be used decides; the server that
// answered is stored. A new key is claimed before it is served, so that parallel first requests go to one server.

import { rendezvous } from '../../balance/hash.ts'
import type { Member, Pool } from '../../balance/pool.ts'
import type { Backend } from '../../config/config.ts'
import { byAnyName, namesOf } from '../../config/names.ts'
import type { Entry, Kind, Target } from '../../persistence/table.ts'
import type { Journey, StickTrace } from '../journey.ts'
import type { RulesEngine } from '../../rules/rules-engine.ts'
import type { View } from '../../rules/view.ts'
import { compileStickRule, mergeMatchAndStore } from './stick-rules.ts'
import type { CompiledRule, NamedTable } from './stick-rules.ts'
import { createTurns } from './turns.ts'

export interface Stuck {
  /** The usable server that an entry names. */
  readonly wish: Member | undefined
  /** Where a client goes first if it belongs nowhere yet; undefined: the policy decides. */
  readonly first: Member | undefined
  /** An entry names a server that cannot be used. */
  readonly isDown: boolean
  /** A strict table cannot be reached. */
  readonly isRefused: boolean
  readonly pending: readonly Pending[]
  readonly traces: StickTrace[]
}

/** What is to be stored for the server that answers. */
interface Pending {
  readonly rule: CompiledRule
  readonly key: string
  /** What the table has, as far as this isolate knows. */
  readonly entry: Entry | undefined
}

export interface StickSituation {
  /** Use-server or a cookie has chosen already. */
  readonly assigned: Member | undefined
  /** Servers that are down and keep their clients. */
  readonly persistsDown: (member: Member) => boolean
  /** Where the policy would send a new client. */
  readonly pick: () => Member | undefined
  /** Where there are releases; undefined: every server may be used. */
  readonly release?: StickRelease | undefined
}

/** What the release of a request leaves of a table's entries. */
export interface StickRelease {
  /** The servers of the release. */
  readonly pool: Pool
  /** A `useRelease` rule decided. Entries outlive its condition, so none is made: keys go by their hash. */
  readonly isByRule: boolean
  /** `other`: of a release that has its own clients, so the entry is not used and not overwritten. `over`: of one that serves nothing. */
  standingOf(member: Member): 'own' | 'other' | 'over'
}

/** Promises only where a table, or the hash of a key, has to be waited for. */
export interface Stick {
  recall(journey: Journey, view: View, situation: StickSituation): Stuck | Promise<Stuck>
  /** Stores `member`, which answered. Keys issued by an origin are stored when this resolves, refreshes later. */
  remember(stuck: Stuck, member: Member, journey: Journey, view: View): Promise<void> | undefined
}

/** `tables`: by backend. */
export function createStick(
  backend: Backend,
  pool: Pool,
  tables: ReadonlyMap<string, NamedTable>,
  rules: RulesEngine,
): Stick {
  const compiled = mergeMatchAndStore(backend.stick).map((rule) =>
    compileStickRule(rule, tables.get(rule.table)!, backend, rules),
  )
  const requestRules = compiled.filter(({ action }) => action !== 'storeResponse')
  const responseRules = compiled.filter(({ action }) => action === 'storeResponse')
  const turns = createTurns(backend)
  const byName = byAnyName(pool.members, ({ server }) => server)
  const memberOf = createMemberOf(pool.members)
  const targetOf = ({ server: { name, id } }: Member): Target => ({ server: name, id })

  return {
    recall(journey, view, situation) {
      const pending: Pending[] = []
      const traces: StickTrace[] = []
      const { release } = situation
      const isUsable = (member: Member | undefined) =>
        member !== undefined &&
        standingOf(member) === 'own' &&
        (pool.servable(member) || situation.persistsDown(member))
      const standingOf = (member: Member | undefined) => (member && release?.standingOf(member)) ?? 'own'
      const candidates = () => (release?.pool ?? pool).candidates()
      let wish: Member | undefined
      let first: Member | undefined
      let isDown = false
      let isRefused = false
      return run(0)

      function run(from: number): Stuck | Promise<Stuck> {
        for (let i = from; i < requestRules.length; i++) {
          const waiting = follow(requestRules[i]!)
          if (waiting) return waiting.then(() => run(i + 1))
        }
        return { wish, first, isDown, isRefused, pending, traces }
      }

      function follow(rule: CompiledRule): Promise<void> | undefined {
        const { table, action, holds, keyOf } = rule
        // HAProxy: of several rules that store in one table, the first that has a key counts.
        if (action !== 'match' && pending.some((each) => each.rule.table === table)) return undefined
        if (!holds(journey, view)) return undefined
        const key = keyOf(journey, view)
        if (key === undefined) return undefined
        return key instanceof Promise ? key.then((late) => look(rule, late)) : look(rule, key)
      }

      function look(rule: CompiledRule, key: string): Promise<void> | undefined {
        const { table, action } = rule
        const { client, name } = table
        const stores = action !== 'match'
        const entry = client.known(key)
        if (action !== 'storeRequest' && !situation.assigned && !wish) {
          const found = find(rule, key, entry, stores)
          return found instanceof Promise ? found.then((late) => use(rule, key, late)) : use(rule, key, found)
        }
        // Looked up only to keep the entry alive; a rule that stores does that anyway.
        if (!stores && (!entry || client.isDue(entry))) later(journey, client.match(key))
        traces.push({ table: name, key, verdict: 'known', asked: 'nothing' })
        keep(rule, key, entry)
        return undefined
      }

      /** What the table has decides, where nothing has before. */
      function use(rule: CompiledRule, key: string, found: Found): undefined {
        const { table, action } = rule
        const stores = action !== 'match'
        const { entry } = found
        const member = entry && memberOf(entry)
        const home = entry && table.config.failback ? byName.get(entry.home) : undefined
        if (found.isUnreachable) {
          isRefused ||= table.config.strict
          const last = table.client.remembered(key)
          const before = last && memberOf(last)
          if (isUsable(before)) wish = before
          else first ??= rendezvous(candidates(), key)
        } else if (home && home !== member && isUsable(home)) {
          wish = home
          if (!stores) pending.push({ rule, key, entry })
        } else if (isUsable(member)) {
          if (!found.isNew) wish = member
        } else if (standingOf(member) === 'other' || (!entry && release?.isByRule)) {
          // Without an entry to go by, each request has to find the same server.
          first ??= rendezvous(candidates(), key)
        } else if (entry && !found.isNew && standingOf(member) === 'own') isDown = true
        const verdict = found.isUnreachable ? 'unreachable' : verdictOf(found, isDown)
        traces.push({ table: table.name, key, verdict, asked: found.asked })
        // After "no room" there is no need to ask again.
        if (!found.isUnreachable && (found.asked !== 'claim' || entry)) keep(rule, key, entry)
        return undefined
      }

      /** To be stored for the server that answers, if the rule stores. */
      function keep(rule: CompiledRule, key: string, entry: Entry | undefined): void {
        const isOthers = standingOf(entry && memberOf(entry)) === 'other'
        if (rule.action !== 'match' && !isOthers && !release?.isByRule) pending.push({ rule, key, entry })
      }

      function find(
        rule: CompiledRule,
        key: string,
        known: Entry | undefined,
        claims: boolean,
      ): Found | Promise<Found> {
        const { client } = rule.table
        if (!known || !isUsable(memberOf(known))) return ask(rule, key, claims)
        // A rule that stores does so after the response.
        if (!claims && client.isDue(known)) later(journey, client.match(key))
        return { entry: known, isNew: false, asked: 'cache', isUnreachable: false }
      }

      async function ask(rule: CompiledRule, key: string, claims: boolean): Promise<Found> {
        const { client } = rule.table
        const proposed = claims && !release?.isByRule ? (first ?? turns.next(situation.pick, candidates())) : undefined
        if (!proposed || proposed.server.nonStick) {
          first ??= proposed
          const answer = await client.match(key)
          const isUnreachable = 'unreachable' in answer
          return { entry: isUnreachable ? undefined : answer.value, isNew: false, asked: 'match', isUnreachable }
        }
        const gone = pool.members.filter((member) => {
          const standing = standingOf(member)
          return standing === 'own' ? backend.onDown === 'redispatch' && !isUsable(member) : standing === 'over'
        })
        const answer = await client.claim(
          key,
          targetOf(proposed),
          gone.flatMap(({ server }) => namesOf(server)),
          rule.sourceOf(journey),
        )
        const isUnreachable = 'unreachable' in answer
        const claimed = isUnreachable ? { entry: undefined, isNew: false } : answer.value
        if (claimed.entry && !claimed.isNew && !first) turns.giveBack(proposed)
        // Even if there was no room, the client goes there.
        else if (!isUnreachable) first ??= proposed
        return { ...claimed, asked: 'claim', isUnreachable }
      }
    },

    remember(stuck, member, journey, view) {
      if (member.server.nonStick) return undefined
      const target = targetOf(member)
      const waiting: Promise<void>[] = []
      for (const { rule, key, entry } of stuck.pending) keep(rule, key, entry, 'request', waiting)
      if (responseRules.length > 0) waiting.push(keepIssued())
      return waiting.length === 0 ? undefined : Promise.all(waiting).then(() => undefined)

      /** Keys that the origin's answer has. */
      async function keepIssued(): Promise<void> {
        const stored = new Set<NamedTable>()
        const storing: Promise<void>[] = []
        for (const rule of responseRules) {
          const { table, holds, keyOf } = rule
          if (stored.has(table) || !holds(journey, view)) continue
          const key = await keyOf(journey, view)
          if (key === undefined) continue
          stored.add(table)
          keep(rule, key, table.client.known(key), 'response', storing)
        }
        await Promise.all(storing)
      }

      /** `into`: where the promise goes, if one is made. */
      function keep(
        rule: CompiledRule,
        key: string,
        entry: Entry | undefined,
        kind: Kind,
        into: Promise<void>[],
      ): void {
        const {
          table: { client },
          sourceOf,
        } = rule
        if (entry?.server !== target.server || entry.id !== target.id) into.push(store(rule, key, kind))
        else if (client.isDue(entry)) later(journey, client.store(key, target, kind, sourceOf(journey)))
      }

      async function store(
        { table: { client, name }, sourceOf }: CompiledRule,
        key: string,
        kind: Kind,
      ): Promise<void> {
        const answer = await client.store(key, target, kind, sourceOf(journey))
        const verdict = 'unreachable' in answer ? 'unreachable' : answer.value ? 'new' : 'full'
        stuck.traces.push({ table: name, key, verdict, asked: 'store' })
      }
    },
  }
}

/** Which server an entry means: the one of that name, else the one of that number. */
export function createMemberOf(members: readonly Member[]): (target: Target) => Member | undefined {
  const byName = byAnyName(members, ({ server }) => server)
  const byId = new Map(members.map((member) => [member.server.id, member]))
  return ({ server, id }) => byName.get(server) ?? byId.get(id)
}

interface Found {
  readonly entry: Entry | undefined
  readonly isNew: boolean
  readonly asked: StickTrace['asked']
  readonly isUnreachable: boolean
}

function verdictOf({ entry, isNew, asked }: Found, isDown: boolean): StickTrace['verdict'] {
  if (!entry) return asked === 'claim' ? 'full' : 'miss'
  if (isNew) return 'new'
  return isDown ? 'down' : 'hit'
}

function later({ lifetime }: Journey, work: Promise<unknown>): void {
  lifetime.waitUntil(work)
}
