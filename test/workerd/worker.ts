// The balancer as the suites in this folder see it; its origins are made by whoever replaces globalThis.fetch.

import { DurableObject } from 'cloudflare:workers'

import { createLimpet } from '../../src/cloudflare/limpet.ts'
import { SUITE_TABLES } from '../suites/stick-table-configs.ts'
import { LISTS } from './list-config.ts'
import { RELEASES } from './release-config.ts'
import { SERVERS } from './servers.ts'

const TABLES = {
  ...SUITE_TABLES,
  counting: { type: 'string', size: 1_000, expire: '1m', data: ['gpc0', 'http_req_cnt'], shards: 1 } as const,
  grown: { type: 'string', size: 10_000, expire: '1m', shards: 5, previousShards: 2 } as const,
}

const limpet = createLimpet({
  frontends: [{ name: 'www', defaultBackend: 'app' }],
  backends: [
    ...Object.entries(TABLES).map(([name, stickTable]) => ({ name, stickTable, servers: [] })),
    {
      name: 'app',
      cookie: { name: 'SERVERID', maxidle: '30m' },
      check: { uri: '/health', inter: '1s', rise: 2, fall: 2, timeout: '10s' },
      servers: [
        { name: 's1', url: SERVERS.s1 },
        { name: 's2', url: SERVERS.s2 },
        { name: 's3', url: SERVERS.s3, state: 'maint' },
      ],
    },
  ],
})

/** Its checks may wait for cron. */
const calm = createLimpet({
  backends: [
    {
      name: 'app',
      check: { uri: '/health', inter: '2m', fall: 2, timeout: '10s' },
      servers: [
        { name: 's1', url: SERVERS.calm1 },
        { name: 's2', url: SERVERS.calm2 },
      ],
    },
  ],
  spreadChecks: 0,
})

/** It mails, and sums up the day. */
const mailing = createLimpet({
  alerts: [
    {
      mail: { from: 'limpet@example.com', to: ['ops@example.com'] },
      events: ['maint'],
      group: 0,
      summary: '00:00',
    },
  ],
  backends: [{ name: 'app', servers: [{ name: 's1', url: SERVERS.s1 }] }],
})

const changing = createLimpet(LISTS)
const released = createLimpet(RELEASES)

/** Storage, and nothing that opens it. */
export class Bare extends DurableObject {
  override alarm(): void {}
}

export default limpet.worker
export const ListsMonitor = changing.Monitor
export const ReleasesMonitor = released.Monitor
export const MailingMonitor = mailing.Monitor
export const CalmMonitor = calm.Monitor
export const Monitor = limpet.Monitor
export const StickTable = limpet.StickTable
export const Slots = limpet.Slots
export const Stats = limpet.Stats
export const Isolate = limpet.Isolate
