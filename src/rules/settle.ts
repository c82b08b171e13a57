// Rules that were suspended until a password is verified, run to their end.

import type { Incoming } from './transaction.ts'
import { Suspended } from './rules.ts'
import type { Ended } from './rules.ts'
import type { Users } from './users.ts'

/** For a client that has guessed wrong too often. */
export const NOT_HEARD: Ended = { status: 429, retryAfterS: 60 }

/** A promise only where a password has to be verified. */
export type Settle = (
  judged: Ended | Suspended | undefined,
  incoming: Incoming,
  ports: { now(): number },
) => Ended | undefined | Promise<Ended | undefined>

export function createSettle(users: Users): Settle {
  return (judged, incoming, ports) => (judged instanceof Suspended ? resume(judged, incoming, ports) : judged)

  async function resume(
    suspended: Suspended,
    incoming: Incoming,
    ports: { now(): number },
  ): Promise<Ended | undefined> {
    let judged: Ended | Suspended | undefined = suspended
    while (judged instanceof Suspended) {
      const isVerified: boolean = await users.verify(judged.asked, incoming, ports.now)
      judged = isVerified ? judged.resume() : NOT_HEARD
    }
    return judged
  }
}
