// What a balancer is told: where it listens and which servers it has. Each peer writes its own file of it.

/** How many clients a cell begins with. */
export const CLIENTS = 36

/** The path of the servers' health checks. */
export const HEALTH = '/health'
/** The header by which clients without cookies are known: an API key, say. */
export const KEY_HEADER = 'x-client'
/** The application's own session cookie, and one that says which server it is, for balancers that rewrite it. */
export const SESSION_COOKIE = 'SID'
export const SERVER_COOKIE = 'SRV'

/** A check every 400 ms that fails twice takes a server out, and two good ones bring it back: the same for all that have checks. */
export const CHECK = { interMs: 400, timeoutMs: 1000, fall: 2, rise: 2 } as const

export interface Server {
  /** Its name in the balancer's configuration. */
  readonly name: string
  /** Names that the configuration says it had. */
  readonly formerly: readonly string[]
  readonly port: number
  /** Keeps its clients and gets no new ones. */
  readonly isDrained: boolean
}

export interface Setting {
  readonly servers: readonly Server[]
}
