// A server's state: what its operator wants (admin) times what checks say (health). One table says for each combination what the server
// may do and what it is called. All rooms read it as a value; status.ts says how far checks have come.
// HAProxy: management manual 9.3 "set server state", configuration manual 4.2 "disable-on-404".

/** From the most lenient to the strictest. */
export const ADMIN_STATES = ['ready', 'drain', 'maint'] as const
/** `starting`: up, in its slowstart. `nolb`: up, and asks for no new clients by answering 404. */
export const HEALTH_STATES = ['up', 'starting', 'nolb', 'down'] as const

export type AdminState = (typeof ADMIN_STATES)[number]
export type HealthState = (typeof HEALTH_STATES)[number]

export interface State {
  readonly admin: AdminState
  readonly health: HealthState
}

/** What isolates hold of a server. */
export interface ServerState extends State {
  /** 0-256. 0: no new clients, persistent ones are served. */
  readonly weight: number
  /** Unix milliseconds: when a server that is `starting` came up. */
  readonly startedMs?: number | undefined
}

/** The one word that statistics show of both. */
export type Shown = 'up' | 'nolb' | 'drain' | 'down' | 'maint'

export interface Rights {
  /** May get a new client, if its weight is not 0. */
  readonly candidate: boolean
  /** May keep a persistent client. */
  readonly servable: boolean
  /** Is checked, if it has a check. */
  readonly checked: boolean
}

interface Row extends Rights {
  readonly shown: Shown
  /** In logs and in the history. */
  readonly word: string
}

const full: Rights = { candidate: true, servable: true, checked: true }
const keeps: Rights = { candidate: false, servable: true, checked: true }
const checkedOnly: Rights = { candidate: false, servable: false, checked: true }
const nothing: Rights = { candidate: false, servable: false, checked: false }

const STATES: Readonly<Record<AdminState, Readonly<Record<HealthState, Row>>>> = {
  ready: {
    up: { ...full, shown: 'up', word: 'UP' },
    starting: { ...full, shown: 'up', word: 'UP' },
    nolb: { ...keeps, shown: 'nolb', word: 'NOLB' },
    down: { ...checkedOnly, shown: 'down', word: 'DOWN' },
  },
  drain: {
    up: { ...keeps, shown: 'drain', word: 'DRAIN' },
    starting: { ...keeps, shown: 'drain', word: 'DRAIN' },
    nolb: { ...keeps, shown: 'drain', word: 'DRAIN' },
    down: { ...checkedOnly, shown: 'down', word: 'DRAIN (DOWN)' },
  },
  maint: {
    up: { ...nothing, shown: 'maint', word: 'MAINT' },
    starting: { ...nothing, shown: 'maint', word: 'MAINT' },
    nolb: { ...nothing, shown: 'maint', word: 'MAINT' },
    down: { ...nothing, shown: 'maint', word: 'MAINT (DOWN)' },
  },
}

export function rightsOf({ admin, health }: State): Rights {
  return STATES[admin][health]
}

export function shownOf({ admin, health }: State): Shown {
  return STATES[admin][health].shown
}

/** The state's name in a report of a change: `UP`, `DRAIN (DOWN)`. */
export function wordOf({ admin, health }: State): string {
  return STATES[admin][health].word
}

/** Whether both have the same word, such as `up` and `starting`: a change between them is not reported. */
export function looksSame(a: State, b: State): boolean {
  return wordOf(a) === wordOf(b)
}

/** The state of a stored word. Undefined: it is not a state's, such as `weight 3`. */
export function stateOfWord(word: string): State | undefined {
  return ADMIN_STATES.flatMap((admin) => HEALTH_STATES.map((health) => ({ admin, health }))).find(
    (state) => wordOf(state) === word,
  )
}

/** For a server that tracks another: it goes into drain and maint with it. */
export function stricterState(a: AdminState, b: AdminState): AdminState {
  return ADMIN_STATES[Math.max(ADMIN_STATES.indexOf(a), ADMIN_STATES.indexOf(b))]!
}

export function isAdminState(value: unknown): value is AdminState {
  return (ADMIN_STATES as readonly unknown[]).includes(value)
}

export function isHealthState(value: unknown): value is HealthState {
  return (HEALTH_STATES as readonly unknown[]).includes(value)
}
