// Rules that were suspended until what they ask for is there, run to their end.

import type { Transaction } from './transaction.ts'
import { NOT_HEARD } from './ended.ts'
import type { Ended } from './ended.ts'
import { PendingError } from './pending.ts'
import { Suspended } from './rules.ts'
import type { Users } from './users.ts'

/** A promise only if there is something to wait for. */
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
      const { asked }: Suspended = judged
      const ended: Ended | undefined =
        asked instanceof PendingError
          ? await asked.wait()
          : (await users.verify(asked, transaction, ports.now))
            ? undefined
            : NOT_HEARD
      judged = ended ?? judged.resume()
    }
    return judged
  }
}
