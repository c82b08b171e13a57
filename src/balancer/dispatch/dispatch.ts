// One request at one backend: recall -> pick -> attempt -> [again] -> remember. The only place where persistence, balance and attempts
// meet.

import type { Member } from '../../balance/pool.ts'
import type { Backend } from '../../config/config.ts'
import { fieldsOf } from '../../http/fields.ts'
import type { MutableFields } from '../../http/fields.ts'
import { withOrigin } from '../../http/location.ts'
import { VERDICT_LETTER } from '../../persistence/recall.ts'
import type { Recalled } from '../../persistence/recall.ts'
import { applyCookieEdits, NO_EDITS, remember } from '../../persistence/remember.ts'
import type { CookieEdits } from '../../persistence/remember.ts'
import { isDenial } from '../../rules/ended.ts'
import type { Ended } from '../../rules/ended.ts'
import type { View } from '../../rules/view.ts'
import { after } from '../after.ts'
import type { BackendRuntime } from '../backend-runtime.ts'
import type { Journey } from '../journey.ts'
import type { Assigned } from '../persist/assign.ts'
import type { ReleaseWay } from '../releases/way.ts'
import type { Stick, Stuck } from '../persist/stick.ts'
import type { RequestPorts } from '../ports.ts'
import type { Judged } from '../response-rules.ts'
import { countDeniedResponse, countUnsendable } from '../record/count.ts'
import { discard } from './attempt.ts'
import type { Answered, Attempt, Tried } from './attempt.ts'
import { tryServers } from './attempt-loop.ts'
import { pickNew } from './pick.ts'

/** `hear` has the rules for responses, `respond` puts an answer of the balancer's own into words, `finish` is the last that happens to any. */
export function dispatch(
  runtime: BackendRuntime,
  journey: Journey,
  view: View,
  ports: RequestPorts,
  hear: (answered: Response) => Judged | Promise<Judged>,
  respond: (how: Ended) => Response,
  finish: (response: Response) => Response | Promise<Response>,
): Response | Promise<Response> {
  const { backend, stick } = runtime
  const { forOrigin } = journey
  const { nowMs } = journey
  if (runtime.hashSample) journey.hashSample = () => runtime.hashSample!(journey, view)
  return after(runtime.assign(journey, view, nowMs), journey, ports, (assigned) => {
    journey.verdict = letters(backend, assigned.recalled, NO_EDITS)
    // Stick rules see the header that the server gets, as in HAProxy: without the cookie, or without its prefix.
    setCookieHeader(forOrigin.headers, assigned.recalled.cookieForOrigin)
    return after(runtime.releases?.choose(journey, view, assigned, ports), journey, ports, (way) => {
      const recalling = stick ? recallStick(stick, runtime, journey, view, assigned, ports, way) : undefined
      return after(recalling, journey, ports, (stuck) => send(way?.assigned ?? assigned, stuck, way))
    })
  })

  function send(
    assigned: Assigned,
    stuck: Stuck | undefined,
    way: ReleaseWay<BackendRuntime> | undefined,
  ): Response | Promise<Response> {
    const { recalled } = assigned
    journey.stick = stuck?.traces
    const settled = way?.settle(stuck)
    const wish = settled ? settled.wish : (recalled.wish ?? stuck?.wish)
    if (recalled.isLeftAlone) ports.leftAlone?.(backend.name, 'cookie')
    if (forOrigin.isHostUnsendable) {
      forOrigin.headers.set('host', forOrigin.target.host)
      ports.leftAlone?.(backend.name, 'host')
    }

    if (stuck?.isRefused) return ownAnswer({ status: 503 }, 'SC')
    // The status for a client whose server is down; undefined: the client is moved to another server.
    const downStatus = backend.onDown === 'redispatch' ? undefined : backend.onDown
    const isDown = !wish && (recalled.verdict === 'down' || stuck?.isDown === true)
    if (downStatus !== undefined && isDown) return ownAnswer({ status: downStatus }, 'SC')
    if (settled?.status) return ownAnswer({ status: settled.status }, 'SC')
    const start = { wish, first: stuck?.first, isForced: assigned.isForced }
    const concluding = way ? way.rescuing(conclude) : conclude
    return tryServers(settled?.runtime ?? runtime, journey, start, ports, concluding)

    function conclude(tried: Tried): Response | Promise<Response> {
      const { member, last } = tried
      journey.server = member?.server.name ?? null
      journey.serverTally = member?.tally
      if (!member || last?.outcome !== 'response') {
        if (last?.outcome === 'unsendable') countUnsendable(journey)
        journey.tracking?.answered(statusOf(last), true)
        return ownAnswer(endOf(last, wish && last?.outcome === 'failed' ? downStatus : undefined), terminationOf(tried))
      }
      const answered = last.response
      journey.captures?.hear(answered)
      journey.tracking?.answered(last.status)
      // Before any cookie is written, so that rules see and change only the origin's.
      return after(hear(answered), journey, ports, (judged) => pass(member, last, judged))
    }

    function pass(
      member: Member,
      { response: answered, status: answeredStatus }: Answered,
      { response: served, ended, body }: Judged,
    ) {
      if (ended) {
        discard(served)
        if (!('backend' in ended) && isDenial(ended)) countDeniedResponse(journey)
        return ownAnswer(ended, ('termination' in ended && ended.termination) || 'PH')
      }
      const status = served === answered ? answeredStatus : served.status
      const seen = { status, headers: fieldsOf(served.headers), body }
      journey.answered = seen.headers
      const storing = stuck && stick!.remember(stuck, member, journey, { ...view, response: seen })
      return after(storing, journey, ports, () => {
        const remembering =
          backend.cookie && assigned.remembers
            ? remember(
                backend.cookie,
                runtime.codec!,
                recalled,
                {
                  // Not by spreading: properties behind a spread are slow ones.
                  method: journey.asked.method,
                  status,
                  headers: seen.headers,
                  requestHeaders: forOrigin.headers,
                  serverCookie: member.server.cookie,
                  // After a redispatch, write a new cookie even if the old server answered in the end.
                  direct: member === wish && journey.redispatches === 0,
                  https: journey.asked.scheme === 'https',
                },
                Math.floor(nowMs / 1000),
              )
            : NO_EDITS
        return after(remembering, journey, ports, (edits) => {
          journey.verdict = letters(backend, recalled, edits)
          const edited = edit(served, edits, runtime, member, journey, ports)
          return after(way?.mark(edited, served, member), journey, ports, (marked) => finish(marked ?? edited))
        })
      })
    }
  }

  function ownAnswer(how: Ended, termination: string): Response | Promise<Response> {
    journey.termination = termination
    return finish(respond(how))
  }
}

function recallStick(
  stick: Stick,
  runtime: BackendRuntime,
  journey: Journey,
  view: View,
  assigned: Assigned,
  ports: RequestPorts,
  way: ReleaseWay<BackendRuntime> | undefined,
): Stuck | Promise<Stuck> {
  const { recalled, persistsDown } = way?.assigned ?? assigned
  return stick.recall(journey, view, {
    assigned: recalled.wish,
    persistsDown,
    pick: () => pickNew(way?.runtime ?? runtime, journey, ports),
    release: way?.stick,
  })
}

/** An unchanged response passes untouched: copying it costs CPU. */
function edit(
  served: Response,
  edits: CookieEdits,
  { backend }: BackendRuntime,
  member: Member,
  { asked }: Journey,
  ports: RequestPorts,
): Response {
  const written = ports.onCloudflare && backend.host === 'server' ? fieldsOf(served.headers).get('location') : null
  const location = written === null ? undefined : withOrigin(written, member.server, `${asked.scheme}://${asked.host}`)
  const editsCookie = edits.setCookie !== null || edits.editOrigins !== null || edits.addPrivate
  if (!editsCookie && location === undefined) return served
  const response = new Response(served.body, served)
  const headers = fieldsOf(response.headers)
  if (location !== undefined) headers.set('location', location)
  if (backend.cookie && !applyCookieEdits(headers, backend.cookie, edits)) ports.leftAlone?.(backend.name, 'set-cookie')
  return response
}

/** What Limpet answers in place of a server. */
function endOf(last: Attempt | undefined, written: number | undefined): Ended {
  const status = written ?? statusOf(last)
  return status === 400 ? { status, why: WHY_UNSENDABLE } : { status }
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
      return last.status
    default:
      return 503
  }
}

/** Configuration manual 8.5: who, and in which phase. */
function terminationOf({ member, last }: Tried): string {
  switch (last?.outcome) {
    case 'timeout':
      return 'sH'
    case 'unusable':
      return 'PH'
    case 'cut':
      return 'DH'
    case 'unsendable':
      return last.status === 408 ? 'cR' : 'PR'
    case undefined:
      // A server was chosen, but no slot of it became free in time.
      return member ? 'sQ' : 'SC'
    default:
      return 'SC'
  }
}

function setCookieHeader(headers: MutableFields, value: string | null | undefined): void {
  if (value === null) headers.remove('cookie')
  else if (value !== undefined) headers.set('cookie', value)
}

function letters(backend: Backend, recalled: Recalled<Member>, edits: CookieEdits): string {
  return backend.cookie ? VERDICT_LETTER[recalled.verdict] + edits.letter : '--'
}
