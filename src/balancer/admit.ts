// Whether a frontend's rules refuse a request for the operator's API, which the balancer serves itself. Rules that
// refuse (`deny`, an answer of 400 or above) apply there, too. Rules that send elsewhere or challenge (redirect, `auth`, an answer
// below 400) do not: they would make the API unreachable, which has its own login. A request that would go to a backend is accepted.

import type { Frontend } from '../config/options/frontend.ts'
import { copyOfTarget } from '../http/target.ts'
import type { Target } from '../http/target.ts'
import type { Capturing } from '../rules/captures.ts'
import { NOT_HEARD } from '../rules/ended.ts'
import type { RunRules } from '../rules/rules.ts'
import type { Settle } from '../rules/settle.ts'
import type { Users } from '../rules/users.ts'
import type { View } from '../rules/view.ts'
import type { ErrorReplies } from '../rules/worded-replies.ts'
import type { Journey } from './journey.ts'
import { respond } from './own-answers.ts'
import type { RequestPorts } from './ports.ts'
import type { Arrival } from './reception/arrival.ts'
import type { Reception } from './reception/reception.ts'
import { countRefused } from './record/count.ts'
import type { Finish } from './record/finish.ts'

export interface Admitted {
  /** As the frontend's trustedProxies tell it. */
  readonly clientAddress: string
  /** Undefined: no rule refuses it. */
  readonly refusal: Response | undefined
}

export type Admit = (request: Request, target: Target, arrival: Arrival) => Promise<Admitted>

/** What is known of a frontend. */
interface Guard {
  readonly refusals: RunRules
  readonly userlists: readonly string[]
  readonly errors: ErrorReplies
  readonly capturing: Capturing | undefined
}

/** What an isolate has for all requests. */
interface Shared {
  readonly users: Users
  readonly settle: Settle
  readonly view: View
  readonly finish: (...given: Parameters<Finish>) => Response | Promise<Response>
  readonly ports: RequestPorts
}

export function createAdmit(
  guards: ReadonlyMap<Frontend, Guard>,
  reception: Reception,
  { users, settle, view, finish, ports }: Shared,
): Admit {
  return async (request, target, arrival) => {
    // Rules may change what they see.
    const received = reception.take(request, copyOfTarget(target), arrival)
    const taken = typeof received === 'object' ? received : undefined
    // A Host that no frontend takes does not get around their rules: all of them count.
    const journeys = taken
      ? [taken]
      : [...guards.keys()]
          .filter(({ name }) => arrival.socket.frontends?.includes(name) ?? true)
          .map((each) => reception.receive(each, request, copyOfTarget(target), arrival))
    for (const journey of journeys) {
      // A token is not a guess at a userlist's password, and must not be refused like one.
      journey.forOrigin.headers.remove('authorization')
      const refusal = await refuse(journey)
      if (refusal) return { clientAddress: journey.asked.clientAddress, refusal }
    }
    return { clientAddress: taken?.asked.clientAddress ?? arrival.peerAddress, refusal: undefined }
  }

  async function refuse(journey: Journey): Promise<Response | undefined> {
    const { refusals, userlists, errors, capturing } = guards.get(journey.asked.frontend)!
    journey.startedMs = journey.nowMs = ports.now()
    const isHeard = userlists.length === 0 || (await users.verifyAll(userlists, journey, ports.now))
    journey.captures = isHeard ? capturing?.(journey, view) : undefined
    const ended = await settle(isHeard ? refusals(journey, view) : NOT_HEARD, journey, ports)
    journey.nowMs = ports.now()
    if (!ended || 'backend' in ended) return void journey.tracking?.ended(0, 0)
    journey.termination = countRefused(journey, ended)
    const response = respond(ended, journey, view, errors)
    journey.tracking?.advise(response)
    return finish(journey, response)
  }
}
