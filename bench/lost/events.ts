// The rows of the table: what happens to servers, balancer, clients and clock.

import { setTimeout as pass } from 'node:timers/promises'

import type { Cell } from './cell.ts'

export interface Event {
  readonly id: string
  /** In the table's first column. */
  readonly title: string
  /** Part of `--quick`. */
  readonly isQuick?: true
  readonly balancers?: 2
  readonly firstRequests?: number
  readonly hasOneAddress?: true
  /** The balancer's socket is held by who starts it, as systemd does for a .socket unit, and outlives it. */
  readonly holdsSocket?: true
  /** By how much the balancer's clock moves. */
  readonly clockMs?: number
  /** What new clients' first requests meet counts, too. */
  readonly countsFromStart?: true
  readonly sessionMs?: () => number
  happens(cell: Cell): Promise<unknown>
}

const HOUR_MS = 3_600_000
/** Long enough for every check to notice. */
const NOTICED_MS = 3000

export const EVENTS: readonly Event[] = [
  {
    id: 'crash',
    title: 'a server crashes',
    isQuick: true,
    async happens({ origins }) {
      await origins.crash('s1')
      await pass(NOTICED_MS)
    },
  },
  {
    id: 'crash-return',
    title: 'a server crashes and returns after 3 s',
    async happens({ origins }) {
      await origins.crash('s1')
      await pass(NOTICED_MS)
      await origins.start('s1')
      await pass(NOTICED_MS)
    },
  },
  {
    id: 'pause',
    title: 'a server is paused for 3 s',
    isQuick: true,
    async happens({ origins }) {
      origins.pause('s1')
      await pass(3000)
      origins.resume('s1')
      await pass(NOTICED_MS)
    },
  },
  {
    id: 'check-lies',
    title: "a server's check fails for 4 s, its requests do not",
    isQuick: true,
    async happens({ origins }) {
      origins.say('s1', false)
      await pass(4000)
      origins.say('s1', true)
      await pass(NOTICED_MS)
    },
  },
  {
    id: 'flapping',
    title: "a server's check changes its answer every second for 8 s",
    async happens({ origins }) {
      for (let i = 0; i < 8; i++) {
        origins.say('s1', i % 2 === 1)
        await pass(1000)
      }
    },
  },
  {
    id: 'readiness',
    title: 'readiness fails, 5 s later SIGTERM',
    isQuick: true,
    async happens({ origins }) {
      // It is about to go, and says so: what its clients had there ends anyway.
      origins.leave('s1')
      origins.say('s1', false)
      await pass(5000)
      await origins.stop('s1')
    },
  },
  {
    id: 'drain',
    title: 'a server drains, new clients come',
    isQuick: true,
    async happens(cell) {
      await cell.drain('s1', true)
      await pass(1000)
      await cell.newClients(12)
      await pass(NOTICED_MS)
    },
  },
  {
    id: 'rolling',
    title: 'rolling deploy: each server drains, stops and returns',
    sessionMs: () => 1000 + 3000 * Math.random(),
    async happens(cell) {
      for (const { name } of cell.servers) {
        await cell.drain(name, true)
        await pass(5000)
        await cell.origins.stop(name)
        await cell.origins.start(name)
        await cell.drain(name, false)
        await pass(2000)
      }
    },
  },
  {
    id: 'add',
    title: 'three servers become four',
    isQuick: true,
    happens: async (cell) => cell.reconfigure([...cell.servers, await cell.newServer('s4')]),
  },
  {
    id: 'remove',
    title: 'the last of three servers is taken out',
    happens: (cell) => cell.reconfigure(cell.servers.slice(0, 2)),
  },
  {
    id: 'reorder',
    title: 'servers in another order',
    happens: (cell) => cell.reconfigure(cell.servers.toReversed()),
  },
  {
    id: 'rename',
    title: 'a server is renamed',
    happens: (cell) => cell.reconfigure(cell.servers.map((each, i) => (i === 0 ? { ...each, name: 'web1' } : each))),
  },
  {
    id: 'rename-formerly',
    title: 'a server is renamed, and the configuration says so',
    happens: (cell) =>
      cell.reconfigure(
        cell.servers.map((each, i) => (i === 0 ? { ...each, name: 'web1', formerly: [each.name] } : each)),
      ),
  },
  {
    id: 'reload',
    title: 'the balancer is reloaded',
    isQuick: true,
    happens: (cell) => cell.reconfigure(cell.servers),
  },
  {
    id: 'restart',
    title: 'the balancer is restarted',
    isQuick: true,
    happens: (cell) => cell.restart('stop'),
  },
  {
    id: 'kill',
    title: 'the balancer is killed and started',
    happens: (cell) => cell.restart('kill'),
  },
  {
    id: 'restart-held',
    title: 'the balancer is restarted, its socket is held',
    holdsSocket: true,
    happens: (cell) => cell.restart('stop'),
  },
  {
    id: 'kill-held',
    title: 'the balancer is killed and started, its socket is held',
    holdsSocket: true,
    happens: (cell) => cell.restart('kill'),
  },
  {
    id: 'addresses',
    title: "all clients' addresses change",
    async happens(cell) {
      cell.moveClients()
    },
  },
  {
    id: 'one-address',
    title: 'all clients have one address',
    hasOneAddress: true,
    happens: () => pass(1000),
  },
  ...[1, -1, 25, -25].map((hours): Event => ({
    id: `clock${hours > 0 ? '+' : ''}${hours}h`,
    title: `the balancer's clock jumps by ${hours > 0 ? '+' : '−'}${Math.abs(hours)} h`,
    clockMs: hours * HOUR_MS,
    async happens(cell) {
      await cell.moveClock()
      await pass(NOTICED_MS)
    },
  })),
  {
    id: 'parallel',
    title: "each client's first eight requests come at once",
    firstRequests: 8,
    countsFromStart: true,
    happens: () => pass(500),
  },
  {
    id: 'two',
    title: 'two balancers are asked in turns',
    balancers: 2,
    countsFromStart: true,
    happens: () => pass(1500),
  },
]
