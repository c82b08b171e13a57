// Comparisons with many values: each value lies under a key, and what is found in a request has few keys, so that it need not be compared
// with all of them. Two that match always share a key.

import type { MatchMethod } from '../config/rules/match-methods.ts'

export interface Lookup {
  /** Undefined: nothing matches it. */
  keyOf(value: string): string | undefined
  keysIn(found: string): readonly string[]
}

/** Undefined: there is none for this way of comparing. Upper and lower case are told apart. */
export function lookupFor(match: MatchMethod, values: readonly string[]): Lookup | undefined {
  switch (match) {
    case 'str':
      return { keyOf: (value) => value, keysIn: (found) => [found] }
    case 'beg':
      return byLength(values, (found, length) => found.slice(0, length))
    case 'end':
      return byLength(values, (found, length) => found.slice(found.length - length))
    case 'dir':
      return byParts(/[/?]/)
    case 'dom':
      return byParts(/[/?.:]/)
    default:
      return undefined
  }
}

function byLength(values: readonly string[], cut: (found: string, length: number) => string): Lookup {
  const lengths = [...new Set(values.map((value) => value.length))].toSorted((a, b) => a - b)
  return {
    keyOf: (value) => value,
    keysIn(found) {
      const keys: string[] = []
      for (const length of lengths) {
        if (length > found.length) break
        keys.push(cut(found, length))
      }
      return keys
    },
  }
}

function byParts(delimiter: RegExp): Lookup {
  return {
    keyOf: (value) => value.split(delimiter).find((part) => part !== ''),
    keysIn: (found) => found.split(delimiter),
  }
}
