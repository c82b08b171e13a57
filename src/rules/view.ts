// What rules may know besides the request.

import type { CountedTable } from '../counting/table.ts'
import type { MutableFields } from '../http/fields.ts'
import type { BodySource, SeenBody } from './body.ts'
import type { Lists } from './lists/lists.ts'
import type { Facts } from './facts.ts'
import type { Transaction } from './transaction.ts'
import type { Value } from './values.ts'

export interface View {
  readonly facts: Facts
  /** Unix milliseconds. */
  readonly now: () => number
  /** From 0 to below 1. */
  readonly random: () => number
  /** Variables of the scope `proc`, which the isolate's requests share. */
  readonly processVariables: Map<string, Value>
  /** There if the configuration has maps or lists. */
  readonly lists: Lists | undefined
  /** A table that counts. Undefined: there is none of this name. */
  readonly table: (name: string) => CountedTable | undefined
  /** The groups of the user of a list that the request's credentials prove; undefined when they prove none (users.ts). */
  readonly groupsOf: (userlist: string, transaction: Transaction) => readonly string[] | undefined
  /** In rules for responses. */
  readonly response?: SeenResponse
}

/** What rules see of a response, and change. */
export interface SeenResponse {
  status: number
  /** Undefined: no rule has changed the status; '': the usual one. */
  reason?: string
  readonly headers: MutableFields
  /** Undefined: its body cannot be read. */
  readonly source?: BodySource
  /** Undefined: no rule has asked for it. */
  body?: SeenBody | undefined
}
