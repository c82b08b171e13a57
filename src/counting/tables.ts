// Which tables of a configuration count, by name: HAProxy's tables have the names of their sections, frontends and backends alike.

import type { Config } from '../config/config.ts'
import { firstNameOf } from '../config/names.ts'
import type { StickTableConfig } from '../config/options/stick.ts'

export interface CountingTable {
  readonly name: string
  /** The name that its objects have. */
  readonly storedAs: string
  readonly stickTable: StickTableConfig
}

export function countingTables({ frontends, backends }: Config): readonly CountingTable[] {
  return [
    ...backends.map((backend) => ({ ...backend, storedAs: firstNameOf(backend) })),
    ...frontends.map((frontend) => ({ ...frontend, storedAs: frontend.name })),
  ].flatMap(({ name, storedAs, stickTable }) =>
    stickTable && stickTable.data.length > 0 ? [{ name, storedAs, stickTable }] : [],
  )
}
