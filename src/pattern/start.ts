// Where a match may begin at all: engines need not try elsewhere.

import { ANY_BYTE, NOT_NEWLINE } from './byte-set.ts'
import type { Node } from './syntax.ts'

/** `lines`: at the start of the text or behind a newline. */
export type Start = 'text' | 'lines' | 'anywhere'

/** A leading `.*` reads whatever stands before a match, so that none begins within a line. PCRE finds the same. */
export function startOf(node: Node): Start {
  switch (node.kind) {
    case 'assert':
      return node.what === 'textStart' ? 'text' : 'anywhere'
    case 'capture':
      return startOf(node.body)
    case 'repeat': {
      if (node.min > 0 || node.max !== Infinity || node.body.kind !== 'set') return 'anywhere'
      return node.body.set === ANY_BYTE ? 'text' : node.body.set === NOT_NEWLINE ? 'lines' : 'anywhere'
    }
    case 'either':
      return node.branches.every((branch) => startOf(branch) === 'text') ? 'text' : 'anywhere'
    case 'sequence': {
      const [head] = node.items
      return head ? startOf(head) : 'anywhere'
    }
    default:
      return 'anywhere'
  }
}
