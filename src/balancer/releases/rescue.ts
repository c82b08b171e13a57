// A file that the chosen release does not have is asked of the others: names of such files hold a hash, so the answer cannot be wrong.

import type { Member } from '../../balance/pool.ts'
import { EVERY_RELEASE } from '../../config/serves-release.ts'
import type { Releases } from '../../config/options/releases.ts'
import { fieldsOf } from '../../http/fields.ts'
import { createMemo } from '../../memo.ts'
import type { Kind } from '../../releases/kind.ts'
import type { Standings } from '../../releases/standing.ts'
import { countRelease } from '../../stats/tally.ts'
import type { Tally } from '../../stats/tally.ts'
import type { BackendRuntime } from '../backend-runtime.ts'
import { attempt, discard } from '../dispatch/attempt.ts'
import { pickNew } from '../dispatch/pick.ts'
import { createRetryBudget } from '../dispatch/retry-budget.ts'
import type { Journey } from '../journey.ts'
import type { Outgoing, RequestPorts } from '../ports.ts'
import { countAttempt, countBalanced } from '../record/count-attempt.ts'

export interface Rescued {
  readonly response: Response
  readonly member: Member
}

export interface Rescue {
  /** Once for each request. */
  earn(): void
  /** Undefined: the answer stays. */
  tryOthers(
    journey: Journey,
    kind: Kind,
    answer: Response,
    ports: RequestPorts,
  ): Promise<Rescued | undefined> | undefined
}

const MOST_ASKED = 4
/** Of the requests: so that somebody who looks for files that never were is not multiplied. */
const SHARE = 0.1
const MOST_PATHS = 2000
const FOUND_MS = 600_000
const MISSED_MS = 10_000

interface Place {
  /** Null: none has it. */
  readonly release: string | null
  readonly untilMs: number
}

export function createRescue(
  { list }: Releases,
  runtimeOf: (release: string) => BackendRuntime | undefined,
  standings: () => Standings,
  tally: Tally,
): Rescue {
  const budget = createRetryBudget(SHARE)
  const places = createMemo<Place>(MOST_PATHS)
  return {
    earn: budget.earn,
    tryOthers(journey, kind, answer, ports) {
      if (kind !== 'asset' || !isMissing(journey, answer)) return undefined
      const { path } = journey.asked
      const known = places.get(path)
      const place = known && known.untilMs > journey.nowMs ? known : undefined
      if (place?.release === null) return undefined
      return ask(journey, path, place?.release ?? undefined, ports).then((rescued) => {
        countRelease(tally.counts, rescued ? 'release_rescues_found' : 'release_rescues_missing')
        return rescued
      })
    },
  }

  async function ask(
    journey: Journey,
    path: string,
    found: string | undefined,
    ports: RequestPorts,
  ): Promise<Rescued | undefined> {
    const { current, canary, of } = standings()
    const kept = list.map(({ name }) => name).filter((name) => of(name) !== 'ended')
    const inOrder = new Set([
      ...(found !== undefined && kept.includes(found) ? [found] : []),
      current,
      ...(canary ? [canary.name] : []),
      ...kept.toReversed(),
    ])
    inOrder.delete(journey.release?.name ?? '')
    for (const release of [...inOrder].slice(0, MOST_ASKED)) {
      const runtime = runtimeOf(release)
      const member = runtime && pickNew(runtime, journey, ports)
      // One that serves every release has been asked, or would answer the same.
      if (!member || member.server.release === EVERY_RELEASE) continue
      // A file that was there lately is no guess.
      if (release !== found && !budget.spend()) return undefined
      const response = await send(runtime, member, journey, ports)
      if (response && isFile(journey, response)) {
        places.set(path, { release, untilMs: journey.nowMs + FOUND_MS })
        journey.release!.rescuedFrom = release
        return { response, member }
      }
      if (response) discard(response)
    }
    places.set(path, { release: null, untilMs: journey.nowMs + MISSED_MS })
    return undefined
  }
}

/** One attempt. Undefined: no answer. */
async function send(
  { backend, tally, admission, holding, pool }: BackendRuntime,
  member: Member,
  journey: Journey,
  ports: RequestPorts,
): Promise<Response | undefined> {
  const { asked, forOrigin } = journey
  if (admission) {
    if (admission.isFull(member)) return undefined
    const admitted = await admission.admit(journey, {
      member,
      pool,
      isBound: true,
      mayLeave: false,
      mayLeaveDown: false,
      failed: new Set(),
      deadlineMs: journey.nowMs,
      repick: () => undefined,
    })
    if (!admitted) return undefined
  }
  const outgoing: Outgoing = {
    target: forOrigin.target,
    askedHost: asked.host,
    method: forOrigin.method,
    headers: forOrigin.headers,
    body: null,
    host: backend.host,
    timeoutServerMs: journey.timeoutServerMs,
  }
  countBalanced(tally, member)
  member.tally.counts.stot += 1
  const sentMs = journey.nowMs
  member.tally.meter?.mark(sentMs)
  const made = holding
    ? await holding(member, outgoing, journey, ports)
    : await attempt(ports, backend, member, outgoing)
  journey.nowMs = ports.now()
  countAttempt(tally, member, made, 0, journey.nowMs - sentMs)
  return made.outcome === 'response' ? made.response : undefined
}

const RUN: ReadonlySet<string> = new Set(['script', 'style', 'font', 'worker', 'sharedworker'])
const RUN_PATH = /\.(?:m?js|css|wasm|woff2|map)$/

/** Servers with a page for every path answer with that page, and 200. */
function isPageInPlace({ asked }: Journey, { headers }: Response): boolean {
  if (!fieldsOf(headers).get('content-type')?.trimStart().toLowerCase().startsWith('text/html')) return false
  return RUN.has(asked.headers.get('sec-fetch-dest') ?? '') || RUN_PATH.test(asked.path)
}

function isMissing(journey: Journey, answer: Response): boolean {
  return answer.status === 404 || answer.status === 410 || (answer.ok && isPageInPlace(journey, answer))
}

/** 304: the browser has it, of the same name and so of the same content. */
function isFile(journey: Journey, answer: Response): boolean {
  return (answer.ok && !isPageInPlace(journey, answer)) || answer.status === 304
}
