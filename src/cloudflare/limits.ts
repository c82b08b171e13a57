// The limits of one isolate, each with the object that leases its slots.

import { LimpetError } from '../errors.ts'
import { createLimit } from '../flow/limit.ts'
import type { Limit } from '../flow/limit.ts'
import type { Env } from './env.ts'

export type NamedLimit = (name: string, max: number, onAnswer: () => void) => Limit

export function createLimits(env: Env): NamedLimit {
  const holder = crypto.randomUUID()
  return (name, max, onAnswer) => {
    const namespace = env.SLOTS
    if (!namespace) {
      throw new LimpetError(
        'CONFIG_INVALID',
        `maxconn needs the binding SLOTS: wrangler.toml of the package shows its [[durable_objects.bindings]] and [[migrations]]`,
      )
    }
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
