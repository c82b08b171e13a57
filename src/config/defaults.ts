// What an unwritten option means. One table, two columns: HAProxy 2.6 for a translated haproxy.cfg,
// Limpet's own for a limpet.config.ts. A row is an option an operator can write; resolve.ts is the only reader.
// Where the columns differ, `why` says what Limpet gains by leaving HAProxy's default.

import type { Profile } from './option.ts'
import type { RetryReason } from './retry-on.ts'

interface Row<T> {
  readonly limpet: T
  readonly haproxy: T
  readonly why?: string
}

const row = <T>(limpet: T, haproxy: T, why: string): Row<T> => ({ limpet, haproxy, why })
const same = <T>(value: T): Row<T> => ({ limpet: value, haproxy: value })

export const DEFAULTS = {
  'backend.balance': same<string>('roundrobin'),
  'backend.hashType': row<'rendezvous' | 'map-based' | 'consistent'>(
    'rendezvous',
    'map-based',
    'a server that leaves moves its own clients only',
  ),
  'backend.allbackups': same<boolean>(false),
  'backend.retries': same<number>(3),
  'backend.redispatch': row<number>(1, 0, 'a dead server costs its clients nothing but their session'),
  'backend.retryOn': row<readonly RetryReason[]>(
    ['conn-failure', 'empty-response', 'junk-response'],
    ['conn-failure'],
    'a server that dies in the middle of a request costs nobody an error page',
  ),
  'backend.ejection': row<boolean>(true, false, 'a dead server is asked by few, before any check has seen it'),
  'backend.retryBudget': row<number | null>(0.2, null, 'an outage is not multiplied'),
  'backend.turnAroundAlone': row<boolean>(false, true, 'who can be served elsewhere does not wait'),
  'backend.retryMethods': row<'idempotent' | 'all'>(
    'idempotent',
    'idempotent',
    'HAProxy retries any method, but only before it was sent; fetch does not say whether it was',
  ),
  'backend.replayBodyBytes': same<number>(65_536),
  'backend.timeoutConnectMs': same<number>(5_000),
  'backend.timeoutServerMs': same<number>(60_000),
  'backend.host': same<'client' | 'server'>('server'),
  'backend.ipv6PrefixLength': row<number>(64, 128, 'one household is one client, whatever address it uses today'),
  'backend.onDown': same<'redispatch' | 503 | 404>('redispatch'),
} as const satisfies Record<string, Row<unknown>>

export type DefaultName = keyof typeof DEFAULTS
type ValueOf<N extends DefaultName> = (typeof DEFAULTS)[N] extends Row<infer T> ? T : never

/** The value of an option that was not written. */
export function defaultOf<N extends DefaultName>(profile: Profile, name: N): ValueOf<N> {
  return DEFAULTS[name][profile] as ValueOf<N>
}
