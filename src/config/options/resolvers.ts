// Name servers that servers' names are asked of while `limpet serve` runs. HAProxy: configuration manual 5.3.2.

import * as v from 'valibot'

import { parseAddress } from '../address.ts'
import { withoutBrackets } from '../brackets.ts'
import { bool, duration, integer, listOf, name } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Written } from '../option.ts'

const nameserver = v.pipe(
  v.string('must be a string'),
  v.check((value) => nameserverOf(value) !== undefined, "must be an address such as '10.0.0.2' or '[2001:db8::1]:53'"),
)

export const resolversTimeoutsOptions = {
  /** The time between two resolutions of a name. */
  resolve: option(duration(10), { default: '1s', unit: 'ms', word: 'timeout resolve' }),
  /** How long a name server may take to answer, before it is asked again. */
  retry: option(duration(10), { default: '1s', unit: 'ms', word: 'timeout retry' }),
}

export const holdOptions = {
  /** How long servers keep their address after the last valid answer while the name does not exist (NXDOMAIN). */
  nx: option(duration(0), { default: '30s', unit: 'ms', word: 'hold nx' }),
  /** How long servers keep their address after the last valid answer while name servers refuse to answer. */
  refused: option(duration(0), { default: '30s', unit: 'ms', word: 'hold refused' }),
  /** How long servers keep their address after the last valid answer while no name server answers. */
  timeout: option(duration(0), { default: '30s', unit: 'ms', word: 'hold timeout' }),
  /** How long servers keep their address after the last valid answer while answers are of no use in another way. */
  other: option(duration(0), { default: '30s', unit: 'ms', word: 'hold other' }),
  /** How long an address counts that valid answers no longer name. */
  obsolete: option(duration(0), { default: 0, unit: 'ms', word: 'hold obsolete' }),
}

export const resolversOptions = {
  /**
   * The name that a server's `resolvers` refers to.
   * @example name: 'dns'
   */
  name: required(name, { word: 'resolvers' }),
  /**
   * Addresses of the name servers, with a port if it is not 53. All are asked at once, and the first valid answer counts; without any, those of
   * /etc/resolv.conf are asked.
   * @example nameservers: ['10.0.0.2:53']
   */
  nameservers: option(listOf(nameserver, 'must be a list of addresses'), { default: [], word: 'nameserver' }),
  /** Asks the name servers of /etc/resolv.conf, too. */
  parseResolvConf: option(bool, { default: false, word: 'parse-resolv-conf' }),
  /** How often a name server that does not answer is asked before the resolution has failed. */
  resolveRetries: option(integer(1, 1000), { default: 3, word: 'resolve_retries' }),
  /**
   * How often names are resolved, and how long that may take.
   * @example timeouts: { resolve: '5s' }
   */
  timeouts: option(objectOf(resolversTimeoutsOptions), { default: {} }),
  /**
   * How long servers keep an address that the latest answer does not confirm.
   * @example hold: { nx: '10s', obsolete: '30s' }
   */
  hold: option(objectOf(holdOptions), { default: {} }),
}

export type ResolversInput = Written<typeof resolversOptions>

/** Milliseconds. */
export interface Hold {
  readonly nxMs: number
  readonly refusedMs: number
  readonly timeoutMs: number
  readonly otherMs: number
  readonly obsoleteMs: number
}

export interface Resolvers {
  readonly name: string
  readonly nameservers: readonly string[]
  readonly parseResolvConf: boolean
  readonly resolveRetries: number
  readonly resolveMs: number
  readonly retryMs: number
  readonly hold: Hold
}

export function resolveResolvers(input: ResolversInput, profile: Profile): Resolvers {
  const { timeouts, hold, ...values } = valuesOf(resolversOptions, input, profile)
  return {
    ...values,
    ...valuesOf(resolversTimeoutsOptions, timeouts, profile),
    hold: valuesOf(holdOptions, hold, profile),
  }
}

const PORT = 53

/** `ADDRESS:PORT`, with an IPv6 address in brackets; undefined: it is no address. */
export function nameserverOf(written: string): string | undefined {
  const [, host = written, port = PORT] = /^(\[.*\]|[^:]*):(\d{1,5})$/.exec(written) ?? []
  const address = parseAddress(withoutBrackets(host))
  if (!address || Number(port) < 1 || Number(port) > 65_535) return undefined
  return address.text.includes(':') ? `[${address.text}]:${port}` : `${address.text}:${port}`
}
