// What a scenario is: a proxy in HAProxy's language, and requests that are made of it one after the other.

export interface Step {
  /** Default GET. */
  readonly method?: string
  /** Default /. */
  readonly path?: string
  /** `{date:-60}` is HAProxy's cookie date of a minute ago. A name may stand twice. */
  readonly headers?: readonly (readonly [string, string])[]
  readonly cookie?: string
  /** Also send what the client was given so far, as a browser would. */
  readonly jar?: boolean
  readonly body?: string
  /** What comes of the body later. */
  readonly bodyLater?: { readonly afterMs: number; readonly text: string }
  /** Nothing happens for this long before it. */
  readonly waitMs?: number
  /** What the origin answers; default a plain 200. One for each origin by name, or one for all. */
  readonly answer?: Answer | { readonly [origin: string]: Answer }
  /** Over TLS, whatever the certificate says; the name is the Host. */
  readonly tls?: boolean
  /** Where the balancer listens; default 127.0.0.1. */
  readonly address?: string
  /** The balancer's own words count, too: they were written in the file. */
  readonly comparesBody?: boolean
}

export interface Answer {
  /** It tells how much of a body it got, and how that began. */
  readonly echoes?: boolean
  /** How long the origin takes for it. */
  readonly afterMs?: number
  /** From when it was asked, checks of `/turning/NAME` fail at this origin for so long. */
  readonly failsChecks?: { readonly name: string; readonly forMs: number }
  readonly status?: number
  /** In place of its name; its length is announced. */
  readonly body?: string
  /** What comes of the body later. */
  readonly bodyLater?: { readonly afterMs: number; readonly text: string }
  readonly headers?: readonly (readonly [string, string])[]
}

export interface Scenario {
  /** Unique; what it shows, in the present tense. */
  readonly name: string
  /**
   * Lines of a `listen` section that has its bind already; or whole sections that use `{bind}` and `{id}`.
   * `{port}` is the port of `{bind}`, free on all addresses.
   * `{a}` `{b}` `{c}` are origins, `{dead}` an address where nobody listens.
   */
  readonly cfg: readonly string[]
  readonly steps: readonly Step[]
  /** Files that the lines name as `{dir}/name`. */
  readonly files?: Readonly<Record<string, string>>
  /** The client's address, of 127.0.0.0/8; default 127.0.0.1. Limpet counts wrong passwords by it, over all scenarios. */
  readonly from?: string
  /** How many whole seconds each step took counts, too. */
  readonly isTimed?: boolean
  /** Begun just after a date has changed, so that all steps fall into one of its four seconds. */
  readonly isAligned?: boolean
  /** Limpet differs here on purpose: why. docs/haproxy.md lists it. */
  readonly difference?: string
}

/** What was seen of one step. */
export interface Seen {
  /** Origins that were asked one after the other; only when there were several. */
  readonly asked?: readonly string[]
  readonly tookS?: number
  /** The origin that answered last; null: the balancer itself answered. */
  readonly server: string | null
  /** What that origin received. */
  readonly received: { readonly method: string; readonly url: string; readonly headers: Headers } | null
  /** 0: the connection was closed without an answer. */
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

/** Name and value, in order, normalised. */
export type Headers = readonly (readonly [string, string])[]
