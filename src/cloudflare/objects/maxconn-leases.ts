// One limit (a server's or a frontend's maxconn) for all isolates and locations: a Durable Object that leases its slots.
// Leases outlive a restart of the object in its SQLite. flow/lease-book.ts decides who gets how many.

import { DurableObject } from 'cloudflare:workers'

import type { Config } from '../../config/config.ts'
import { createLeaseBook } from '../../flow/lease-book.ts'
import type { Holder, Lease, LeaseBook, Need } from '../../flow/lease-book.ts'
import { createLeaseDesk } from '../../flow/lease-desk.ts'
import type { LeaseDesk } from '../../flow/lease-desk.ts'
import type { Env } from '../env.ts'
import { frontendLimitName, serverLimitName } from '../limit-name.ts'
import type { SlotsRpc } from '../rpc.ts'
import { migrate } from './migrate.ts'
import { MIGRATIONS } from './migrations.ts'

export type SlotsClass = new (ctx: DurableObjectState, env: Env) => DurableObject<Env> & SlotsRpc

export function createSlotsClass(configOf: (env: Env) => Config): SlotsClass {
  return class Slots extends DurableObject<Env> implements SlotsRpc {
    #config: Config
    readonly #book: LeaseBook
    readonly #desk: LeaseDesk
    /** What is in storage. */
    readonly #saved: Map<string, Holder>

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env)
      const { sql } = ctx.storage
      migrate(ctx.storage, MIGRATIONS.Slots)
      const rows = sql.exec<{ name: string; holder: string }>('SELECT name, holder FROM holders').toArray()
      this.#saved = new Map(rows.map(({ name, holder }) => [name, JSON.parse(holder) as Holder]))
      this.#config = configOf(env)
      this.#book = createLeaseBook(maxOf(this.#config, ctx.id.name ?? ''), this.#saved)
      this.#desk = createLeaseDesk(this.#book, () => Date.now())
    }

    async ask(holder: string, need: Need, isPatient: boolean): Promise<Lease> {
      this.#follow()
      const answer = this.#desk.ask(holder, need, isPatient)
      this.#save()
      return answer
    }

    /** `limpet serve` may replace the configuration while it runs. */
    #follow(): void {
      const config = configOf(this.env)
      if (this.#config === config) return
      this.#config = config
      const max = maxOf(config, this.ctx.id.name ?? '')
      // For fronts of the configuration before, a limit that is gone still holds.
      if (max > 0) this.#book.resize(max)
    }

    /** Before any answer leaves: the runtime holds it back until what was written is safe. */
    #save(): void {
      const { sql } = this.ctx.storage
      const holders = this.#book.holders()
      for (const [name, holder] of holders) {
        if (this.#saved.get(name) !== holder)
          sql.exec('INSERT OR REPLACE INTO holders (name, holder) VALUES (?, ?)', name, JSON.stringify(holder))
        this.#saved.set(name, holder)
      }
      for (const name of this.#saved.keys()) {
        if (holders.has(name)) continue
        sql.exec('DELETE FROM holders WHERE name = ?', name)
        this.#saved.delete(name)
      }
    }
  }
}

/** 0: the configuration has no such limit any more. */
function maxOf(config: Config, name: string): number {
  for (const backend of config.backends) {
    for (const server of backend.servers) {
      if (serverLimitName(backend, server) === name) return server.maxconn ?? 0
    }
  }
  return config.frontends.find((frontend) => frontendLimitName(frontend.name) === name)?.maxconn ?? 0
}
