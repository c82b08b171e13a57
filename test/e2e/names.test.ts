// Servers whose names are resolved while the balancer runs (`resolvers`, `server-template`): HAProxy and `limpet serve` on the same file, by one
// name server. Each may give the addresses of an answer to other servers, so sets are compared: which addresses are used, and how many servers
// are without.

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { startDnsServer } from './dns-server.ts'
import type { DnsServer, Zone } from './dns-server.ts'
import { Client, spawnServe, temporaryDirectory, until } from './harness.ts'
import { startLoad } from './reloading.ts'
import { converse } from './window.ts'

type Peer = 'haproxy' | 'limpet'

interface Seen {
  readonly server: string
  readonly addr: string
  readonly port: string
  readonly state: string
  readonly weight: string
  readonly fqdn: string
}

async function startDns(): Promise<DnsServer> {
  const dns = await startDnsServer()
  onTestFinished(() => dns.close())
  return dns
}

/** Answers with its address, and with a cookie's owner. */
async function startOriginAt(address: string, port: number): Promise<void> {
  const server = createServer((_, response) => response.end(address)).listen(port, address)
  onTestFinished(() => void server.close().closeAllConnections())
  await once(server, 'listening')
}

async function start(peer: Peer, lines: readonly string[], dns: DnsServer) {
  const directory = temporaryDirectory()
  const socket = join(directory, 'commands.sock')
  const port = await freePort()
  const file = join(directory, `${peer}.cfg`)
  const cfg = `global
  stats socket ${socket} level admin
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
resolvers dns
  nameserver n1 ${dns.address}
  timeout resolve 100ms
  timeout retry 100ms
  hold nx 200ms
  hold refused 200ms
  hold timeout 200ms
  hold other 200ms
listen app
  bind 127.0.0.1:${port}
  balance roundrobin
${lines.map((line) => `  ${line}`).join('\n')}
`
  writeFileSync(file, cfg)
  const state = join(directory, 'state')
  let serving: ReturnType<typeof spawnServe> | undefined
  if (peer === 'limpet') {
    serving = spawnServe([file], { state })
    await serving.listening(1)
  } else {
    const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
  }
  const say = (command: string) => converse(socket, `${command}\n`)
  await until(() =>
    say('show info').then(
      () => true,
      () => false,
    ),
  )
  const seen = async (): Promise<readonly Seen[]> => {
    const [states, stat] = [await say('show servers state'), await say('show stat')]
    const statuses = new Map(stat.split('\n').map((line) => [line.split(',')[1], line.split(',')[17]!]))
    const rows = states.split('\n').slice(2).filter(Boolean)
    return rows.map((row) => {
      const cells = row.split(' ')
      return {
        server: cells[3]!,
        addr: cells[4]!,
        port: cells[18]!,
        // HAProxy keeps 64 on a server that an SRV record has named once.
        state: `${cells[5]} ${Number(cells[6]) & ~64} ${statuses.get(cells[3]!)}`,
        weight: cells[7]!,
        fqdn: cells[17]!,
      }
    })
  }
  const first = new Map((await seen()).map(({ server, addr }) => [server, addr]))
  /** `limpet serve` says where servers are once nobody is served by what was before. */
  const isSettled = (now: readonly Seen[]) => {
    if (!serving) return true
    const said = [...serving.stderr().matchAll(/^app\/(\w+): (?:is at (\S+):\d+ |no address \()/gm)]
    const known = new Map([...first, ...said.map(([, server, addr = '-']) => [server!, addr] as const)])
    return now.every(({ server, addr }) => known.get(server) === addr)
  }
  return { serving, url: `http://127.0.0.1:${port}`, say, seen, isSettled, file, state }
}

/** `-`: it has none. */
function addressesIn(seen: readonly Seen[]): readonly string[] {
  return seen.map(({ addr }) => addr).toSorted()
}

async function startBoth(lines: readonly string[], dns: DnsServer) {
  const limpet = await start('limpet', lines, dns)
  return { limpet, peers: [await start('haproxy', lines, dns), limpet] }
}

/** Waits until both have servers with these, in any order. */
async function bothBecome(
  peers: readonly Awaited<ReturnType<typeof start>>[],
  whatOf: (seen: readonly Seen[]) => readonly string[],
  expected: readonly string[],
): Promise<void> {
  for (const { seen, isSettled } of peers) {
    let latest: readonly string[] = []
    const isSo = async () => {
      const now = await seen()
      latest = whatOf(now).toSorted()
      return latest.join() === expected.toSorted().join() && isSettled(now)
    }
    await until(isSo, 20_000).catch(() => expect(latest).toEqual(expected.toSorted()))
  }
}

it('a template has the addresses of a name, one each, as they come and go', async () => {
  const dns = await startDns()
  const port = await freePort()
  for (const end of [11, 12, 13, 14, 15]) await startOriginAt(`127.0.3.${end}`, port)
  const at = (...ends: readonly number[]) => ends.map((end) => `127.0.3.${end}`)
  dns.set({ 'web.test': at(11, 12) })
  const lines = [
    'cookie SRV insert',
    `server-template web 3 web.test:${port} cookie c resolvers dns init-addr last,none`,
  ]
  const { limpet, peers } = await startBoth(lines, dns)
  const become = async (zone: Zone, addresses: readonly string[]) => {
    dns.set({ 'web.test': zone })
    await bothBecome(peers, addressesIn, addresses)
    for (const { seen } of peers)
      for (const each of await seen())
        expect(each).toMatchObject({
          port: `${port}`,
          fqdn: 'web.test',
          state: each.addr === '-' ? '0 32 MAINT (resolution)' : '2 0 no check',
        })
  }

  await become(at(11, 12), ['-', ...at(11, 12)])
  const clients = Array.from({ length: 4 }, () => new Client())
  const answered = () => Promise.all(clients.map(async (client) => (await client.get(limpet.url)).body))
  expect(new Set(await answered())).toEqual(new Set(at(11, 12)))
  const before = await limpet.seen()
  const owned = () => clients.map(({ cookies }) => cookies.get('SRV'))
  const owners = owned()

  const load = startLoad(limpet.url)
  // One moves; whoever is on the other stays there, and on its address.
  await become(at(12, 13), ['-', ...at(12, 13)])
  const moved = new Map((await limpet.seen()).map(({ server, addr }) => [server, addr]))
  for (const { server, addr } of before) if (addr !== at(11)[0]) expect(moved.get(server)).toBe(addr)
  expect(new Set(await answered())).toEqual(new Set(at(12, 13)))
  expect(owned()).toEqual(owners)
  await become(at(12, 13, 14), at(12, 13, 14))
  expect((await load.stop()).failed.length).toBeLessThanOrEqual(2)
  // More addresses than servers: those that are in use stay.
  await become(at(11, 12, 13, 14, 15), at(12, 13, 14))
  await become(at(15), ['-', '-', ...at(15)])
  expect(new Set(await answered())).toEqual(new Set(at(15)))
  expect(await limpet.say('set server app/web1 addr 127.0.3.99')).toMatch(/name servers say web\.test has/)

  // After a restart without an answer: `last`.
  await limpet.serving!.stop()
  dns.set({ 'web.test': 'silent' })
  await spawnServe([limpet.file], { state: limpet.state }).listening(1)
  expect(addressesIn(await limpet.seen())).toEqual(['-', '-', ...at(15)])
})

it('names that fail, and SRV records with their ports and weights', async () => {
  const dns = await startDns()
  const addresses = {
    nx: '127.0.3.21',
    refused: '127.0.3.22',
    silent: '127.0.3.23',
    servfail: '127.0.3.24',
    none: '127.0.3.25',
  }
  const names = Object.keys(addresses) as (keyof typeof addresses)[]
  const up = Object.fromEntries(names.map((name) => [`${name}.test`, [addresses[name]]]))
  dns.set({
    ...up,
    'both.test': ['127.0.3.31', '::1'],
    '_http._tcp.web.test': [
      { target: 'a.test', port: 8001, weight: 10 },
      { target: 'b.test', port: 8002, weight: 65_535 },
      { target: 'c.test', port: 8003, weight: 0 },
    ],
    'a.test': ['127.0.3.41'],
    'b.test': ['127.0.3.42'],
    'c.test': ['127.0.3.43'],
    'd.test': ['127.0.3.44'],
  })
  const by = 'resolvers dns init-addr none'
  const lines = [
    ...names.map((name) => `server ${name} ${name}.test:8080 ${by}`),
    `server four both.test:8080 ${by} resolve-prefer ipv4`,
    `server six both.test:8080 ${by}`,
    `server-template srv 3-6 _http._tcp.web.test ${by}`,
  ]
  const { limpet, peers } = await startBoth(lines, dns)
  const shown = (seen: readonly Seen[]) =>
    seen.map(({ server, addr, port, state, weight, fqdn }) => {
      const isOfRecords = server.startsWith('srv')
      return [
        isOfRecords ? 'srv' : server,
        addr,
        port,
        state,
        addr === '-' ? '' : weight,
        isOfRecords ? fqdn : '',
      ].join(' ')
    })
  const without = (server: string, port: number, fqdn = '') => `${server} - ${port} 0 32 MAINT (resolution)  ${fqdn}`
  const at = (server: string, addr: string, port: number, weight = 1, fqdn = '') =>
    `${server} ${addr} ${port} 2 0 no check ${weight} ${fqdn}`
  const both = [at('four', '127.0.3.31', 8080), at('six', '::1', 8080)]
  const named = names.map((name) => at(name, addresses[name], 8080))
  await bothBecome(peers, shown, [
    ...named,
    ...both,
    at('srv', '127.0.3.41', 8001, 1, 'a.test'),
    at('srv', '127.0.3.42', 8002, 256, 'b.test'),
    at('srv', '127.0.3.43', 8003, 0, 'c.test'),
    without('srv', 0, '-'),
  ])

  dns.set({
    ...Object.fromEntries(names.map((name) => [`${name}.test`, name === 'none' ? [] : name])),
    '_http._tcp.web.test': [
      { target: 'b.test', port: 8002, weight: 655 },
      { target: 'd.test', port: 8004, weight: 256 },
    ],
  })
  await bothBecome(peers, shown, [
    ...names.map((name) => without(name, 8080)),
    ...both,
    at('srv', '127.0.3.42', 8002, 3, 'b.test'),
    at('srv', '127.0.3.44', 8004, 1, 'd.test'),
    without('srv', 0, '-'),
    without('srv', 0, '-'),
  ])

  dns.set({ ...up, '_http._tcp.web.test': 'nx' })
  await bothBecome(peers, shown, [...named, ...both, ...Array.from({ length: 4 }, () => without('srv', 0, '-'))])
  expect(await limpet.serving!.stop()).toBe(0)
})
