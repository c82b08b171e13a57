// `--peer NAME=COMMAND`: any other balancer, such as a newer build. COMMAND runs in a shell and stays in the foreground. It finds
// in LOST_SETTING a JSON file, {"port": 21000, "servers": [{"name": "s1", "formerly": [], "port": 21001, "isDrained": false}]}, listens
// on that port of 127.0.0.1, reads the file again on SIGHUP, and ends on SIGTERM.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'

import { balancerOf, movableClock } from '../peer.ts'
import type { Peer } from '../peer.ts'

/** Long enough for another configuration to be in force. */
const RELOAD_MS = 1500

export function commandPeer(written: string): Peer {
  const [, name, kind, command] = /^([\w.-]+)(:keys)?=(.+)$/s.exec(written) ?? []
  if (name === undefined || command === undefined)
    throw new Error(`--peer: '${written}' must be NAME=COMMAND or NAME:keys=COMMAND, such as nginx-next=./serve.sh`)
  return {
    program: name,
    setUp: '',
    id: name,
    clients: kind === undefined ? 'cookies' : 'keys',
    version: () => command,
    async open(place) {
      return balancerOf(
        place.ports.map((port, i) => {
          const directory = join(place.directory, `${name}-${i}`)
          mkdirSync(directory)
          const file = join(directory, 'setting.json')
          return {
            port,
            log: join(directory, 'log'),
            command: ['sh', '-c', `exec ${command}`],
            env: { ...movableClock(place), LOST_SETTING: file },
            stopSignal: 'SIGTERM',
            write: ({ servers }) => writeFileSync(file, JSON.stringify({ port, servers })),
            async reload(child) {
              child.kill('SIGHUP')
              await pass(RELOAD_MS)
            },
          }
        }),
      )
    },
  }
}
