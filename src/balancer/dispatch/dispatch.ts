// The journey of one request through one backend: recall -> candidates -> pick -> attempt -> [again] -> remember.
// The only place where persistence, balance and attempts meet.

import { rendezvous } from '../../balance/hash.ts'
import type { Member } from '../../balance/pool.ts'
import type { Backend } from '../../config/config.ts'
import { VERDICT_LETTER } from '../../persistence/recall.ts'
import type { Recalled } from '../../persistence/recall.ts'
import { applyCookieEdits, NO_EDITS, remember } from '../../persistence/remember.ts'
import type { CookieEdits } from '../../persistence/remember.ts'
import type { Tally } from '../../stats/tally.ts'
import type { Assigned } from '../persist/assign.ts'
import { discard } from './attempt.ts'
import type { Attempt } from './attempt.ts'
import { pickNew, tryServers } from './attempt-loop.ts'
import type { Tries } from './attempt-loop.ts'
import type { BackendRuntime } from '../backend-runtime.ts'
import type { Incoming } from '../../rules/transaction.ts'
import { publicLocation } from './location.ts'
import type { ProxyPorts } from '../ports.ts'
import { isDenial } from '../../rules/rules.ts'
import type { Ended, JudgeResponse } from '../../rules/rules.ts'
import type { View } from '../../rules/view.ts'
import type { Stick, StickTrace, Stuck } from '../persist/stick.ts'

export interface Dispatched {
  readonly response: Response
  /** What the server itself answered; undefined: it was not asked, or its answer was not used. */
  readonly answered?: Response | undefined
  readonly server: string | null
  /** Of the server; null when none was asked. */
  readonly tally: Tally | null
  readonly verdict: string
  /** HAProxy's first two letters of how it ended. */
  readonly termination: string
  readonly retries: number
  readonly redispatches: number
  /** How long it waited for a slot, and how long the server took until its headers. */
  readonly queueMs: number
  readonly responseMs: number
  /** What became of stick rules; undefined without any. */
  readonly stick?: readonly StickTrace[] | undefined
  /** A rule refused the server's answer. */
  readonly isDenied?: boolean
  /** The request cannot be sent on, and its client is to blame. */
  readonly isUnreadable?: boolean
}

export async function dispatch(
  runtime: BackendRuntime,
  incoming: Incoming,
  view: View,
  ports: ProxyPorts,
  responseRules: readonly JudgeResponse[],
  respond: (how: Ended) => Response,
): Promise<Dispatched> {
  const { backend, stick } = runtime
  const { request } = incoming
  const nowS = Math.floor(ports.now() / 1000)
  const assigning = runtime.assign(incoming, view, nowS)
  const assigned = assigning instanceof Promise ? await assigning : assigning
  const { recalled } = assigned
  const stuck = stick ? await recallStick(stick, runtime, incoming, view, assigned, ports) : undefined
  const wish = recalled.wish ?? stuck?.wish
  setCookieHeader(incoming.headers, recalled.cookieForOrigin)
  if (recalled.isLeftAlone) ports.leftAlone?.(backend.name, 'cookie')
  if (incoming.isHostUnsendable) {
    incoming.headers.set('host', incoming.url.host)
    ports.leftAlone?.(backend.name, 'host')
  }

  if (stuck?.isRefused) return own({ status: 503 }, null, NO_TRIES, 'SC')
  // What a client is answered whose server is down; undefined: it is given to another.
  const downStatus = backend.onDown === 'redispatch' ? undefined : backend.onDown
  const isDown = !wish && (recalled.verdict === 'down' || stuck?.isDown === true)
  if (downStatus !== undefined && isDown) return own({ status: downStatus }, null, NO_TRIES, 'SC')
  const tries = await tryServers(runtime, incoming, { wish, first: stuck?.first, isForced: assigned.isForced }, ports)
  const { member, retries, redispatches, queueMs, responseMs } = tries
  const answered = tries.last?.outcome === 'response' ? tries.last.response : undefined
  if (!member || !answered) {
    const status = wish && tries.last?.outcome === 'failed' ? downStatus : undefined
    const made = own(endOf(tries.last, status), member ?? null, tries, terminationOf(tries))
    return tries.last?.outcome === 'unsendable' ? { ...made, isUnreadable: true } : made
  }
  // Before any cookie is written, so that rules see and change the origin's alone.
  const served = responseRules.length === 0 ? answered : new Response(answered.body, answered)
  for (const judge of responseRules) {
    const ended = judge(served, incoming, view)
    if (!ended) continue
    discard(served)
    return { ...own(ended, member, tries, 'PH'), isDenied: !('backend' in ended) && isDenial(ended) }
  }
  if (stuck) await stick!.remember(stuck, member, incoming, { ...view, response: served })
  const remembering =
    backend.cookie && assigned.remembers
      ? remember(
          backend.cookie,
          runtime.codec!,
          recalled,
          {
            method: request.method,
            status: served.status,
            headers: served.headers,
            requestHeaders: incoming.headers,
            serverCookie: member.server.cookie,
            // Who was redispatched belongs to the new server, even if that is the old one again.
            direct: member === wish && redispatches === 0,
            https: incoming.scheme === 'https',
          },
          nowS,
        )
      : NO_EDITS
  const edits = remembering instanceof Promise ? await remembering : remembering
  const response = edit(served, edits, runtime, member, incoming, ports)
  const verdict = letters(backend, recalled, edits)
  const { tally, server } = member
  return {
    response,
    answered,
    server: server.name,
    tally,
    termination: '--',
    verdict,
    retries,
    redispatches,
    queueMs,
    responseMs,
    stick: stuck?.traces,
  }

  /** An answer of the balancer's own. */
  function own(how: Ended, by: Member | null, made: Omit<Tries, 'member' | 'last'>, termination: string): Dispatched {
    return {
      termination,
      response: respond(how),
      server: by?.server.name ?? null,
      tally: by?.tally ?? null,
      verdict: letters(backend, recalled, NO_EDITS),
      retries: made.retries,
      redispatches: made.redispatches,
      queueMs: made.queueMs,
      responseMs: made.responseMs,
      stick: stuck?.traces,
    }
  }
}

export const NO_TRIES = { retries: 0, redispatches: 0, queueMs: 0, responseMs: 0 }

function recallStick(
  stick: Stick,
  runtime: BackendRuntime,
  incoming: Incoming,
  view: View,
  { recalled, persistsDown }: Assigned,
  ports: ProxyPorts,
): Promise<Stuck> {
  return stick.recall(incoming, view, {
    assigned: recalled.wish,
    persistsDown,
    pick: () => pickNew(runtime, incoming, ports),
    pickByHash: (key) => rendezvous(runtime.pool.candidates(), key),
  })
}

/** A response that nothing changes goes through untouched: copying it costs CPU. */
function edit(
  served: Response,
  edits: CookieEdits,
  { backend }: BackendRuntime,
  member: Member,
  incoming: Incoming,
  ports: ProxyPorts,
): Response {
  const location =
    ports.onCloudflare && backend.host === 'server' ? publicLocation(served, member.server, incoming) : undefined
  const editsCookie = edits.setCookie !== null || edits.editOrigins !== null || edits.addPrivate
  if (!editsCookie && location === undefined) return served
  const response = new Response(served.body, served)
  if (location !== undefined) response.headers.set('location', location)
  if (backend.cookie && !applyCookieEdits(response.headers, backend.cookie, edits)) {
    ports.leftAlone?.(backend.name, 'set-cookie')
  }
  return response
}

/** What the client is answered in place of a server. */
function endOf(last: Attempt | undefined, written: number | undefined): Ended {
  const status = written ?? statusOf(last)
  return last?.outcome === 'unsendable' ? { status, why: WHY_UNSENDABLE } : { status }
}

const WHY_UNSENDABLE = 'A GET or HEAD request with a body cannot be passed on: send the body with POST.'

function statusOf(last: Attempt | undefined): number {
  switch (last?.outcome) {
    case 'timeout':
      return 504
    case 'unusable':
    case 'cut':
      return 502
    case 'unsendable':
      return 400
    default:
      return 503
  }
}

/** Configuration manual 8.5: who, and in which phase. */
function terminationOf({ member, last }: Tries): string {
  switch (last?.outcome) {
    case 'timeout':
      return 'sH'
    case 'unusable':
      return 'PH'
    case 'cut':
      return 'DH'
    case 'unsendable':
      return 'PR'
    case undefined:
      // There was a server, and no slot of it in time.
      return member ? 'sQ' : 'SC'
    default:
      return 'SC'
  }
}

function setCookieHeader(headers: Headers, value: string | null | undefined): void {
  if (value === null) headers.delete('cookie')
  else if (value !== undefined) headers.set('cookie', value)
}

function letters(backend: Backend, recalled: Recalled<Member>, edits: CookieEdits): string {
  return backend.cookie ? VERDICT_LETTER[recalled.verdict] + edits.letter : '--'
}
