// What an operator can see and do, backed by the objects that store it.

import type { Operations, TableView } from '../../admin/operations.ts'
import type { Config } from '../../config/config.ts'
import type { IsolateCounters } from './counters.ts'
import { deploymentOf } from '../../deployment.ts'
import { byAnyName } from '../../config/names.ts'
import { ownViews } from '../../health/own-views.ts'
import { readServerView } from '../../health/server-view.ts'
import type { SentServerView } from '../../health/server-view.ts'
import { serverKey } from '../../config/keys.ts'
import type { NamedTable } from '../../balancer/persist/stick-rules.ts'
import { createTodaysNames } from '../../stats/todays-names.ts'
import { addViews } from '../../stats/totals.ts'
import type { Env } from '../env.ts'
import { inJurisdiction } from '../jurisdiction.ts'
import { shardName, shardNames } from '../shard-name.ts'
import { locationStubs, monitorStub } from '../object-stubs.ts'
import type { SnapshotReader } from './snapshot-reader.ts'

export interface OperationsPorts {
  readonly reader: Pick<SnapshotReader, 'accept'>
  readonly tables: ReadonlyMap<string, NamedTable>
  readonly tableCommands: Operations['tableCommands']
  /** Undefined: no table counts. */
  readonly counters: IsolateCounters | undefined
  /** Why the Monitor cannot be moved; undefined: it can. */
  readonly moveProblem: string | undefined
  readonly setAddress: Operations['setAddress']
  readonly commands: Operations['commands'] | undefined
  readonly releases: Operations['releases']
  /** Sends on what this isolate has counted. */
  flush(): Promise<void>
}

export function createOperations(config: Config, env: Env, ports: OperationsPorts): Operations {
  const { reader, tables, tableCommands, counters, moveProblem, setAddress, commands, releases, flush } = ports
  const monitor = () => monitorStub(env, config.monitorNear)
  const underTodaysNames = createTodaysNames(config.backends)
  const objectsOf = ({ config: { jurisdiction } }: NamedTable) => inJurisdiction(env.STICK_TABLE!, jurisdiction)
  const shardsOf = (table: NamedTable) =>
    shardNames(table.storedAs, table.config.shards).map((name) => objectsOf(table).getByName(name))
  const shardOf = (table: NamedTable, key: string) =>
    objectsOf(table).getByName(shardName(table.storedAs, table.config.shards, key))

  return {
    config,
    commands,
    releases,
    deployment: deploymentOf(config, env.LIMPET_NAME),
    now: () => Date.now(),
    tableCommands,
    servers: async () => ownViews(config, [...(await monitor().servers())] as SentServerView[], Date.now()),
    backends: async () => [...(await monitor().backends())].map((view) => ({ ...view })),
    async counters() {
      await flush()
      const views = await Promise.all((await locationStubs(env)).map((stub) => stub.view()))
      return {
        sinceMs: Math.min(Date.now(), ...views.map(({ sinceMs }) => sinceMs)),
        isolates: views.flatMap(({ isolates }) => isolates.map((each) => ({ ...each }))),
        totals: addViews(views.map(({ totals }) => underTodaysNames(totals))),
      }
    },
    async clearCounters(all) {
      await flush()
      await Promise.all((await locationStubs(env)).map((stub) => stub.clear(all)))
    },
    async change(backend, server, change, who) {
      const changed = await monitor().change(serverKey(backend, server), change, who)
      if (!changed) return undefined
      reader.accept(changed.snapshot)
      return readServerView(changed.view)
    },
    setAddress,
    events: (most) => monitor().events(most) as Promise<Awaited<ReturnType<Operations['events']>>>,
    monitor: async () => ({ ...(await monitor().place()) }),
    async moveMonitor(to, who) {
      return moveProblem === undefined ? { ...(await monitor().move(to, who)) } : { problem: moveProblem }
    },
    async tables(most, order) {
      const isHighest = order === 'highest'
      const views: TableView[] = []
      for (const table of tables.values()) {
        const { name, config: own } = table
        if (own.store !== 'durable-object') {
          views.push({ name, config: own, count: undefined, entries: [], servers: {} })
          continue
        }
        const shards = await Promise.all(shardsOf(table).map((stub) => stub.list(isHighest ? 0 : most)))
        const count = shards.reduce((sum, shard) => sum + shard.count, 0)
        // Names and numbers as they are today: both may have been others when an entry was written.
        const byName = byAnyName(
          config.backends.find((backend) => backend.name === name)?.servers ?? [],
          (server) => server,
        )
        const entries = shards.flatMap((shard) =>
          shard.entries.map((each) => {
            const { name: server, id } = byName.get(each.server) ?? { name: each.server, id: each.id }
            return { ...each, server, id }
          }),
        )
        const servers = new Map<string, number>()
        for (const [stored, n] of shards.flatMap((shard) => Object.entries(shard.servers))) {
          const server = byName.get(stored)?.name ?? stored
          servers.set(server, (servers.get(server) ?? 0) + n)
        }
        const view = { name, config: own, count, entries: entries.slice(0, most), servers: Object.fromEntries(servers) }
        views.push((await counters?.withCounts(view, most, isHighest)) ?? view)
      }
      return views
    },
    async storeEntry(name, key, target) {
      const stored = await shardOf(tables.get(name)!, key).store(key, target, 'response')
      return stored !== undefined
    },
    async removeEntry(name, key) {
      const wasCounted = await counters?.change(name, key, null)
      return (await shardOf(tables.get(name)!, key).remove(key)) || wasCounted === true
    },
    setCounts: async (name, key, values) => counters!.change(name, key, values),
    tableKey: async (name, key) => tables.get(name)?.keyOf(key),
  }
}
