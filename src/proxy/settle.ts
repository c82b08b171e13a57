// Rules that were suspended until a password is verified, run to their end.

import type { Incoming } from './incoming.ts'
import type { ProxyPorts } from './ports.ts'
import { Suspended } from './rules.ts'
import type { Ended } from './rules.ts'
import type { Users } from './users.ts'

/** For a client that has guessed wrong too often. */
export const NOT_HEARD: Ended = { status: 429, retryAfterS: 60 }

/** A promise only where a password has to be verified. */
export type Settle = (
  judged: Ended | Suspended | undefined,
  incoming: Incoming,
  ports: Pick<ProxyPorts, 'now'>,
) => Ended | undefined | Promise<Ended | undefined>

export function createSettle(users: Users): Settle {
  return (judged, incoming, ports) => (judged instanceof Suspended ? resume(judged, incoming, ports) : judged)

  async function resume(
    suspended: Suspended,
    incoming: Incoming,
    ports: Pick<ProxyPorts, 'now'>,
  ): Promise<Ended | undefined> {
    let judged: Ended | Suspended | undefined = suspended
    while (judged instanceof Suspended) {
      const isVerified: boolean = await users.verify(judged.asked, incoming, ports.now)
      judged = isVerified ? judged.resume() : NOT_HEARD
    }
    return judged
  }
}
