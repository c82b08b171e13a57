// The storage of the release before, as test/contract/record.ts recorded it, and the classes of both releases to open it with.

import { runInDurableObject } from 'cloudflare:test'
import { env as testEnv } from 'cloudflare:workers'

import type { Env } from '../../src/cloudflare/env.ts'
import { CONFIG } from './release-0.1/config.ts'
import monitorSql from './release-0.1/monitor.sql?raw'
import * as before from './release-0.1/objects.js'
import slotsSql from './release-0.1/slots.sql?raw'
import statsRootSql from './release-0.1/stats-root.sql?raw'
import statsSql from './release-0.1/stats.sql?raw'
import stickTableSql from './release-0.1/stick-table.sql?raw'
import * as now from './release-objects.ts'

const { BARE } = testEnv as unknown as { readonly BARE: DurableObjectNamespace }

/** The classes as each release builds them of one configuration. */
export const RELEASES = { before: releaseOf(before), now: releaseOf(now) }
export type Release = keyof typeof RELEASES
export type ClassName = keyof (typeof RELEASES)['now']

function releaseOf(objects: typeof now) {
  const config = () => objects.configOrThrow(CONFIG, 'either')
  return {
    Monitor: objects.createMonitorClass(config),
    StickTable: objects.createStickTableClass(config),
    Slots: objects.createSlotsClass(config),
    Stats: objects.createStatsClass(),
  }
}

export interface Opened<C extends ClassName> {
  readonly name: string
  readonly className: C
  readonly dump: string
}

/** Opens recorded storage with one release after the other. `change`: of the storage, before the first. */
export async function open<C extends ClassName>(
  { name, className, dump }: Opened<C>,
  order: readonly Release[],
  use: (object: InstanceType<(typeof RELEASES)['now'][C]>, nth: number) => Promise<void>,
  change: (sql: SqlStorage, storage: DurableObjectStorage) => void = () => undefined,
): Promise<void> {
  await runInDurableObject(BARE.getByName(name), async (_, state) => {
    await state.storage.deleteAll()
    state.storage.sql.exec(dump)
    change(state.storage.sql, state.storage)
    const env = { STATS: { getByName: () => ({ join: async () => undefined }) } } as unknown as Env
    for (const [nth, release] of order.entries()) {
      const Class = RELEASES[release][className] as new (ctx: DurableObjectState, env: Env) => unknown
      await use(new Class(state, env) as InstanceType<(typeof RELEASES)['now'][C]>, nth)
    }
  })
}

export const MONITOR = { name: 'monitor', className: 'Monitor', dump: monitorSql } as const
export const TABLE = { name: 'app/1/0', className: 'StickTable', dump: stickTableSql } as const
export const SLOTS = { name: 'server:app/s1', className: 'Slots', dump: slotsSql } as const
export const STATS = { name: 'CDG', className: 'Stats', dump: statsSql } as const
export const ROOT = { name: 'root', className: 'Stats', dump: statsRootSql } as const
