// One backend under one of the two configurations, made of the same parts as the balancer's: who its servers are, who gets a new
// client, how cookies are written and read, what its stick rules look up, and where.

import { createPolicy, isHashed } from '../balance/create-policy.ts'
import * as policies from '../balance/policies.ts'
import type { Policy } from '../balance/policy.ts'
import { createPool } from '../balance/pool.ts'
import type { Member, Pool } from '../balance/pool.ts'
import { createAssign } from '../balancer/persist/assign.ts'
import type { Assigned } from '../balancer/persist/assign.ts'
import { createMemberOf } from '../balancer/persist/stick.ts'
import { mergeMatchAndStore } from '../balancer/persist/stick-rules.ts'
import type { Backend, Config } from '../config/config.ts'
import { firstNameOf } from '../config/names.ts'
import { clientNetwork } from '../config/network.ts'
import type { StickRule, StickTableConfig } from '../config/options/stick.ts'
import { createCodecs, createFormerCodecs } from '../persistence/create-codecs.ts'
import { NO_DATES } from '../persistence/dates.ts'
import { PREFIX_DELIMITER } from '../persistence/recall.ts'
import { datesToWrite } from '../persistence/remember.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import type { Target } from '../persistence/table.ts'
import { createKeyOf } from '../persistence/table-key.ts'
import type { KeyOf } from '../persistence/table-key.ts'
import { NO_RULES } from '../rules/rules-engine.ts'
import type { Transaction } from '../rules/transaction.ts'
import { NO_FACTS } from '../rules/facts.ts'
import type { View } from '../rules/view.ts'
import { sampleOf } from './client.ts'
import type { Client } from './client.ts'

/** Where a table's entries are, and how a sample becomes a key there. */
export interface Table {
  readonly name: string
  /** The first name that its backend had. */
  readonly storedAs: string
  readonly config: StickTableConfig
  readonly keyOf: KeyOf
}

/** A rule by which clients are looked up. */
export interface Lookup {
  readonly rule: StickRule
  readonly table: Table
  keyOf(client: Client): ReturnType<KeyOf>
}

export interface Side {
  readonly backend: Backend
  readonly pool: Pool
  readonly policy: Policy
  /** The policy sends each key to one server. */
  readonly isHashed: boolean
  readonly lookups: readonly Lookup[]
  /** What a client of this server has in its Cookie header; undefined: no cookie leads to the server. */
  cookieOf(member: Member): Promise<string | undefined>
  /** What the balancer makes of a Cookie header. Rules with a condition do not count. */
  assign(cookie: string | null): Promise<Assigned>
  memberOf(target: Target): Member | undefined
}

/** In Unix seconds: when every cookie of the comparison is written and read. */
const NOW_S = 1_800_000_000

export async function createSide(config: Config, backend: Backend, keys: CookieKeys): Promise<Side> {
  const { cookie } = backend
  const unconditional = {
    ...backend,
    persistRules: backend.persistRules.filter((rule) => rule.if === null),
    useServer: backend.useServer.filter((rule) => rule.if === null),
  }
  const pool = createPool(backend)
  const codecs = await createCodecs(backend, cookie?.name, keys)
  const assign = createAssign(unconditional, pool, codecs, await createFormerCodecs(backend, keys), NO_RULES)
  return {
    backend,
    pool,
    policy: createPolicy(backend, { random: () => 0, randomStart: false }, policies),
    isHashed: isHashed(backend.balance),
    lookups: lookupsOf(config, backend),
    async cookieOf({ server }) {
      if (!cookie || server.cookie === null) return undefined
      const dates = cookie.mode === 'insert' ? datesToWrite(cookie, NO_DATES, NOW_S) : NO_DATES
      const value = await codecs[0]!.encode(server.cookie, dates)
      return `${cookie.name}=${value}${cookie.mode === 'prefix' ? `${PREFIX_DELIMITER}session` : ''}`
    },
    assign: async (header) => assign(transactionOf(header), NO_VIEW, NOW_S * 1000),
    memberOf: createMemberOf(pool.members),
  }
}

/** Rules without a condition look at nothing else. */
function transactionOf(cookie: string | null): Transaction {
  const headers = { get: (name: string) => (name === 'cookie' ? cookie : null) }
  return { forOrigin: { headers } } as unknown as Transaction
}

const NO_VIEW: View = {
  facts: NO_FACTS,
  now: () => 0,
  random: () => 0,
  processVariables: new Map(),
  lists: undefined,
  table: () => undefined,
  groupsOf: () => undefined,
}

function lookupsOf({ backends }: Config, backend: Backend): readonly Lookup[] {
  const tables = new Map<string, Table>()
  return mergeMatchAndStore(backend.stick).flatMap((rule): readonly Lookup[] => {
    const owner = backends.find(({ name }) => name === rule.table)
    if ((rule.action !== 'on' && rule.action !== 'match') || !owner?.stickTable) return []
    const table = tables.get(rule.table) ?? tableOf(owner, owner.stickTable)
    tables.set(rule.table, table)
    const isAddress = rule.sample.fetch === 'src'
    return [
      {
        rule,
        table,
        keyOf: (client) =>
          table.keyOf(
            isAddress ? clientNetwork(client.address, backend.ipv6PrefixLength) : sampleOf(client, table.config.type),
          ),
      },
    ]
  })
}

export function tableOf(backend: Backend, config: StickTableConfig): Table {
  const storedAs = firstNameOf(backend)
  return { name: backend.name, storedAs, config, keyOf: createKeyOf(config, storedAs) }
}
