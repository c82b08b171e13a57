// The configuration as every other room reads it: complete, in base units, with no default left open.
// What the operator may write is in schema.ts; how one becomes the other is in resolve.ts.

import type { Sample, Template } from './sample.ts'

/** Which column of the table of defaults (defaults.ts) fills in what is not written. */
export type Profile = 'limpet' | 'haproxy'

export interface Config {
  readonly profile: Profile
  readonly admin: { readonly path: string }
  readonly log: 'json' | 'off'
  /** How old an isolate's view of the servers may grow before it is refreshed. Null: 1 s under serve, 10 s on Cloudflare. */
  readonly snapshotRefreshMs: number | null
  readonly frontends: readonly Frontend[]
  readonly backends: readonly Backend[]
}

export interface Frontend {
  readonly name: string
  readonly bind: readonly Bind[]
  readonly scheme: 'http' | 'https' | 'any'
  /** Lower-case host names, `*.example.com` for any name below one. Empty: every host. */
  readonly hosts: readonly string[]
  readonly rules: readonly Rule[]
  readonly responseRules: readonly ResponseRule[]
  readonly defaultBackend: string | null
  readonly forwardfor: ForwardFor | null
  /** Set X-Forwarded-Proto, -Host and -Port for the origin. */
  readonly xForwarded: boolean
  /** Drop what an untrusted client sent as X-Forwarded-*, Forwarded and X-Real-IP. */
  readonly dropForwarded: boolean
  /** Networks in CIDR form whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[]
}

export interface Bind {
  readonly address: string
  readonly port: number
  /** TLS under serve: a PEM file with certificate and key. Null: plain HTTP. On Cloudflare TLS is the platform's. */
  readonly crt: string | null
}

export interface ForwardFor {
  /** Clients in these networks get no header. */
  readonly except: readonly string[]
  readonly header: string
  /** Only when the request has no such header yet. */
  readonly ifNone: boolean
}

export interface Rule {
  readonly if: Condition | null
  readonly do: Action
}

/** What becomes of a response's headers. */
export interface ResponseRule {
  readonly if: Condition | null
  readonly do: HeaderAction
}

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly host: readonly string[] }
  | { readonly path: readonly string[] }
  | { readonly pathBeg: readonly string[] }
  | { readonly pathEnd: readonly string[] }
  | { readonly method: readonly string[] }
  | { readonly scheme: 'http' | 'https' }
  | { readonly src: readonly string[] }
  | { readonly hdr: { readonly name: string; readonly value: readonly string[] | null } }
  | {
      readonly sample: Sample
      readonly match: MatchMethod
      readonly values: readonly string[]
      readonly ignoreCase: boolean
    }

export type MatchMethod = 'str' | 'beg' | 'end' | 'sub' | 'dir' | 'dom' | 'reg' | 'ip' | 'int' | 'found' | 'bool'

/** Ends the rules: where the request goes, or what it is answered. */
export type FinalAction =
  | { readonly useBackend: string }
  | { readonly redirectScheme: { readonly scheme: 'http' | 'https'; readonly code: 301 | 302 | 303 | 307 | 308 } }
  | { readonly redirect: { readonly location?: Template; readonly prefix?: Template; readonly code: number } }
  | { readonly deny: { readonly status: number } }
  | { readonly return: { readonly status: number; readonly contentType: string; readonly body: string } }

/** Changes the request's headers, and the rules go on. */
export type HeaderAction =
  | { readonly setHeader: { readonly name: string; readonly value: Template } }
  | { readonly addHeader: { readonly name: string; readonly value: Template } }
  | { readonly delHeader: string }
  | { readonly replaceHeader: { readonly name: string } & Replacement }

/** A value that matches becomes `with`, in which `\\1` is the first group (HAProxy: "replace-header"). */
export interface Replacement {
  readonly match: string
  readonly with: string
}

/** Changes the path that later rules, hashing and the origin see; the query stays. */
export type PathAction = { readonly setPath: Template } | { readonly replacePath: Replacement }

export type Action = FinalAction | HeaderAction | PathAction

export interface Backend {
  readonly name: string
  readonly servers: readonly Server[]
  readonly balance: Balance
  /** How `source`, `uri`, `url_param`, `hdr` and `hash` find a server for a key. */
  readonly hashType: 'rendezvous' | 'map-based'
  readonly allbackups: boolean
  /** After the frontend's. */
  readonly rules: readonly Rule[]
  /** Before the frontend's. */
  readonly responseRules: readonly ResponseRule[]
  /** In place of the frontend's; null: the frontend's counts. */
  readonly forwardfor: ForwardFor | null
  readonly cookie: CookieConfig | null
  /** HAProxy's `option persist`: a client is sent to the server it belongs to even when that one is down. */
  readonly persist: boolean
  /** HAProxy's `force-persist` and `ignore-persist`: the first whose condition holds counts. */
  readonly persistRules: readonly { readonly if: Condition | null; readonly do: 'force' | 'ignore' }[]
  /** HAProxy's `use-server`: before any cookie; a server that is down is passed over. */
  readonly useServer: readonly { readonly if: Condition | null; readonly server: string }[]
  /** Further attempts after the first. */
  readonly retries: number
  /** HAProxy's interval: 0 never, n > 0 at every nth retry, -1 at the last retry only. */
  readonly redispatch: number
  /** Which methods may be sent again although the first copy may have been processed. */
  readonly retryMethods: 'idempotent' | 'all'
  /** A request body of known length up to this many bytes is held so that it can be sent again. */
  readonly replayBodyBytes: number
  readonly timeoutConnectMs: number
  /** Until the response's headers. */
  readonly timeoutServerMs: number
  readonly check: CheckConfig | null
  /** Which name the origin sees as Host. `serve` always sends the client's. */
  readonly host: 'client' | 'server'
  /** Prefix length of an IPv6 source address that counts as one client for hashing: 64, or 128 for the full address. */
  readonly ipv6PrefixLength: number
}

export interface Server {
  readonly name: string
  /** `http://host:port` or `https://host:port`, no path. */
  readonly origin: string
  readonly hostname: string
  readonly port: number
  readonly tls: boolean
  readonly weight: number
  readonly backup: boolean
  /** The cookie's value for this server; null: no cookie ever names it. */
  readonly cookie: string | null
  /** Free slots per isolate, read by `balance: 'first'`. */
  readonly maxconn: number | null
  readonly state: AdminState
  /** False: believed up, never asked. */
  readonly checked: boolean
}

export type AdminState = 'ready' | 'drain' | 'maint'
export type HealthState = 'up' | 'down' | 'starting' | 'nolb'

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
  | { readonly policy: 'url_param'; readonly name: string }
  | { readonly policy: 'hdr'; readonly name: string }
  | { readonly policy: 'cookie'; readonly name: string }

export type CookieFormat = 'sealed' | 'haproxy'

/** Which of them writes: `insert` the balancer; `prefix` and `rewrite` change the origin's own; `passive` nobody. */
export type CookieMode = 'insert' | 'prefix' | 'rewrite' | 'passive'

export interface CookieConfig {
  readonly name: string
  readonly mode: CookieMode
  readonly format: CookieFormat
  /** Every format that is understood; includes `format`. */
  readonly accept: readonly CookieFormat[]
  readonly indirect: boolean
  readonly nocache: boolean
  readonly postonly: boolean
  readonly preserve: boolean
  readonly httponly: boolean
  /** 'auto': when the client came by https. */
  readonly secure: boolean | 'auto'
  readonly domain: readonly string[]
  readonly attr: readonly string[]
  readonly maxidleS: number | null
  readonly maxlifeS: number | null
}

export interface CheckConfig {
  /** `tcp`: a connection that opens is enough. By fetch, which cannot just connect, any answer is. */
  readonly type: 'http' | 'tcp'
  readonly method: string
  readonly uri: string
  readonly version: '1.0' | '1.1'
  /** The Host header; null: none under HTTP/1.0, the server's own name under 1.1. */
  readonly host: string | null
  /** Inclusive ranges of status codes that mean alive. */
  readonly expectStatus: readonly (readonly [number, number])[]
  readonly interMs: number
  readonly fastinterMs: number
  readonly downinterMs: number
  readonly rise: number
  readonly fall: number
  readonly timeoutMs: number
}
