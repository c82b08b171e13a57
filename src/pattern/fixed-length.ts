// How much text a part of a pattern matches, if that is fixed: PCRE's look-behind needs it.

import type { Node } from './syntax.ts'

/** Undefined: it varies. */
export function fixedLength(node: Node): number | undefined {
  switch (node.kind) {
    case 'set':
      return 1
    case 'assert':
    case 'look':
      return 0
    case 'capture':
      return fixedLength(node.body)
    case 'repeat': {
      if (node.max === 0) return 0
      const length = node.min === node.max ? fixedLength(node.body) : undefined
      return length === undefined ? undefined : length * node.min
    }
    case 'either': {
      const [first, ...others] = node.branches.map(fixedLength)
      return others.every((length) => length === first) ? first : undefined
    }
    case 'sequence': {
      let sum = 0
      for (const item of node.items) {
        const length = fixedLength(item)
        if (length === undefined) return undefined
        sum += length
      }
      return sum
    }
  }
}
