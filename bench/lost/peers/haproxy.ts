// HAProxy in master-worker mode, as Debian's service runs it: a reload is SIGUSR2, servers drain by the stats socket, and states outlive a
// reload in a state file.

import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import { balancerOf, movableClock, versionOf } from '../peer.ts'
import type { Peer, Place, Program } from '../peer.ts'
import { freePort } from '../ports.ts'
import { CHECK, HEALTH, KEY_HEADER, SERVER_COOKIE, SESSION_COOKIE } from '../setting.ts'
import type { Server, Setting } from '../setting.ts'

/** From the signal until the new worker has the sockets. */
const RELOAD_MS = 700
/** A peer that has lost the other tries again after 5 seconds. */
const SYNC_MS = 15_000

interface Node {
  readonly name: string
  readonly directory: string
  readonly port: number
  readonly socket: number | null
  readonly peerPort: number
}

function peer(setUp: string, clients: Peer['clients'], lines: readonly string[], hasPeers = false): Peer {
  return {
    program: 'HAProxy',
    setUp,
    id: `haproxy-${setUp.replaceAll(/\W+/g, '-')}`,
    clients,
    takesSocket: true,
    version: () => versionOf(['haproxy', '-v'], /version (\S+)/),
    async open(place) {
      const nodes = await nodesOf(place, hasPeers)
      const mesh = hasPeers ? nodes : []
      const programs = nodes.map((node) =>
        programOf(node, movableClock(place), (setting, file) =>
          writeFileSync(file, configOf(setting, node, mesh, lines, clients)),
        ),
      )
      // The second of a pair of peers only holds the table: what ends or fails is the first.
      const served = programs.slice(0, place.ports.length)
      const standby = balancerOf(programs.slice(place.ports.length))
      const serving = balancerOf(served, async (server, isDrained) => {
        for (const { directory } of nodes)
          await tell(directory, `set server app/${server} state ${isDrained ? 'drain' : 'ready'}`)
      })
      let isStandingBy = false
      return {
        ...serving,
        async start(setting) {
          if (!isStandingBy) await standby.start(setting)
          isStandingBy = true
          await serving.start(setting)
        },
        // One after the other, as an operator would: the next only when the table is in both.
        async reload(setting) {
          if (mesh.length > 0) {
            await standby.reload(setting)
            await untilAlike(nodes)
          }
          await serving.reload(setting)
        },
      }
    },
  }
}

export const HAPROXY: readonly Peer[] = [
  peer('cookie insert', 'cookies', ['cookie SERVERID insert indirect nocache']),
  peer('cookie prefix', 'cookies', [`cookie ${SESSION_COOKIE} prefix`]),
  peer('cookie rewrite', 'cookies', [`cookie ${SERVER_COOKIE} rewrite`]),
  peer('table', 'keys', ['stick-table type string len 64 size 100k expire 30m', `stick on req.hdr(${KEY_HEADER})`]),
  peer(
    'table, peers',
    'keys',
    ['stick-table type string len 64 size 100k expire 30m peers mesh', `stick on req.hdr(${KEY_HEADER})`],
    true,
  ),
]

/** With peers there are always two: the second has the table while the first one restarts. */
async function nodesOf({ directory, ports, heldSocket }: Place, hasPeers: boolean): Promise<readonly Node[]> {
  const all = hasPeers && ports.length === 1 ? [ports[0]!, await freePort()] : ports
  return Promise.all(
    all.map(async (port, i) => {
      const own = join(directory, `haproxy-${i}`)
      mkdirSync(own)
      const socket = i === 0 ? heldSocket : null
      return { name: `n${i}`, directory: own, port, socket, peerPort: hasPeers ? await freePort() : 0 }
    }),
  )
}

function programOf(node: Node, env: NodeJS.ProcessEnv, write: (setting: Setting, file: string) => void): Program {
  const file = join(node.directory, 'haproxy.cfg')
  const states = join(node.directory, 'states')
  writeFileSync(states, '')
  return {
    port: node.port,
    log: join(node.directory, 'log'),
    command: ['haproxy', '-W', '-db', '-L', node.name, '-f', file],
    env,
    socket: node.socket,
    stopSignal: 'SIGTERM',
    write: (setting) => write(setting, file),
    beforeEnd: async () => writeFileSync(states, await tell(node.directory, 'show servers state')),
    async reload(child) {
      child.kill('SIGUSR2')
      await pass(RELOAD_MS)
    },
  }
}

function configOf(
  { servers }: Setting,
  node: Node,
  mesh: readonly Node[],
  lines: readonly string[],
  clients: Peer['clients'],
): string {
  const section = mesh.map(({ name, peerPort }) => `  peer ${name} 127.0.0.1:${peerPort}`)
  return `global
  stats socket ${join(node.directory, 'sock')} level admin expose-fd listeners
  server-state-file ${join(node.directory, 'states')}
  hard-stop-after 5s
${mesh.length > 0 ? ['peers mesh', ...section].join('\n') : ''}
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 10s
  timeout tunnel 1h
  retries 3
  option redispatch
  retry-on conn-failure empty-response
  load-server-state-from-file global
listen app
  bind ${node.socket === null ? `127.0.0.1:${node.port}` : 'fd@3'}
  balance roundrobin
  option httpchk GET ${HEALTH}
  timeout check ${CHECK.timeoutMs}
  ${lines.join('\n  ')}
  default-server check inter ${CHECK.interMs} fall ${CHECK.fall} rise ${CHECK.rise}
${servers.map((server) => serverLine(server, clients === 'cookies')).join('\n')}
`
}

/** A renamed server keeps its clients by its old cookie value, which need not be its name. */
function serverLine({ name, formerly, port }: Server, hasCookies: boolean): string {
  return `  server ${name} 127.0.0.1:${port}${hasCookies ? ` cookie ${formerly[0] ?? name}` : ''}`
}

/** Until each of them knows as many clients as the one that knows most. */
async function untilAlike(nodes: readonly Node[]): Promise<void> {
  const deadlineMs = Date.now() + SYNC_MS
  while (Date.now() < deadlineMs) {
    const used = await Promise.all(nodes.map(async ({ directory }) => usedOf(await tell(directory, 'show table app'))))
    if (used.every((each) => each === used[0])) return
    await pass(100)
  }
}

function usedOf(table: string): number {
  return Number(/used:(\d+)/.exec(table)?.[1])
}

async function tell(directory: string, command: string): Promise<string> {
  const socket = connect(join(directory, 'sock'))
  socket.end(`${command}\n`)
  return text(socket)
}
