// A pattern once it is read. Case and flags are resolved: what consumes text is a set of bytes.

import type { ByteSet } from './byte-set.ts'

export type Node =
  | { readonly kind: 'set'; readonly set: ByteSet }
  | { readonly kind: 'sequence'; readonly items: readonly Node[] }
  | { readonly kind: 'either'; readonly branches: readonly Node[] }
  | Repeat
  | { readonly kind: 'capture'; readonly index: number; readonly body: Node }
  | { readonly kind: 'assert'; readonly what: Assertion }
  | Look

export interface Repeat {
  readonly kind: 'repeat'
  readonly body: Node
  readonly min: number
  /** Infinity: no limit. */
  readonly max: number
  readonly isLazy: boolean
}

export interface Look {
  readonly kind: 'look'
  readonly isBehind: boolean
  readonly isNegative: boolean
  readonly body: Node
  /** Where it begins in the pattern, from 1. */
  readonly at: number
}

/**
 * `textEnd` is `\z`; `lastLineEnd` is `$`, which also holds before a newline that ends the text; `loneCr`: no CRLF
 * begins here, so that `\R` never splits one.
 */
export type Assertion =
  | 'textStart'
  | 'textEnd'
  | 'lastLineEnd'
  | 'lineStart'
  | 'lineEnd'
  | 'wordBoundary'
  | 'noWordBoundary'
  | 'loneCr'

/** Why a pattern cannot be used: where, what stands there. */
export class PatternProblem extends Error {
  override name = 'PatternProblem'
}
