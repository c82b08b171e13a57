// One client for each stick table of the configuration, with whatever keeps its entries behind it.

import type { Config } from '../../config/config.ts'
import { firstNameOf } from '../../config/names.ts'
import type { Named } from '../../config/names.ts'
import type { StickTableConfig } from '../../config/options/stick.ts'
import { createMemoryRows } from '../../persistence/memory-rows.ts'
import { createLocalStore } from '../../persistence/stick-store.ts'
import type { StickStore } from '../../persistence/stick-store.ts'
import { createTableClient } from '../../persistence/table-client.ts'
import { createKeyOf } from '../../persistence/table-key.ts'
import { createTable } from '../../persistence/table.ts'
import type { NamedTable } from '../../balancer/persist/stick-rules.ts'
import type { Env } from '../env.ts'
import { inJurisdiction } from '../jurisdiction.ts'
import { createKvStore } from './stick-store-kv.ts'
import { createObjectStore } from './stick-store-durable-object.ts'

/** Of an env that has what its configuration needs (refuseMissingBindings). `patienceMs`: the least `timeout`. */
export function createTables(config: Config, env: Env, patienceMs = 0): ReadonlyMap<string, NamedTable> {
  const tables = new Map<string, NamedTable>()
  // Nobody asks a frontend's table for servers; operators see it.
  const sections: readonly (Named & { readonly stickTable: StickTableConfig | null })[] = [
    ...config.frontends.map((frontend) => ({ ...frontend, formerly: [] })),
    ...config.backends,
  ]
  for (const backend of sections) {
    const { name, stickTable } = backend
    if (!stickTable) continue
    const storedAs = firstNameOf(backend)
    const timeoutMs = Math.max(stickTable.timeoutMs, patienceMs)
    const client = createTableClient(
      storeOf(backend, stickTable, env),
      { ...stickTable, timeoutMs },
      {
        now: () => Date.now(),
        onFailure: (error) =>
          console.error(JSON.stringify({ event: 'table-unreachable', table: name, error: String(error) })),
      },
    )
    tables.set(name, { name, storedAs, config: stickTable, keyOf: createKeyOf(stickTable, storedAs), client })
  }
  return tables
}

function storeOf(backend: Named, table: StickTableConfig, env: Env): StickStore {
  const storedAs = firstNameOf(backend)
  switch (table.store) {
    case 'memory':
      return createLocalStore(createTable(createMemoryRows(), table, randomSeed()), () => Date.now())
    case 'kv':
      return createKvStore(env.STICK_KV!, storedAs, table, () => Date.now())
    case 'durable-object':
      return createObjectStore(inJurisdiction(env.STICK_TABLE!, table.jurisdiction), storedAs, table.shards)
  }
}

function randomSeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0]!
}
