// Checks that turn while a request runs: where it is answered, how often it is run, and to whom its client belongs then.

import type { Scenario, Step } from '../scenario.ts'

interface Turning {
  readonly method?: string
  /** Lines of the proxy. */
  readonly lines?: readonly string[]
  /** Words of each server. */
  readonly words?: string
  /** How long the server is down, from when it was asked. */
  readonly downMs: number
  readonly next: readonly Step[]
  /** False: how long it takes is not compared. */
  readonly isTimed?: boolean
  readonly difference?: string
}

let count = 0

/** A request of a's client that takes 3 s, while a's check fails. */
function turning(name: string, turn: Turning): Scenario {
  const { method = 'GET', lines = [], words = '', downMs, next, isTimed = true, difference } = turn
  const check = `t${count++}`
  const failsChecks = { name: check, forMs: downMs }
  const answer = { a: { afterMs: 3_000, failsChecks }, b: { afterMs: 3_000 } }
  return {
    name: `in flight: ${name}`,
    cfg: [
      'balance roundrobin',
      'cookie SRV insert indirect',
      `option httpchk GET /turning/${check}`,
      ...lines,
      ...['a', 'b'].map((each) => `server ${each} {${each}} cookie ${each} check inter 200ms fall 1 rise 1 ${words}`),
    ],
    steps: [{ method, cookie: 'SRV=a', jar: true, answer }, ...next],
    isTimed,
    ...(difference === undefined ? {} : { difference }),
  }
}

/** The server is up again when it comes. */
const LATER: Step = { cookie: 'SRV=a', waitMs: 1_500 }
const REDISPATCH = ['option redispatch', 'retries 3']
/** HAProxy ends it as its check fails, Limpet when its isolate hears of that and looks, a second or so later. */
const CUT = {
  words: 'on-marked-down shutdown-sessions',
  downMs: 8_000,
  next: [{ cookie: 'SRV=a' }],
  isTimed: false,
}

export const IN_FLIGHT: readonly Scenario[] = [
  turning('a server that turns down finishes what it has', { downMs: 2_500, next: [LATER] }),
  turning('with redispatch, too', { lines: REDISPATCH, downMs: 2_500, next: [LATER] }),
  turning('a POST, too', { method: 'POST', lines: REDISPATCH, downMs: 2_500, next: [LATER] }),
  turning('its next request leaves, if the server is still down', {
    lines: REDISPATCH,
    downMs: 6_000,
    next: [{ cookie: 'SRV=a' }],
  }),
  turning('its next request stays with persist', {
    lines: [...REDISPATCH, 'option persist'],
    downMs: 6_000,
    next: [{ cookie: 'SRV=a' }],
  }),
  turning('shutdown-sessions ends it, and it is run nowhere else', CUT),
  turning('shutdown-sessions ends it, with redispatch, too', { ...CUT, lines: REDISPATCH }),
  turning('shutdown-sessions ends a POST', { ...CUT, method: 'POST', lines: REDISPATCH }),
  turning('shutdown-sessions ends it, though what is lost shall be repeated', {
    ...CUT,
    lines: [...REDISPATCH, 'retry-on empty-response'],
    difference: 'it may have run: Limpet never repeats what it cut off itself',
  }),
]
