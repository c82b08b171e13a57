// Rules that were suspended until a password is verified, run to their end.

import type { Transaction } from './transaction.ts'
import { NOT_HEARD } from './ended.ts'
import type { Ended } from './ended.ts'
import { Suspended } from './rules.ts'
import type { Users } from './users.ts'

/** A promise only if a password must be verified. */
export type Settle = (
  judged: Ended | Suspended | undefined,
  transaction: Transaction,
  ports: { now(): number },
) => Ended | undefined | Promise<Ended | undefined>

export function createSettle(users: Users): Settle {
  return (judged, transaction, ports) => (judged instanceof Suspended ? resume(judged, transaction, ports) : judged)

  async function resume(
    suspended: Suspended,
    transaction: Transaction,
    ports: { now(): number },
  ): Promise<Ended | undefined> {
    let judged: Ended | Suspended | undefined = suspended
    while (judged instanceof Suspended) {
      const isVerified: boolean = await users.verify(judged.asked, transaction, ports.now)
      judged = isVerified ? judged.resume() : NOT_HEARD
    }
    return judged
  }
}
