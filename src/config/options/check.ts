// Health checks of a backend's servers: when, how and where. What is asked and answered is in exchange.ts. HAProxy: configuration
// manual 4.2 "option httpchk", "http-check disable-on-404", "http-check send-state", 5.2 "inter", "rise", "fall", "addr", "port".

import * as v from 'valibot'

import { BRACKETED } from '../brackets.ts'
import { bool, duration, integer, listOf, oneOf, statusRange, text } from '../fields.ts'
import { objectOf, option, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { exchangeOptions, resolveExchange } from './exchange.ts'
import type { Exchange } from './exchange.ts'

export const host = v.pipe(
  text,
  v.regex(new RegExp(`^([A-Za-z0-9._-]+|${BRACKETED})$`), 'must be a host name or an address'),
)

/** What one server's checks may have of their own, and a backend's for all its servers. */
export const serverCheckOptions = {
  /** Time between two checks of a server. */
  inter: option(duration(100), { default: '2s', unit: 'ms', word: 'inter' }),
  /**
   * Time between two checks of a server in between: up, but it failed the last check, or down, but it passed it.
   * @example fastinter: '500ms'
   * @default as `inter`
   */
  fastinter: option(duration(100), { unit: 'ms', word: 'fastinter' }),
  /**
   * Time between two checks of a server that is down.
   * @example downinter: '10s'
   * @default as `inter`
   */
  downinter: option(duration(100), { unit: 'ms', word: 'downinter' }),
  /** How many checks in a row a server that is down has to pass before it is up. */
  rise: option(integer(1, 1000), { default: 2, word: 'rise' }),
  /** How many checks in a row a server that is up has to fail before it is down. */
  fall: option(integer(1, 1000), { default: 3, word: 'fall' }),
  /**
   * Host to check in place of the one that requests go to.
   * @example addr: '10.0.0.9'
   */
  addr: option(host, { default: null, word: 'addr' }),
  /**
   * Port to check in place of the one that requests go to.
   * @example port: 8081
   */
  port: option(integer(1, 65_535), { default: null, word: 'port' }),
  /**
   * How servers are checked on Cloudflare: by `fetch`, as requests are sent, or by a `socket` of the check's own, which comes from
   * addresses outside Cloudflare's published ranges and does not reach names that Cloudflare proxies. `limpet serve` always uses
   * sockets.
   */
  by: option(oneOf(['fetch', 'socket']), { default: 'fetch' }),
}

export const serverCheck = objectOf(serverCheckOptions)
export type ServerCheckInput = Written<typeof serverCheckOptions>

export const checkOptions = {
  /** What is checked: `http` sends requests and judges the answers, `tcp` only opens a connection. */
  type: option(oneOf(['http', 'tcp']), { default: 'http', word: 'option httpchk' }),
  ...exchangeOptions,
  /**
   * Status that the answer must have, or ranges of them: short for `expect: { status }`.
   * @example expectStatus: 200
   */
  expectStatus: option(statusRange, { default: null, word: 'http-check expect status' }),
  /**
   * Several requests, one after the other, each on a connection of its own; all must pass. They replace the one request above.
   * @example steps: [{ uri: '/ready' }, { uri: '/version', expect: { rstring: '^2[.]' } }]
   */
  steps: option(listOf(objectOf(exchangeOptions), 'must be a list of requests, each with its expectations'), {
    default: null,
  }),
  /** Lets a server leave without losing clients: while it answers 404 it keeps the clients it has and gets no new ones. */
  disableOn404: option(bool, { default: false, word: 'http-check disable-on-404' }),
  /** Tells the server with each check how it is judged, in the header `X-Haproxy-Server-State`. */
  sendState: option(bool, { default: false, word: 'http-check send-state' }),
  ...serverCheckOptions,
  /**
   * How long a check may take.
   * @example timeout: '1s'
   * @default as `inter`
   */
  timeout: option(duration(10), { unit: 'ms', word: 'timeout check' }),
}

export type CheckInput = Written<typeof checkOptions>

type CheckValues = Values<typeof checkOptions>

/** `type: tcp`: by fetch, which cannot just connect, any answer is enough. */
export interface CheckConfig extends Pick<
  CheckValues,
  'type' | 'addr' | 'port' | 'by' | 'disableOn404' | 'sendState' | 'interMs' | 'rise' | 'fall'
> {
  /** One after the other, each on a connection of its own; all must pass. */
  readonly exchanges: readonly Exchange[]
  readonly fastinterMs: number
  readonly downinterMs: number
  readonly timeoutMs: number
}

type SwitchOr<T> = T | boolean | undefined

/** A server's own numbers come before its backend's. */
export function resolveCheck(
  own: SwitchOr<ServerCheckInput>,
  shared: SwitchOr<CheckInput>,
  profile: Profile,
): CheckConfig | null {
  const isWanted = own === undefined ? shared !== undefined && shared !== false : own !== false
  if (!isWanted) return null
  const input: CheckInput = {
    ...(typeof shared === 'object' ? shared : {}),
    ...(typeof own === 'object' ? own : {}),
  }
  const { type, addr, port, by, disableOn404, sendState, interMs, rise, fall, ...values } = valuesOf(
    checkOptions,
    input,
    profile,
  )
  return {
    type,
    addr,
    port,
    by,
    disableOn404,
    sendState,
    interMs,
    rise,
    fall,
    exchanges: (values.steps ?? [input]).map((step) => resolveExchange(step, values.expectStatus, profile)),
    fastinterMs: values.fastinterMs ?? interMs,
    downinterMs: values.downinterMs ?? interMs,
    timeoutMs: values.timeoutMs ?? interMs,
  }
}
