// What `limpet explain --json` prints. Keys and words are documented in docs/explain.md and stay: programs read them. Times are ISO 8601
// texts, null where there is none.

import type { CookieFormat, CookieMode } from '../config/config.ts'
import type { Verdict } from '../persistence/recall.ts'
import type { StickTrace } from '../balancer/journey.ts'
import type { ReleaseWord } from '../health/release-change.ts'
import type { ReleaseBy } from '../releases/choose.ts'
import type { Kind } from '../releases/kind.ts'
import type { PinVerdict } from '../releases/recall-pin.ts'
import type { PassedOver } from '../balancer/watch.ts'

export interface Explanation {
  readonly request: {
    readonly method: string
    readonly url: string
    /** The client's address, as trusted proxies report it; '' when unknown. */
    readonly client: string
    /** Who connects: the client, or the last proxy before Limpet. */
    readonly peer: string
    readonly at: string
  }
  /** Null: none takes the request. */
  readonly frontend: string | null
  /** Those before it that do not take it. */
  readonly passedOver: readonly { readonly frontend: string; readonly why: PassedOver }[]
  /** In the order in which they were met. */
  readonly rules: readonly MetRule[]
  /** Null: the request comes to none. */
  readonly backend: string | null
  /** Null: the backend has none, or the request does not come to one. */
  readonly cookie: CookieReading | null
  readonly stick: readonly StickLookUp[]
  /** Null: the backend has none, or the request does not come to one. */
  readonly release: ReleaseReading | null
  /** The backend's, in the order of the configuration. */
  readonly servers: readonly ServerReading[]
  /** Null: the request comes to no backend. */
  readonly choice: Choice | null
  /** What each server would get, in order; more than one only where `refusing` makes an attempt fail. */
  readonly attempts: readonly Attempt[]
  readonly answer: {
    /** Null: that of the statistics page, which has its own login. */
    readonly status: number | null
    /** `server`: its own, assumed to be a 200 without headers; `statistics`: the statistics page. */
    readonly by: 'server' | 'limpet' | 'statistics'
    /** What Limpet writes or changes. */
    readonly headers: readonly HeaderLine[]
    /** HAProxy's letters in the log. */
    readonly verdict: string
    readonly termination: string
  }
}

export type HeaderLine = readonly [name: string, value: string]

export type RuleKind = 'rule' | 'response-rule' | 'persist' | 'use-server' | 'use-release' | 'stick'

export interface MetRule {
  readonly kind: RuleKind
  /** `frontend www` or `backend app`. */
  readonly section: string
  /** Where it is in the configuration as it was resolved: `['frontends', 0, 'rules', 2]`. */
  readonly keys: readonly (string | number)[]
  /** In words; null: it has none and always applies. */
  readonly condition: string | null
  readonly holds: boolean
  /** The parts of the condition that decided, with what was found in the request. */
  readonly because: readonly Reason[]
  /** What it does, in words. */
  readonly action: string
  /** What it changed of the request (of the response, for a `response-rule`), in words; empty: nothing. */
  readonly changes: readonly string[]
}

export interface Reason {
  readonly condition: string
  readonly holds: boolean
  readonly found: readonly string[]
}

export interface CookieReading {
  readonly name: string
  readonly mode: CookieMode
  /** What all cookies with the name came to. */
  readonly verdict: Verdict
  /** Each, in the order of the header; those with names of `formerly` come last. */
  readonly found: readonly ReadCookie[]
}

export type CookieProblem =
  /** Not a value that Limpet or HAProxy writes. */
  | 'malformed'
  /** Of a format that the backend does not accept. */
  | 'other-format'
  /** Signed for this backend by one of the keys, for a server that it does not have. */
  | 'unknown-server'
  /** Of another backend, or of another cookie's name. */
  | 'other-backend'
  /** It names a server of the backend, but its signature is wrong. */
  | 'forged'
  /** None of the keys has signed it: it was written with another key, or forged. */
  | 'other-key'
  /** No key is known here, so its signature says nothing. */
  | 'no-key'

export interface ReadCookie {
  readonly name: string
  readonly value: string
  /** Null: of none. */
  readonly format: CookieFormat | null
  readonly verdict: Verdict
  /** Null: it can be read. */
  readonly problem: CookieProblem | null
  /** What it names, even if it is not valid; null: not known. */
  readonly backend: string | null
  readonly server: string | null
  /** Which of the keys has signed it, from 1; null: none, or it has no signature. */
  readonly key: number | null
  readonly keys: number
  /** When it was written, and when the client first came; null: it does not say. */
  readonly written: string | null
  readonly firstSeen: string | null
  /** By maxidle and maxlife; null: it does not end. */
  readonly validUntil: string | null
}

export interface StickLookUp {
  readonly table: string
  /** What the rule's sample came to. */
  readonly value: string
  /** The same as the table stores it: hashed, unless `hashKeys` is off. */
  readonly key: string
  readonly verdict: StickTrace['verdict']
  /** Of the table's entry; null: there is none. */
  readonly server: string | null
}

export interface ReleaseReading {
  /** What the request is to a release. */
  readonly kind: Kind
  /** What its pin is worth; `no-key`: no key is known here, so nobody can tell. */
  readonly pin: PinVerdict | 'no-key'
  /** Null: none serves it. */
  readonly name: string | null
  /** Who decided; null: an answer came before. */
  readonly by: ReleaseBy | null
  /** What the client's next document is drawn from, if nothing keeps it; null: nothing asked. */
  readonly arm: string | null
  /** Of all releases, in the order of the list. */
  readonly states: readonly {
    readonly release: string
    readonly state: ReleaseWord
    /** Of the clients, from 0 to 1; null: it gets no new documents. */
    readonly share: number | null
  }[]
}

export type LeftOut = 'down' | 'drain' | 'maint' | 'nolb' | 'weight' | 'backup' | 'full' | 'release'

export interface ServerReading {
  readonly server: string
  /** Null: it has none. */
  readonly release: string | null
  /** In HAProxy's word for it. */
  readonly state: string
  readonly weight: number
  readonly backup: boolean
  /** May keep a client that belongs to it. */
  readonly servable: boolean
  /** Why it gets no new client; null: it may get one. */
  readonly leftOut: LeftOut | null
}

export interface Choice {
  /** Null: none can serve. */
  readonly server: string | null
  /** Those that it could be: several where the next turn, the load or chance decides. */
  readonly among: readonly string[]
  readonly by: 'use-server' | 'cookie' | 'stick' | 'balance' | null
  /** The backend's `balance`, where it decided. */
  readonly policy: string | null
  /** What was hashed; null: nothing. */
  readonly key: string | null
}

export interface Attempt {
  readonly server: string
  readonly method: string
  readonly url: string
  /** All that the server gets. */
  readonly headers: readonly HeaderLine[]
  /** Compared with what the client sent; `after` null: removed, `before` null: added. */
  readonly changes: readonly { readonly name: string; readonly before: string | null; readonly after: string | null }[]
  readonly outcome: 'answered' | 'refused'
}
