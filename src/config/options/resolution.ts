// How a server's name becomes an address under `limpet serve`. HAProxy: configuration manual 5.2 "resolvers", "init-addr" and what begins with
// "resolve-".

import * as v from 'valibot'

import { oneOf, text } from '../fields.ts'
import { isIpLiteral, isNetwork } from '../network.ts'
import { option, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { parseTemplate } from '../server-template.ts'

const INIT = new Set(['last', 'libc', 'none'])
const OPTS = new Set(['allow-dup-ip', 'ignore-weight', 'prevent-dup-ip'])

/** Parts with commas between them, as in haproxy.cfg. */
function parts(isAllowed: (part: string) => boolean, message: string) {
  return v.pipe(
    v.string('must be a string'),
    v.check((value) => partsOf(value).every(isAllowed), message),
  )
}

function partsOf(value: string): readonly string[] {
  return value.split(',').filter((part) => part !== '')
}

export const resolutionOptions = {
  /**
   * Makes so many servers of this one, or those numbered `N-M`, under `limpet serve` alone: each has its number behind `name` and `cookie` and,
   * with `resolvers`, an address of its own, or is in maintenance.
   * @example template: '1-5'
   */
  template: option(
    v.pipe(
      v.union([v.number(), v.string()], "must be a number of servers, or a range of numbers such as '1-5'"),
      v.check((value) => parseTemplate(value) !== undefined, "must be from 1 to 1000 servers, such as 5 or '2-5'"),
    ),
    { default: null, word: 'server-template' },
  ),
  /**
   * Name of the `resolvers` that `limpet serve` asks for the host of `url` while it runs; `default` are the system's. A host that begins with `_`
   * has SRV records, which also say ports and weights.
   * @example resolvers: 'dns'
   */
  resolvers: option(text, { default: null, word: 'resolvers' }),
  /** The family of addresses that is asked for first; the other one counts if there is none of it. */
  resolvePrefer: option(oneOf(['ipv6', 'ipv4']), { default: 'ipv6', word: 'resolve-prefer' }),
  /**
   * Networks whose addresses are preferred, with commas between them.
   * @example resolveNet: '10.0.0.0/8'
   */
  resolveNet: option(
    parts((part) => isNetwork(part), "must be networks such as '10.0.0.0/8', with commas between them"),
    { default: '', word: 'resolve-net' },
  ),
  /**
   * With `allow-dup-ip`, servers of a backend may have the same address of a name; with `ignore-weight`, the weights of SRV records do not count.
   * @example resolveOpts: 'allow-dup-ip,ignore-weight'
   */
  resolveOpts: option(
    parts((part) => OPTS.has(part), 'must be allow-dup-ip, ignore-weight or prevent-dup-ip, with commas between them'),
    { default: '', word: 'resolve-opts' },
  ),
  /**
   * What gives a server with `resolvers` an address at the start as long as name servers have not, in order: the one that it had `last`, the
   * system (`libc`), `none`, or an address.
   * @example initAddr: 'last,libc,none'
   */
  initAddr: option(
    parts(
      (part) => INIT.has(part) || isIpLiteral(part),
      'must be last, libc, none or an address, with commas between them',
    ),
    { default: 'last,libc,none', word: 'init-addr' },
  ),
}

export type ResolutionValues = Values<typeof resolutionOptions>

/** Of a server whose name is resolved. */
export interface Resolution {
  /** Their name. */
  readonly resolvers: string
  /** What they are asked for: a host, or the name of SRV records. */
  readonly name: string
  /** It is the name of SRV records. */
  readonly isOfRecords: boolean
  readonly prefer: 'ipv4' | 'ipv6'
  readonly networks: readonly string[]
  readonly allowsDuplicates: boolean
  readonly ignoresWeight: boolean
  readonly initAddr: readonly string[]
  /** The host whose address it is; null: SRV records have not named one. */
  readonly fqdn: string | null
  /** It has an address. Without one it gets no request. */
  readonly isResolved: boolean
}

/** Null: its name is left to the platform. */
export function resolveResolution(
  input: Written<typeof resolutionOptions>,
  hostname: string,
  profile: Profile,
): Resolution | null {
  const { resolvers, resolvePrefer, resolveNet, resolveOpts, initAddr } = valuesOf(resolutionOptions, input, profile)
  if (resolvers === null || isIpLiteral(hostname)) return null
  const opts = partsOf(resolveOpts)
  return {
    resolvers,
    name: hostname,
    isOfRecords: hasRecords(hostname),
    prefer: resolvePrefer,
    networks: partsOf(resolveNet),
    allowsDuplicates: opts.findLast((each) => each !== 'ignore-weight') === 'allow-dup-ip',
    ignoresWeight: opts.includes('ignore-weight'),
    initAddr: partsOf(initAddr),
    fqdn: hasRecords(hostname) ? null : hostname,
    isResolved: true,
  }
}

/** Whether it is the name of SRV records. */
export function hasRecords(name: string): boolean {
  return name.startsWith('_')
}
