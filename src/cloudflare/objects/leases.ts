// Who holds how many slots of one limit, in memory and in the storage of its object. flow/lease-book.ts decides who gets how many.

import type { Config } from '../../config/config.ts'
import { createLeaseBook } from '../../flow/lease-book.ts'
import type { Holder, Lease, Need } from '../../flow/lease-book.ts'
import { createLeaseDesk } from '../../flow/lease-desk.ts'
import { frontendLimitName, serverLimitName } from '../limit-name.ts'

export interface Leases {
  ask(holder: string, need: Need, isPatient: boolean): Promise<Lease>
}

/** Of storage that is migrated. `configOf`: `limpet serve` may replace the configuration while it runs. */
export function openLeases({ id, storage: { sql } }: DurableObjectState, configOf: () => Config): Leases {
  let config = configOf()
  const rows = sql.exec<{ name: string; holder: string }>('SELECT name, holder FROM holders').toArray()
  /** What is in storage. */
  const saved = new Map(rows.map(({ name, holder }) => [name, JSON.parse(holder) as Holder]))
  const book = createLeaseBook(maxOf(config, id.name ?? ''), saved)
  const desk = createLeaseDesk(book, () => Date.now())

  return {
    async ask(holder, need, isPatient) {
      follow()
      const answer = desk.ask(holder, need, isPatient)
      save()
      return answer
    },
  }

  function follow(): void {
    const today = configOf()
    if (config === today) return
    config = today
    const max = maxOf(config, id.name ?? '')
    // For fronts of the configuration before, a limit that is gone still holds.
    if (max > 0) book.resize(max)
  }

  /** Before any answer leaves: the runtime holds it back until what was written is safe. */
  function save(): void {
    const holders = book.holders()
    for (const [name, holder] of holders) {
      if (saved.get(name) !== holder)
        sql.exec('INSERT OR REPLACE INTO holders (name, holder) VALUES (?, ?)', name, JSON.stringify(holder))
      saved.set(name, holder)
    }
    for (const name of saved.keys()) {
      if (holders.has(name)) continue
      sql.exec('DELETE FROM holders WHERE name = ?', name)
      saved.delete(name)
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
