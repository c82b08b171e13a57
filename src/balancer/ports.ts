// What the balancer is handed by whoever runs it. Built in cloudflare/, and in tests.

import type { Backend, Server } from '../config/config.ts'
import type { Frontend } from '../config/options/frontend.ts'
import type { StatsConfig } from '../config/options/stats.ts'
import type { Throttle } from '../credentials/throttle.ts'
import type { Limit } from '../flow/limit.ts'
import type { Fields } from '../http/fields.ts'
import type { Target } from '../http/target.ts'
import type { Lifetime } from '../lifetime.ts'
import type { CookieKeys } from '../persistence/sealed.ts'
import type { Transaction } from '../rules/transaction.ts'
import type { View } from '../rules/view.ts'
import type { NamedTable } from './persist/stick-rules.ts'
import type { RequestLog } from './record/request-log.ts'

/** One attempt. */
export interface Outgoing {
  /** As rules left it; `send` decides which host it goes to. */
  readonly target: Target
  /** That the client asked for; rules may have changed that of `target`. */
  readonly askedHost: string
  readonly method: string
  readonly headers: Fields
  readonly body: ReadableStream | ArrayBuffer | null
  /** Whether the server shall see the client's Host or its own name. */
  readonly host: 'client' | 'server'
}

/** `silent`: neither opened nor refused in time. */
export type Opening = 'opens' | 'refused' | 'silent'

/** How a body ended. */
export interface BodyEnd {
  /** Undefined: nobody has counted. */
  readonly bytes: number | undefined
  readonly isWhole: boolean
}

/** A response whose end is seen. */
export interface Watched {
  readonly response: Response
  /** Ends it now. */
  cut(): void
  /** So far, where bytes are counted; else 0. */
  passedBytes(): number
}

/** What a request asks for on its way. */
export interface RequestPorts {
  /** One attempt. Redirects are not followed. Rejects when no response came. */
  send(server: Server, outgoing: Outgoing): Promise<Response>
  /** What comes of opening a connection; absent where the platform does not let one ask. */
  readonly probe?: ((server: Server, timeoutMs: number) => Promise<Opening>) | undefined
  /** The same response; `onEnd` is called once when its body has ended. Not for WebSockets. */
  whenEnded(response: Response, onEnd: (how: BodyEnd) => void): Watched
  /**
   * The same for the answer that opens a WebSocket (101). `mustRelay`: so that it can be cut off.
   * Undefined: the socket passes through, and nobody learns when it closes.
   */
  whenClosed(response: Response, onEnd: () => void, mustRelay: boolean): Watched | undefined
  /** Whether bodies are counted as they pass (`countBytes`). */
  readonly countsBytes: boolean
  /** Whether 520-530 may have been made by the platform, and a Location may name a server. */
  readonly onCloudflare: boolean
  /** Tells the Monitor that `observe` has seen a server's limit of errors. */
  report(backend: string, server: string): Promise<void>
  /** A header of a backend was not changed: that would have lost bytes; of `host`, what rules made of it is none. */
  leftAlone?(backend: string, header: 'cookie' | 'set-cookie' | 'host'): void
  /** Cloudflare's answer to an attempt may mean that this Worker's own name was asked for. */
  noteUnreached?(server: Server, outgoing: Outgoing): void
  /** Told of each client that goes to a backend; absent where no backend goes by addresses. */
  readonly noticeClient?: ((backend: string, address: string) => void) | undefined
  /** Unix milliseconds. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  log(line: RequestLog, lifetime: Lifetime): void
}

/** What has a `maxconn`. */
export type Limited = { readonly backend: Backend; readonly server: Server } | { readonly frontend: Frontend }

/** A statistics page at a path of a frontend or backend. */
export interface StatsPage {
  matches(target: Target): boolean
  answer(request: Request, transaction: Transaction, view: View): Promise<Response>
}

export interface BalancerPorts extends RequestPorts {
  /** Of cookies; empty: none is sealed. */
  readonly cookieKeys: CookieKeys
  /** By backend. */
  readonly tables: ReadonlyMap<string, NamedTable>
  /** The slots of one `maxconn`. `onAnswer`: there may be some for whoever waits. */
  limit(limited: Limited, max: number, onAnswer: () => void): Limit
  pageOf(stats: StatsConfig): StatsPage
  /** Of all guesses of passwords and tokens. */
  readonly throttle: Throttle
  /** By which requests that come back are known; undefined: nobody looks. */
  readonly passagesToken: string | undefined
  /** The turns of rotating policies begin anywhere: many isolates, each with a few requests, would all begin at the first server. */
  readonly startsAtRandom: boolean
}
