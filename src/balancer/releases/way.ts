// What the way of a request has to do with releases: routing.ts finds it, dispatch goes it.

import type { Member } from '../../balance/pool.ts'
import type { Kind } from '../../releases/kind.ts'
import type { RecalledPin } from '../../releases/recall-pin.ts'
import type { SetStates } from '../../releases/standing.ts'
import type { View } from '../../rules/view.ts'
import type { Journey } from '../journey.ts'
import type { Assigned } from '../persist/assign.ts'
import type { StickRelease, Stuck } from '../persist/stick.ts'
import type { Tried } from '../dispatch/attempt.ts'
import type { RequestPorts } from '../ports.ts'

/** `Runtime`: a backend's, for the servers of one release. */
export interface ReleaseRouting<Runtime> {
  /** As snapshots have them, by backend; undefined: nothing but the configuration counts. */
  accept(states: Readonly<Record<string, SetStates>> | undefined): void
  /** A promise only if a cookie has to be verified, or a client without one has to be drawn. */
  choose(
    journey: Journey,
    view: View,
    assigned: Assigned,
    ports: RequestPorts,
  ): ReleaseWay<Runtime> | Promise<ReleaseWay<Runtime>>
}

/** How a request goes on, as far as the backend's cookie and the pin say. */
export interface ReleaseWay<Runtime> {
  readonly kind: Kind
  /** The servers that a new client may get. */
  readonly runtime: Runtime
  /** Without the server of another release, and without the cookie of an asset. */
  readonly assigned: Assigned
  readonly stick: StickRelease
  readonly pin: RecalledPin
  /** When stick rules have been asked, too: decides for good. */
  settle(stuck: Stuck | undefined): Settled<Runtime>
  /** Before an answer is used, a file that it lacks is asked of other releases. */
  rescuing(conclude: Conclude): Conclude
  /** The answer with the pin, and with what caches must know; `served`: before anything of ours was written. */
  mark(edited: Response, served: Response, member: Member): Response | Promise<Response>
}

type Conclude = (tried: Tried) => Response | Promise<Response>

export interface Settled<Runtime> {
  readonly runtime: Runtime
  readonly wish: Member | undefined
  /** What is answered in place of a server; undefined: servers are asked. */
  readonly status: number | undefined
}
