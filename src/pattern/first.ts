// With which bytes a part of a pattern may begin, and whether it may match nothing.

import { ANY_BYTE, NO_BYTE } from './byte-set.ts'
import type { ByteSet } from './byte-set.ts'
import type { Node } from './syntax.ts'

export interface Beginning {
  readonly first: ByteSet
  readonly mayBeEmpty: boolean
}

const EMPTY: Beginning = { first: NO_BYTE, mayBeEmpty: true }

export function beginningOf(node: Node): Beginning {
  switch (node.kind) {
    case 'set':
      return { first: node.set, mayBeEmpty: false }
    case 'assert':
      return EMPTY
    // It reads text whatever the first byte.
    case 'look':
      return { first: ANY_BYTE, mayBeEmpty: true }
    case 'capture':
      return beginningOf(node.body)
    case 'repeat': {
      if (node.max === 0) return EMPTY
      const { first, mayBeEmpty } = beginningOf(node.body)
      return { first, mayBeEmpty: mayBeEmpty || node.min === 0 }
    }
    case 'either': {
      const all = node.branches.map(beginningOf)
      return {
        first: all.reduce((set, { first }) => set | first, NO_BYTE),
        mayBeEmpty: all.some(({ mayBeEmpty }) => mayBeEmpty),
      }
    }
    case 'sequence':
      return node.items.reduceRight((rest, item) => before(beginningOf(item), rest), EMPTY)
  }
}

/** Of one part, and what follows it. */
export function before({ first, mayBeEmpty }: Beginning, rest: Beginning): Beginning {
  return mayBeEmpty ? { first: first | rest.first, mayBeEmpty: rest.mayBeEmpty } : { first, mayBeEmpty }
}
