// How a client that is new gets its server. HAProxy: configuration manual 4.2 "balance", "hash-type", "hash-balance-factor", "option
// allbackups".

import * as v from 'valibot'

import { parseBalance } from '../balance.ts'
import type { Balance, BalanceInput } from '../balance.ts'
import { bool, integer, oneOf } from '../fields.ts'
import { option } from '../option.ts'
import type { Values, Written } from '../option.ts'

export const balance = v.pipe(
  v.string('must be a string'),
  v.check(
    (value) => parseBalance(value) !== undefined,
    'must be roundrobin, static-rr, leastconn, first, random, random(<draws>), source, ' +
      'uri [whole] [len <n>] [depth <n>] [path-only], url_param <name> [check_post], hdr(<name>) or hash <sample>, such as hash req.cook(<name>)',
  ),
) as v.GenericSchema as v.GenericSchema<BalanceInput>

/** So much that no server ever has its share. */
export const MAX_BALANCE_FACTOR = 1_000_000

export const loadBalancingOptions = {
  /**
   * How a new client gets its server: in turns by weight, to the server with the fewest requests, or by a hash of its address, of a
   * part of the URL, of a header or of a cookie. With `check_post`, a parameter that the URL of a POST does not have is looked for in its
   * body: up to 15 KB of it are waited for.
   * @example balance: 'leastconn'
   */
  balance: option(balance, { default: 'roundrobin', word: 'balance' }),
  /**
   * How a hash of a key becomes a server: `rendezvous` and `consistent` move few keys when servers come and go, `map-based` moves most
   * and spreads best.
   * @why a server that leaves moves its own clients only
   */
  hashType: option(oneOf(['rendezvous', 'map-based', 'consistent']), {
    default: 'rendezvous',
    haproxy: 'map-based',
    word: 'hash-type',
  }),
  /** Which of HAProxy's functions makes a number of a key, for `map-based` and `consistent`. An address is a number already. */
  hashFunction: option(oneOf(['sdbm', 'djb2', 'wt6', 'crc32']), { default: 'sdbm' }),
  /**
   * Scatters that number, so that keys that are alike go to different servers; for `map-based` and `consistent`.
   * @default true with `consistent` and no `hashFunction`, else false
   */
  hashAvalanche: option(bool),
  /**
   * How many requests a server may have in progress, in percent of its share of those in progress (125 to 200 are usual), before its keys
   * spread to the next server. Each isolate counts its own requests; `map-based` ignores it.
   * @example hashBalanceFactor: 150
   */
  hashBalanceFactor: option(integer(101, MAX_BALANCE_FACTOR), {
    default: null,
    word: { word: 'hash-balance-factor', none: '0' },
  }),
  /**
   * Prefix length of an IPv6 address that counts as one client for hashing: 64, or 128 for the full address.
   * @why one household is one client, whatever address it uses today
   */
  ipv6PrefixLength: option(integer(1, 128), { default: 64, haproxy: 128 }),
  /** Balances over all backup servers when no other server is up, not over the first of them alone. */
  allbackups: option(bool, { default: false, word: 'option allbackups' }),
}

type LoadBalancingValues = Values<typeof loadBalancingOptions>

export interface LoadBalancing extends Omit<LoadBalancingValues, 'balance' | 'hashAvalanche'> {
  readonly balance: Balance
  /** Another function behind `hashFunction`. */
  readonly hashAvalanche: boolean
}

/** `input`: what was written, without defaults. */
export function resolveLoadBalancing(
  values: LoadBalancingValues,
  input: Written<typeof loadBalancingOptions>,
): Pick<LoadBalancing, 'balance' | 'hashAvalanche'> {
  return {
    balance: parseBalance(values.balance)!,
    hashAvalanche: values.hashAvalanche ?? (values.hashType === 'consistent' && input.hashFunction === undefined),
  }
}
