// Stick rules, compiled: which table, on which condition, and which key.

import type { Backend } from '../../config/config.ts'
import { clientNetwork, sourceNetwork } from '../../config/network.ts'
import type { StickRule, StickTableConfig } from '../../config/options/stick.ts'
import type { TableClient } from '../../persistence/table-client.ts'
import type { KeyOf } from '../../persistence/table-key.ts'
import type { RulesEngine } from '../../rules/rules-engine.ts'
import type { Transaction } from '../../rules/transaction.ts'
import type { View } from '../../rules/view.ts'

/** A table, its configuration, and the name by which rules know it. */
export interface NamedTable {
  readonly name: string
  /** The name that its storage has: the first that its backend had. */
  readonly storedAs: string
  readonly config: StickTableConfig
  readonly keyOf: KeyOf
  readonly client: TableClient
}

export interface CompiledRule {
  readonly action: StickRule['action']
  readonly table: NamedTable
  readonly holds: (transaction: Transaction, view: View) => boolean
  readonly keyOf: (transaction: Transaction, view: View) => ReturnType<KeyOf>
  /** The client whose share of the table the key counts against; undefined: none. */
  readonly sourceOf: (transaction: Transaction) => string | undefined
}

export function compileStickRule(
  rule: StickRule,
  table: NamedTable,
  backend: Backend,
  { holdsOf, compileText }: RulesEngine,
): CompiledRule {
  const textOf = compileText(rule.sample)
  const isAddress = rule.sample.fetch === 'src'
  return {
    action: rule.action,
    table,
    holds: holdsOf(rule),
    keyOf(transaction, view) {
      const sample = textOf(transaction, view)
      if (sample === undefined) return undefined
      return table.keyOf(isAddress ? clientNetwork(sample, backend.ipv6PrefixLength) : sample)
    },
    // A client cannot make up its address.
    sourceOf: ({ asked }) => (isAddress ? undefined : sourceNetwork(asked.clientAddress)),
  }
}

/** `stick match` and then `stick store-request` of the same key is `stick on`: HAProxy's manual says so, too. */
export function mergeMatchAndStore(rules: readonly StickRule[]): readonly StickRule[] {
  const isSame = (a: StickRule, b: StickRule) =>
    JSON.stringify([a.sample, a.table, a.if]) === JSON.stringify([b.sample, b.table, b.if])
  const stores = rules.filter(({ action }) => action === 'storeRequest')
  const matches = rules.filter(({ action }) => action === 'match')
  return rules.flatMap((rule) => {
    if (rule.action === 'match' && stores.some((store) => isSame(rule, store)))
      return [{ ...rule, action: 'on' as const }]
    const isJoined = rule.action === 'storeRequest' && matches.some((match) => isSame(rule, match))
    return isJoined ? [] : [rule]
  })
}
