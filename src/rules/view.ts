// What rules may know besides the request: of servers only numbers, by the backend's name.

import type { MatchMethod } from '../config/rule.ts'
import type { Incoming } from './transaction.ts'

/** What rules may know besides the request. */
export interface View {
  /** How many servers of a backend may get a new client. */
  readonly candidates: (backend: string) => number
  /** What a map has for a key. */
  readonly lookUp: (map: string, match: MatchMethod, key: string) => string | undefined
  /** The groups of the user of a list that the request's credentials prove; undefined when they prove none (users.ts). */
  readonly groupsOf: (userlist: string, incoming: Incoming) => readonly string[] | undefined
  /** In rules for responses. */
  readonly response?: { readonly status: number; readonly headers: Headers }
}
