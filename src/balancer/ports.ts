// What each request is handed from outside: how to send, to watch, to tell. balancer-ports.ts has the rest.

import type { Server } from '../config/config.ts'
import type { Fields } from '../http/fields.ts'
import type { Target } from '../http/target.ts'
import type { Lifetime } from '../lifetime.ts'
import type { RequestLog } from './record/request-log.ts'

/** One attempt. */
export interface Outgoing {
  /** As rules left it; `send` decides which host it goes to. */
  readonly target: Target
  /** The Host that the client asked for; rules may have changed the one in `target`. */
  readonly askedHost: string
  readonly method: string
  readonly headers: Fields
  readonly body: ReadableStream | ArrayBuffer | null
  /** Whether the server sees the client's Host or its own name. */
  readonly host: 'client' | 'server'
  /** What rules say in place of the backend's `timeouts.server`; undefined: nothing. */
  readonly timeoutServerMs: number | undefined
}

/** `silent`: neither opened nor refused in time. */
export type Opening = 'opens' | 'refused' | 'silent'

/** How a body ended. */
export interface BodyEnd {
  /** Undefined: bytes were not counted. */
  readonly bytes: number | undefined
  readonly isWhole: boolean
}

/** A response whose end is observed. */
export interface Watched {
  readonly response: Response
  /** Ends it now. */
  cut(): void
  /** So far, if bytes are counted; otherwise 0. */
  passedBytes(): number
}

/** The ports used by each request. */
export interface RequestPorts {
  /** One attempt. Redirects are not followed. Rejects when no response came. */
  send(server: Server, outgoing: Outgoing): Promise<Response>
  /** Tries to open a connection; absent where the platform has no way to. */
  readonly probe?: ((server: Server, timeoutMs: number) => Promise<Opening>) | undefined
  /** The same response; `onEnd` is called once when its body has ended. Not for WebSockets. */
  whenEnded(response: Response, onEnd: (how: BodyEnd) => void): Watched
  /**
   * The same for the answer that opens a WebSocket (101). `mustRelay`: so that it can be cut off.
   * Undefined: the socket passes through, and its end is not observed.
   */
  whenClosed(response: Response, onEnd: () => void, mustRelay: boolean): Watched | undefined
  /** Whether bodies are counted as they pass (`countBytes`). */
  readonly countsBytes: boolean
  /** Whether 520-530 may have been made by the platform, and a Location may name a server. */
  readonly onCloudflare: boolean
  /** Tells the Monitor that `observe` has seen a server's limit of errors. */
  report(backend: string, server: string): Promise<void>
  /** A backend's header was not changed because that would have lost bytes; for `host`, because rules made it unusable. */
  leftAlone?(backend: string, header: 'cookie' | 'set-cookie' | 'host'): void
  /** Cloudflare's answer to an attempt may mean that this Worker's own name was asked for. */
  noteUnreached?(server: Server, outgoing: Outgoing): void
  /** Called with each client of a backend; absent if no backend goes by addresses. */
  readonly noticeClient?: ((backend: string, address: string) => void) | undefined
  /** Unix milliseconds. */
  now(): number
  /** Uniform in [0, 1). */
  random(): number
  log(line: RequestLog, lifetime: Lifetime): void
}
