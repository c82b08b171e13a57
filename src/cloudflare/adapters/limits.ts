// The limits of one isolate, each with the object that leases its slots.

import type { Maxconn } from '../../balancer/balancer-ports.ts'
import { createLimit } from '../../flow/limit.ts'
import type { Env } from '../env.ts'
import { frontendLimitName, serverLimitName } from '../limit-name.ts'

/** Of an env that has what its configuration needs (refuseMissingBindings). */
export function createLimits(env: Env): Maxconn['limit'] {
  const holder = crypto.randomUUID()
  return (limited, max, onAnswer) => {
    const name =
      'frontend' in limited
        ? frontendLimitName(limited.frontend.name)
        : serverLimitName(limited.backend, limited.server)
    const namespace = env.SLOTS!
    return createLimit(
      max,
      {
        ask: async (need, isPatient) => ({ ...(await namespace.getByName(name).ask(holder, need, isPatient)) }),
        now: () => Date.now(),
        onFailure: (error) =>
          console.error(JSON.stringify({ event: 'slots-unreachable', limit: name, error: String(error) })),
      },
      onAnswer,
    )
  }
}
