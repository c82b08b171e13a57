// What the journey of a request is handed by the platform. Built in cloudflare/ only.

import type { Server } from '../config/config.ts'
import type { Lifetime } from '../lifetime.ts'
import type { Captured } from '../rules/captures.ts'
import type { StickTrace } from './persist/stick.ts'

export interface Outgoing {
  /** The client's own URL, as rules left it; `send` decides which host it goes to. */
  readonly url: URL
  /** The Host that the client asked for, where rules have changed that of `url`. */
  readonly askedHost?: string | undefined
  readonly method: string
  readonly headers: Headers
  readonly body: ReadableStream | ArrayBuffer | null
  /** Whether the origin shall see the client's Host or its own name. */
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

export interface ProxyPorts {
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

/** What only HAProxy's line has; a query may hold secrets. */
export interface WireLog {
  /** 0 where it is not known. */
  readonly clientPort: number
  /** With its `?`, or ''. */
  readonly query: string
  /** The client's connection had TLS, whatever a proxy before us had. */
  readonly isTls: boolean
  /** HTTP/1.1, HTTP/2 ... */
  readonly protocol: string
  /** A server's answer, not one of our own. */
  readonly isAnswered: boolean
}

/** One line per request. */
export interface RequestLog {
  readonly wire: WireLog
  readonly time: string
  readonly client: string
  readonly method: string
  readonly host: string
  readonly path: string
  readonly frontend: string | null
  readonly backend: string | null
  readonly server: string | null
  /** HAProxy's two cookie letters, such as `VN`; `--` without a cookie. */
  readonly verdict: string
  readonly status: number
  /** HAProxy's first two letters: who ended it, and in which phase; `--` when all went well (manual 8.5). */
  readonly termination: string
  /** Content-Length of the response, or 0. */
  readonly bytes: number
  readonly retries: number
  readonly redispatches: number
  /** Where the frontend has a `uniqueId`. */
  readonly uniqueId?: string
  /** What `captures` asks for. */
  readonly captured?: Captured
  /** Which table, key, verdict and operation, for each stick rule that came to something. */
  readonly stick?: readonly StickTrace[]
  /** How long it waited for a slot, how long the last server took until its headers, and all of it. */
  readonly queueMs: number
  readonly responseMs: number
  readonly durationMs: number
  /** Cloudflare's data centre and its name of the request; absent under serve. */
  readonly colo?: string
  readonly ray?: string
}
