// How long a request waits for what. HAProxy: configuration manual 4.2 "timeout connect", "timeout server", "timeout queue", "timeout client".

import { duration } from '../fields.ts'
import { option, valuesOf } from '../option.ts'
import type { Profile, Written } from '../option.ts'

export const timeoutsOptions = {
  /** How long a server may take to accept a connection, and how long to wait before trying it again, up to a second. */
  connect: option(duration(10), { default: '5s', unit: 'ms', word: 'timeout connect' }),
  /** How long a server may take until the headers of its response are there; the body may take longer. */
  server: option(duration(10), { default: '60s', unit: 'ms', word: 'timeout server' }),
  /**
   * How long a request waits for a free slot of a server with `maxconn` before it gets a 503.
   * @default as `connect`
   */
  queue: option(duration(10), { unit: 'ms', word: 'timeout queue' }),
}

export const frontendTimeoutsOptions = {
  /**
   * How long a client may take to send a body of at most `replayBodyBytes`, with a second more for each 4 KB, before it gets a 408. The
   * backend's `timeouts.server` counts in the same way; it alone limits larger bodies.
   * @example client: '10s'
   */
  client: option(duration(1), { default: null, unit: 'ms', word: 'timeout client' }),
}

export interface FrontendTimeouts {
  /** For a body that is held, besides what its size needs; null: the backend's `timeoutServerMs`. */
  readonly timeoutClientMs: number | null
}

export function resolveFrontendTimeouts(
  input: Written<typeof frontendTimeoutsOptions>,
  profile: Profile,
): FrontendTimeouts {
  return { timeoutClientMs: valuesOf(frontendTimeoutsOptions, input, profile).clientMs }
}

export interface Timeouts {
  readonly timeoutConnectMs: number
  /** How long a request waits for a slot. */
  readonly timeoutQueueMs: number
  /** Until the response's headers. */
  readonly timeoutServerMs: number
}

export function resolveTimeouts(input: Written<typeof timeoutsOptions>, profile: Profile): Timeouts {
  const { connectMs, queueMs = connectMs, serverMs } = valuesOf(timeoutsOptions, input, profile)
  return { timeoutConnectMs: connectMs, timeoutQueueMs: queueMs, timeoutServerMs: serverMs }
}
