// One limit (a server's or a frontend's maxconn) for all isolates and locations: a Durable Object that leases its slots.
// Leases outlive a restart of the object in its SQLite (leases.ts).

import { DurableObject } from 'cloudflare:workers'

import type { Config } from '../../config/config.ts'
import type { Lease, Need } from '../../flow/lease-book.ts'
import type { Env } from '../env.ts'
import type { Parts } from '../parts.ts'
import type { SlotsRpc } from '../rpc.ts'
import type { Leases } from './leases.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'

export type SlotsClass = new (ctx: DurableObjectState, env: Env) => DurableObject<Env> & SlotsRpc

export function createSlotsClass(
  configOf: (env: Env) => Config,
  { maxconn: { openLeases } }: Pick<Parts, 'maxconn'>,
): SlotsClass {
  return class Slots extends DurableObject<Env> implements SlotsRpc {
    #leases: Leases | undefined

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env)
      configOf(env)
      migrate(ctx.storage, MIGRATIONS.Slots)
    }

    /** Rejects if this version of the configuration has no limits: isolates of the version before then go on without leases. */
    async ask(holder: string, need: Need, isPatient: boolean): Promise<Lease> {
      this.#leases ??= openLeases(this.ctx, () => configOf(this.env))
      return this.#leases.ask(holder, need, isPatient)
    }
  }
}
