// How a new client gets a server. A policy picks one of the candidates and touches only its own turn: no cookie, no
// counter, no request. One file per algorithm; create-policy.ts finds the right one.

import type { HashRequest } from './hash-key.ts'
import type { Member } from './pool.ts'

export interface Policy {
  /**
   * One of `candidates` that is not in `avoid`, or undefined when there is none.
   * `candidates` is the same array until a server's state changes.
   */
  pick(candidates: readonly Member[], avoid: ReadonlySet<Member>, request: HashRequest): Member | undefined
}

export interface PolicyPorts {
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** True: rotating policies begin at a random turn, so that many short-lived isolates together still distribute fairly. */
  readonly randomStart: boolean
}

/** The candidates without the avoided ones; the same array when nothing is avoided. */
export function without(candidates: readonly Member[], avoid: ReadonlySet<Member>): readonly Member[] {
  return avoid.size === 0 ? candidates : candidates.filter((member) => !avoid.has(member))
}
