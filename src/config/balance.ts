// The `balance` line in HAProxy's own words (configuration manual 4.2 "balance") -> its parts.

import { needsResponse, parseSample } from './rules/samples/sample.ts'
import type { Sample } from './rules/samples/sample.ts'

/** What may be written; `random` without draws has HAProxy's 2. */
export type BalanceInput =
  | 'roundrobin'
  | 'static-rr'
  | 'leastconn'
  | 'first'
  | 'source'
  | 'random'
  | `random(${number})`
  | 'uri'
  | `uri ${string}`
  | `url_param ${string}`
  | `hdr(${string})`
  | `hash ${string}`

export type Balance =
  | { readonly policy: 'roundrobin' | 'static-rr' | 'leastconn' | 'first' | 'source' }
  | { readonly policy: 'random'; readonly draws: number }
  | {
      readonly policy: 'uri'
      readonly whole: boolean
      readonly pathOnly: boolean
      readonly len: number
      readonly depth: number
    }
  /** `checksPost`: where the URL has none, in the body of a POST. */
  | { readonly policy: 'url_param'; readonly name: string; readonly checksPost: boolean }
  | { readonly policy: 'hdr'; readonly name: string }
  | { readonly policy: 'hash'; readonly sample: Sample }

/** How a hash of a key becomes a server. */
export type HashType = 'rendezvous' | 'map-based' | 'consistent'

/** What chooses a server: the policy itself, or, if it hashes a key, the hash type. */
export type Algorithm = Exclude<Balance['policy'], 'source' | 'uri' | 'url_param' | 'hdr' | 'hash'> | HashType

export function algorithmOf(backend: { readonly balance: Balance; readonly hashType: HashType }): Algorithm {
  const { policy } = backend.balance
  switch (policy) {
    case 'roundrobin':
    case 'static-rr':
    case 'leastconn':
    case 'first':
    case 'random':
      return policy
    default:
      return backend.hashType
  }
}

/** Parses `roundrobin`, `random(3)`, `hdr(X-User)`, `uri depth 2` ...; undefined when it is none of them. */
export function parseBalance(text: string): Balance | undefined {
  const words = text.trim().split(/\s+/)
  const [head = '', ...rest] = words
  const call = /^([a-z-]+)\(([^()]*)\)$/.exec(head)
  if (call) {
    if (rest.length > 0) return undefined
    if (call[1] === 'random') {
      const draws = call[2] === '' ? 2 : Number(call[2])
      return Number.isInteger(draws) && draws >= 1 && draws <= 100 ? { policy: 'random', draws } : undefined
    }
    if (call[1] === 'hdr') return isToken(call[2]!) ? { policy: 'hdr', name: call[2]! } : undefined
    return undefined
  }
  switch (head) {
    case 'roundrobin':
    case 'static-rr':
    case 'leastconn':
    case 'first':
    case 'source':
      return rest.length === 0 ? { policy: head } : undefined
    case 'random':
      // HAProxy's default number of draws.
      return rest.length === 0 ? { policy: 'random', draws: 2 } : undefined
    case 'uri':
      return parseUri(rest)
    case 'url_param':
      return rest.length === 1 || (rest.length === 2 && rest[1] === 'check_post')
        ? { policy: 'url_param', name: rest[0]!, checksPost: rest.length === 2 }
        : undefined
    case 'hash': {
      const sample = rest.length === 1 ? parseSample(rest[0]!) : undefined
      return sample && !needsResponse(sample) ? { policy: 'hash', sample } : undefined
    }
    default:
      return undefined
  }
}

function parseUri(words: string[]): Balance | undefined {
  const uri = { policy: 'uri' as const, whole: false, pathOnly: false, len: 0, depth: 0 }
  while (words.length > 0) {
    const word = words.shift()
    if (word === 'whole') uri.whole = true
    else if (word === 'path-only') uri.pathOnly = true
    else if (word === 'len' || word === 'depth') {
      const value = Number(words.shift())
      if (!Number.isInteger(value) || value < 1) return undefined
      uri[word] = value
    } else return undefined
  }
  return uri
}

function isToken(text: string): boolean {
  return /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(text)
}
