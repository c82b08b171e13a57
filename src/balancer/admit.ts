// Whether rules of a frontend refuse a request for what the balancer itself serves beside them: the operator's API.
// What refuses (`deny`, an answer of 400 or above) holds there, too. What sends elsewhere or challenges (redirect, `auth`, an answer
// below 400) does not: it would make the API unreachable, which has a login of its own. A request that goes to a backend is accepted.

import type { Frontend } from '../config/config.ts'
import type { Tally } from '../stats/tally.ts'
import { countDenied } from './record/count.ts'
import type { Capturing } from '../rules/captures.ts'
import { NO_TRIES } from './dispatch/dispatch.ts'
import type { Finish } from './record/finish.ts'
import type { Arrival, Reception } from './reception/incoming.ts'
import type { Incoming } from '../rules/transaction.ts'
import type { ProxyPorts } from './ports.ts'
import { reply } from '../rules/replies.ts'
import type { ErrorReplies } from '../rules/replies.ts'
import type { RunRules } from '../rules/rules.ts'
import type { View } from '../rules/view.ts'
import { NOT_HEARD } from '../rules/settle.ts'
import type { Settle } from '../rules/settle.ts'
import type { Users } from '../rules/users.ts'

export interface Admitted {
  /** As the frontend's trustedProxies tell it. */
  readonly clientAddress: string
  /** Undefined: no rule refuses it. */
  readonly refusal: Response | undefined
}

export type Admit = (request: Request, url: URL, arrival: Arrival, ports: ProxyPorts) => Promise<Admitted>

/** What is known of a frontend. */
interface Guard {
  readonly refusals: RunRules
  readonly userlists: readonly string[]
  readonly errors: ErrorReplies
  readonly tally: Tally
  readonly capturing: Capturing | undefined
}

export function createAdmit(
  guards: ReadonlyMap<Frontend, Guard>,
  reception: Reception,
  {
    users,
    settle,
    view,
    finish,
  }: { readonly users: Users; readonly settle: Settle; readonly view: View; readonly finish: Finish },
): Admit {
  return async (request, url, arrival, ports) => {
    // Rules may change the URL that they see.
    const taken = reception.take(request, new URL(url), arrival)
    // Whoever asks by a name that no frontend takes is not past their rules: all of them count.
    const asked = taken
      ? [taken]
      : [...guards.keys()]
          .filter(({ name }) => arrival.frontends?.includes(name) ?? true)
          .map((each) => reception.receive(each, request, new URL(url), arrival))
    for (const incoming of asked) {
      // A token is no guess at a userlist's password, and must not be refused like one.
      incoming.headers.delete('authorization')
      const refusal = await refuse(incoming, ports)
      if (refusal) return { clientAddress: incoming.clientAddress, refusal }
    }
    return { clientAddress: taken?.clientAddress ?? arrival.peerAddress, refusal: undefined }
  }

  async function refuse(incoming: Incoming, ports: ProxyPorts): Promise<Response | undefined> {
    const { refusals, userlists, errors, tally, capturing } = guards.get(incoming.frontend)!
    const { pathname: path, search: query } = incoming.url
    const isHeard = userlists.length === 0 || (await users.verifyAll(userlists, incoming, ports.now))
    const capture = isHeard ? capturing?.(incoming, view) : undefined
    const ended = await settle(isHeard ? refusals(incoming, view) : NOT_HEARD, incoming, ports)
    if (!ended || 'backend' in ended) return undefined
    countDenied([tally])
    const response =
      'response' in ended ? ended.response : (errors(ended.status, incoming, view) ?? reply(ended.status))
    const made = { response, server: null, tally: null, verdict: '--', termination: 'PR', ...NO_TRIES }
    const startedMs = ports.now()
    return finish(
      { incoming, path, query, startedMs, tally, backend: null, backendTally: undefined, capture, made },
      ports,
    )
  }
}
