// Limpet by `limpet serve`, of this tree or of `--limpet DIR`: a reload is SIGHUP, servers drain by HAProxy's command on the socket.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

import type { BackendInput } from '../../../src/config/options/backend.ts'
import type { LimpetConfig } from '../../../src/config/options/root.ts'
import { balancerOf } from '../peer.ts'
import type { Peer, Place, Program } from '../peer.ts'
import { isOver } from '../processes.ts'
import { CHECK, HEALTH, KEY_HEADER, SERVER_COOKIE, SESSION_COOKIE } from '../setting.ts'
import type { Setting } from '../setting.ts'

/** The tree whose `limpet serve` is measured. */
export const TREE = { directory: fileURLToPath(new URL('../../..', import.meta.url)) }
const RELOAD_MS = 60_000
/** The number of the process that the socket is for is known only in it. */
const AS_SYSTEMD = ['/bin/sh', '-c', 'LISTEN_PID=$$ exec "$@"', 'sh']
const DRAIN_S = 1
/** Of the measurement: two balancers must read each other's cookies. */
const COOKIE_KEYS = 'a key for measurements and of no value to anybody'

/** `backend`: beside its servers and their checks, or in place of these. */
export function limpetPeer(setUp: string, clients: Peer['clients'], backend: Partial<BackendInput>): Peer {
  return {
    program: 'Limpet',
    setUp,
    id: `limpet-${setUp.replaceAll(/\W+/g, '-')}`,
    clients,
    movesItsClock: true,
    takesSocket: true,
    version: () =>
      (JSON.parse(readFileSync(join(TREE.directory, 'package.json'), 'utf8')) as { version: string }).version,
    async open(place) {
      // Two that share their tables are two isolates of one deployment; cookies need nothing that is shared.
      const places = clients === 'keys' ? [place] : place.ports.map((port): Place => ({ ...place, ports: [port] }))
      const sockets = places.map((_, i) => join(place.directory, `limpet-${i}.sock`))
      const programs = places.map((each, i) => programOf(each, i, sockets[i]!, backend))
      return balancerOf(programs, async (server, isDrained) => {
        for (const socket of sockets)
          await tell(socket, `set server app/${server} state ${isDrained ? 'drain' : 'ready'}`)
      })
    },
  }
}

const TABLE = { type: 'string', len: 64, size: '100k', expire: '30m' } as const

export const LIMPET: readonly Peer[] = [
  limpetPeer('cookie insert', 'cookies', { cookie: { name: 'SERVERID' } }),
  limpetPeer('cookie whileAnswering', 'cookies', {
    cookie: { name: 'SERVERID' },
    persist: { whileAnswering: '10s' },
  }),
  limpetPeer('cookie prefix', 'cookies', { cookie: { name: SESSION_COOKIE, mode: 'prefix' } }),
  limpetPeer('cookie rewrite', 'cookies', { cookie: { name: SERVER_COOKIE, mode: 'rewrite' } }),
  limpetPeer('table', 'keys', { stickTable: TABLE, stick: [{ on: `req.hdr(${KEY_HEADER})` }] }),
]

function programOf(place: Place, index: number, socket: string, backend: Partial<BackendInput>): Program {
  const directory = join(place.directory, `limpet-${index}`)
  mkdirSync(directory)
  const [port] = place.ports
  const file = join(directory, place.clock ? 'limpet.config.mjs' : 'limpet.config.json')
  const log = join(directory, 'log')
  const reloads = () => readFileSync(log, 'utf8').match(/: reloaded$|served as it was$/gm)?.length ?? 0
  return {
    port: port!,
    log,
    command: [
      ...(place.heldSocket === null ? [] : AS_SYSTEMD),
      process.execPath,
      join(TREE.directory, 'bin/limpet.js'),
      'serve',
      file,
      '--listen',
      `127.0.0.1:${port}`,
      '--isolates',
      String(place.ports.length),
      '--state',
      join(directory, 'state'),
      '--socket',
      socket,
      '--drain',
      String(DRAIN_S),
      '--log',
      'off',
    ],
    env: { ...environment(), ...(place.heldSocket === null ? {} : { LISTEN_FDS: '1' }) },
    socket: place.heldSocket,
    stopSignal: 'SIGTERM',
    write(setting) {
      const config = JSON.stringify(configOf(setting, backend))
      writeFileSync(file, place.clock ? withClock(config, place.clock) : config)
    },
    async reload(child) {
      const before = reloads()
      const deadlineMs = Date.now() + RELOAD_MS
      child.kill('SIGHUP')
      while (reloads() === before && !isOver(child) && Date.now() < deadlineMs) await pass(20)
    },
  }
}

function configOf({ servers }: Setting, backend: Partial<BackendInput>): LimpetConfig {
  return {
    backends: [
      {
        name: 'app',
        check: {
          uri: HEALTH,
          inter: `${CHECK.interMs}ms`,
          timeout: `${CHECK.timeoutMs}ms`,
          fall: CHECK.fall,
          rise: CHECK.rise,
        },
        timeouts: { connect: '2s', server: '10s' },
        servers: servers.map(({ name, formerly, port, isDrained }) => ({
          name,
          url: `http://127.0.0.1:${port}`,
          ...(formerly.length > 0 && { formerly: [...formerly] }),
          ...(isDrained && { state: 'drain' as const }),
        })),
        ...backend,
      },
    ],
  }
}

/**
 * workerd does not run under libfaketime. A configuration that is a function of env is part of the Worker, so what it does to the clock
 * of its isolates is done to all of Limpet.
 */
function withClock(config: string, { atMs, byMs }: NonNullable<Place['clock']>): string {
  return `const now = Date.now
Date.now = () => now() + (now() >= ${atMs} ? ${byMs} : 0)
export default (env) => (${config})
`
}

/** Without what the operator may have set. */
function environment(): NodeJS.ProcessEnv {
  const unset = Object.keys(process.env).filter((name) => name.startsWith('LIMPET_'))
  return { ...Object.fromEntries(unset.map((name) => [name, undefined])), LIMPET_COOKIE_KEYS: COOKIE_KEYS }
}

async function tell(path: string, command: string): Promise<string> {
  const socket = connect(path)
  socket.end(`${command}\n`)
  return text(socket)
}
