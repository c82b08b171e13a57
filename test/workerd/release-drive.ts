// Runs inside workerd when a release is recorded: has its objects do their work once, and tells what is in their storage then.

import { DurableObject } from 'cloudflare:workers'

import type { Env } from '../../src/cloudflare/env.ts'
import type { StatsRpc } from '../../src/cloudflare/rpc.ts'
import { CONFIG, RECORDED_MS } from './release-0.1/config.ts'
import {
  configOrThrow,
  createMonitorClass,
  createSlotsClass,
  createStatsClass,
  createStickTableClass,
} from './release-objects.ts'

interface HostEnv {
  readonly HOST: DurableObjectNamespace<Host>
}

const config = configOrThrow(CONFIG, 'either')
const Monitor = createMonitorClass(() => config)
const StickTable = createStickTableClass(() => config)
const Slots = createSlotsClass(() => config)
const Stats = createStatsClass()

/** By the object's name: the file its storage is written to, and what is done first. */
const WORK: Readonly<Record<string, { file: string; run(ctx: DurableObjectState, env: Env): Promise<unknown> }>> = {
  monitor: {
    file: 'monitor',
    async run(ctx, env) {
      const monitor = new Monitor(ctx, env)
      await monitor.observed('app/s1')
      await monitor.change('app/s2', { weight: 7 }, 'ann')
      await monitor.change('app/s3', { state: 'drain', drainForMs: 3_600_000 }, 'ann')
      await monitor.change('api/x1', { state: 'maint' }, 'bob')
      await monitor.arm()
    },
  },
  'app/1/0': {
    file: 'stick-table',
    async run(ctx, env) {
      const table = new StickTable(ctx, env)
      await table.store('invented', { server: 's1', id: 1 }, 'request')
      await table.claim('claimed', { server: 's2', id: 2 }, [])
      await table.store('minted', { server: 's3', id: 3 }, 'response')
    },
  },
  'server:app/s1': {
    file: 'slots',
    async run(ctx, env) {
      const slots = new Slots(ctx, env)
      await slots.ask('isolate-a', { keeps: 0, share: 0, inUse: 3, waiting: 3 }, false)
      await slots.ask('isolate-b', { keeps: 0, share: 0, inUse: 0, waiting: 2 }, false)
    },
  },
  CDG: {
    file: 'stats',
    async run(ctx, env) {
      const stats = new Stats(ctx, env)
      for (const number of [1, 2]) {
        await stats.add({
          isolate: 'isolate-a',
          number,
          elapsedMs: 1000,
          intervalMs: 10_000,
          counts: {
            'frontend:main': { stot: 5 },
            'backend:app': { stot: 5, hrsp_2xx: 5 },
            'server:app/s1': { stot: 5 },
          },
          gauges: { 'backend:app': { current: 2, queued: 1 } },
        })
      }
    },
  },
  // The location has joined it by now.
  root: { file: 'stats-root', run: async () => undefined },
}

export class Host extends DurableObject<HostEnv> {
  async record(name: string): Promise<string> {
    Date.now = () => RECORDED_MS
    await WORK[name]!.run(this.ctx, { STATS: this.env.HOST } as unknown as Env)
    return dumpOf(this.ctx.storage.sql)
  }

  /** As Stats calls its root. */
  async join(location: string): Promise<void> {
    const root: StatsRpc = new Stats(this.ctx, this.env as unknown as Env)
    await root.join(location)
  }

  override alarm(): void {}
}

function dumpOf(sql: SqlStorage): string {
  const objects = sql
    .exec<{ type: string; name: string; sql: string }>(
      "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE '\\_%' ESCAPE '\\'",
    )
    .toArray()
  const rows = objects
    .filter(({ type }) => type === 'table')
    .flatMap(({ name }) => {
      const cursor = sql.exec(`SELECT * FROM ${name}`)
      const into = `INSERT INTO ${name} (${cursor.columnNames.join(', ')})`
      return [...cursor.raw()].map((values) => `${into} VALUES (${values.map(literal).join(', ')});`)
    })
  return `${[...objects.map((each) => `${each.sql};`), ...rows].join('\n')}\n`
}

function literal(value: SqlStorageValue): string {
  if (value === null || typeof value === 'number') return String(value ?? 'NULL')
  return `'${String(value).replaceAll("'", "''")}'`
}

export default {
  async fetch(_request: Request, { HOST }: HostEnv): Promise<Response> {
    const dumps: Record<string, string> = {}
    for (const [name, { file }] of Object.entries(WORK)) dumps[file] = await HOST.getByName(name).record(name)
    return Response.json(dumps)
  },
}
