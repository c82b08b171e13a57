// What the way of a request has to do with releases: routing.ts finds it, dispatch goes it.

import type { Member } from '../../balance/pool.ts'
import type { Fields } from '../../http/fields.ts'
import type { CookieEdits } from '../../persistence/remember.ts'
import type { Kind } from '../../releases/kind.ts'
import type { RecalledPin } from '../../releases/recall-pin.ts'
import type { ReleaseStates } from '../../releases/standing.ts'
import type { View } from '../../rules/view.ts'
import type { Journey } from '../journey.ts'
import type { Assigned } from '../persist/assign.ts'
import type { StickRelease, Stuck } from '../persist/stick.ts'
import type { RequestPorts } from '../ports.ts'

/** `Runtime`: a backend's, for the servers of one release. */
export interface ReleaseRouting<Runtime> {
  /** Undefined: nothing but the configuration counts. */
  accept(states: ReleaseStates | undefined): void
  /** A promise only if a cookie has to be verified, or a client without one has to be drawn. */
  choose(journey: Journey, view: View, assigned: Assigned): ReleaseWay<Runtime> | Promise<ReleaseWay<Runtime>>
  readonly writer: PinWriter
  /** Undefined: it is off. */
  readonly rescue: Rescue | undefined
}

/** How a request goes on, as far as the backend's cookie and the pin say. */
export interface ReleaseWay<Runtime> {
  readonly kind: Kind
  /** The servers that a new client may get. */
  readonly runtime: Runtime
  /** Without the server of another release. */
  readonly assigned: Assigned
  readonly stick: StickRelease
  readonly pin: RecalledPin
  /** When stick rules have been asked, too: decides for good. */
  settle(stuck: Stuck | undefined): Settled<Runtime>
}

export interface Settled<Runtime> {
  readonly runtime: Runtime
  readonly wish: Member | undefined
  /** What is answered in place of a server; undefined: servers are asked. */
  readonly status: number | undefined
}

type KnownWay = Pick<ReleaseWay<unknown>, 'kind' | 'pin'>

export interface Served {
  readonly status: number
  readonly headers: Fields
  /** Of the server that answered. */
  readonly release: string | null
}

export interface PinWriter {
  /** A promise only if a value is not known yet. */
  write(journey: Journey, view: View, way: KnownWay, served: Served): CookieEdits | Promise<CookieEdits>
}

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
    way: KnownWay,
    answer: Response,
    ports: RequestPorts,
  ): Promise<Rescued | undefined> | undefined
}
