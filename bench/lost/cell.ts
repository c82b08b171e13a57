// One cell of the table: one peer meets one event. Starts its servers, its balancer and its clients, lets the event happen, and says what
// was seen.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'

import { createListeners } from '../../src/cli/serve/listeners.ts'
import type { Listeners } from '../../src/cli/serve/listeners.ts'
import { Client } from './clients.ts'
import type { Event } from './events.ts'
import { Origins } from './origins.ts'
import type { Balancer, Peer } from './peer.ts'
import { freePort } from './ports.ts'
import { runDirectory } from './processes.ts'
import { CellRecord } from './record.ts'
import type { Seen } from './record.ts'
import { CLIENTS } from './setting.ts'
import type { Server } from './setting.ts'

/** Every so many hold a WebSocket: a number that three servers do not divide, so that each server has some. */
const SOCKET_EVERY = 7
/** `--addresses A.B`: clients have addresses of this network of /16. */
export const ADDRESSES = { network: '127.7' }

const WARM_UP_MS = 1500
/** How long the first answers may take, all together. */
const FIRST_ANSWERS_MS = 15_000
/** Checks, retries and clients come to rest. */
const SETTLE_MS = 2500
/** How long after the start of a cell its clock moves: time enough to start and to warm up. */
const CLOCK_AFTER_MS = 20_000

let cells = 0

export class Cell {
  readonly origins = new Origins()
  readonly record = new CellRecord(this.origins)
  readonly peer: Peer
  readonly event: Event
  readonly directory: string
  clock: { readonly atMs: number; readonly byMs: number } | null = null
  balancer!: Balancer
  #servers: readonly Server[] = []
  #clients: Client[] = []
  #running: Promise<void>[] = []
  #ports: readonly number[] = []
  #listeners: Listeners | undefined

  constructor(peer: Peer, event: Event) {
    this.peer = peer
    this.event = event
    this.directory = join(runDirectory(), `cell-${++cells}`)
    mkdirSync(this.directory)
  }

  async run(): Promise<Seen> {
    const { event } = this
    try {
      this.#ports = [await freePort()]
      if (event.balancers === 2) this.#ports = await consecutivePorts()
      for (const name of ['s1', 's2', 's3']) this.#servers = [...this.#servers, await this.newServer(name)]
      if (event.clockMs !== undefined) {
        this.clock = { atMs: Date.now() + CLOCK_AFTER_MS, byMs: event.clockMs }
        writeFileSync(join(this.directory, 'clock'), '+0\n')
      }
      const { directory, clock } = this
      const heldSocket = event.holdsSocket ? await this.#holdSocket() : null
      this.balancer = await this.peer.open({ directory, ports: this.#ports, clock, heldSocket })
      await this.balancer.start(this.#tell(this.#servers))
      // The first checks of those that begin with a server down.
      await pass(WARM_UP_MS)
      if (event.countsFromStart) this.record.begin()
      await this.newClients(CLIENTS)
      await this.#everybodyAnswered()
      await pass(WARM_UP_MS)
      this.record.begin()
      await event.happens(this)
      await pass(SETTLE_MS)
      return this.record.seen()
    } finally {
      for (const client of this.#clients) client.stop()
      await Promise.all(this.#running)
      await this.balancer?.kill().catch(() => undefined)
      this.#listeners?.end()
      this.origins.endAll()
    }
  }

  async #holdSocket(): Promise<number> {
    this.#listeners = createListeners({ sockets: [], passed: [] })
    const wanted = { address: '127.0.0.1', port: this.#ports[0]!, source: 'this cell' }
    const [listener] = await this.#listeners.open([wanted], 1)
    return listener!.descriptorOf(0)
  }

  /** A busy machine takes its time: nobody is new any more when the event begins. */
  async #everybodyAnswered(): Promise<void> {
    const deadlineMs = Date.now() + FIRST_ANSWERS_MS
    while (this.record.clients < CLIENTS && Date.now() < deadlineMs) await pass(20)
  }

  get servers(): readonly Server[] {
    return this.#servers
  }

  /** A process, and the line that names it. */
  async newServer(name: string): Promise<Server> {
    const { port } = await this.origins.start(name)
    return { name, formerly: [], port, isDrained: false }
  }

  newClients(count: number): Promise<void> {
    const { event, record, peer } = this
    for (let i = 0; i < count; i++) {
      const number = this.#clients.length
      const client = new Client({
        kind: peer.clients,
        hasSocket: i % SOCKET_EVERY === 0 && event.firstRequests === undefined,
        address: event.hasOneAddress ? addressOf(0) : addressOf(number),
        ports: this.#ports,
        record,
        firstRequests: event.firstRequests ?? 1,
        sessionMs: event.sessionMs,
      })
      this.#clients.push(client)
      this.#running.push(client.run())
    }
    return pass(0)
  }

  moveClients(): void {
    for (const [i, client] of this.#clients.entries()) client.move(addressOf(100 + i))
  }

  /** Other servers, by the peer's reload. */
  async reconfigure(servers: readonly Server[]): Promise<void> {
    await this.balancer.reload(this.#tell(servers))
  }

  async drain(name: string, isDrained: boolean): Promise<void> {
    const setting = this.#tell(this.#servers.map((each) => (each.name === name ? { ...each, isDrained } : each)))
    await (this.balancer.drain ? this.balancer.drain(name, isDrained) : this.balancer.reload(setting))
  }

  async restart(how: 'stop' | 'kill'): Promise<void> {
    await this.balancer[how]()
    await this.balancer.start({ servers: this.#servers })
  }

  async moveClock(): Promise<void> {
    const { atMs, byMs } = this.clock!
    await pass(Math.max(0, atMs - Date.now()))
    writeFileSync(join(this.directory, 'clock'), `${byMs < 0 ? '-' : '+'}${Math.abs(byMs) / 1000}\n`)
  }

  #tell(servers: readonly Server[]): { readonly servers: readonly Server[] } {
    this.#servers = servers
    const origin = this.origins.nameAt(servers.map(({ port }) => port))
    this.record.configured = new Set(origin)
    this.record.drained = new Set(this.origins.nameAt(servers.filter((each) => each.isDrained).map(({ port }) => port)))
    return { servers }
  }
}

/** Each in a network of its own: ip_hash looks at three bytes of an address. */
function addressOf(number: number): string {
  return `${ADDRESSES.network}.${1 + number}.1`
}

async function consecutivePorts(): Promise<readonly [number, number]> {
  for (;;) {
    const [first, second] = [await freePort(), await freePort()]
    if (second === first + 1) return [first, second]
  }
}
