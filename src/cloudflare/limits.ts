// The limits of one isolate, each with the object that leases its slots.

import { createLimit } from '../flow/limit.ts'
import type { Limit } from '../flow/limit.ts'
import type { Env } from './env.ts'

export type NamedLimit = (name: string, max: number, onAnswer: () => void) => Limit

/** Of an env that has what its configuration needs (refuseMissingBindings). */
export function createLimits(env: Env): NamedLimit {
  const holder = crypto.randomUUID()
  return (name, max, onAnswer) => {
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
