// How a new client gets a server. A policy picks one of the candidates and touches only its own turn: no cookie, no
// counter, no request. One file per algorithm; create-policy.ts finds the right one.
// A choice may not look at all candidates: there may be a thousand. What depends on all of them is made when they change.

import type { HashRequest } from './hash-key.ts'
import type { Member } from './pool.ts'

/** Asked only for servers that come into question. */
export type Avoided = Pick<ReadonlySet<Member>, 'has'>

export interface Policy {
  /**
   * One of `candidates` that is not in `avoid`, or undefined when there is none.
   * `candidates` is the same array until a server's state changes.
   */
  pick(candidates: readonly Member[], avoid: Avoided, request: HashRequest): Member | undefined
}

export interface PolicyPorts {
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** True: rotating policies begin at a random turn, so that many short-lived isolates together still distribute fairly. */
  readonly randomStart: boolean
}
