// Caddy with its cookie policy: the cookie is a keyed hash of a server's address, so names do not matter. It cannot drain: a server that
// is to drain is taken out, by a load of its admin API.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'

import { balancerOf, versionOf } from '../peer.ts'
import type { Peer } from '../peer.ts'
import { freePort } from '../ports.ts'
import { CHECK, HEALTH } from '../setting.ts'
import type { Setting } from '../setting.ts'

const RELOAD_MS = 200
const NO_CLOCK = 'Go asks the kernel for the time, so libfaketime cannot move its clock'

export const CADDY: readonly Peer[] = [
  {
    program: 'Caddy',
    setUp: 'cookie',
    id: 'caddy-cookie',
    clients: 'cookies',
    version: () => versionOf(['caddy', 'version'], /v?(\d\S+)/),
    without: { 'clock+1h': NO_CLOCK, 'clock-1h': NO_CLOCK, 'clock+25h': NO_CLOCK, 'clock-25h': NO_CLOCK },
    async open(place) {
      const programs = place.ports.map(async (port, i) => {
        const directory = join(place.directory, `caddy-${i}`)
        mkdirSync(directory)
        const file = join(directory, 'Caddyfile')
        const admin = await freePort()
        let text = ''
        return {
          port,
          log: join(directory, 'log'),
          command: ['caddy', 'run', '--config', file, '--adapter', 'caddyfile'],
          env: { XDG_CONFIG_HOME: directory, XDG_DATA_HOME: directory },
          stopSignal: 'SIGTERM' as const,
          write(setting: Setting) {
            text = configOf(setting, port, admin)
            writeFileSync(file, text)
          },
          async reload() {
            const headers = { 'content-type': 'text/caddyfile' }
            const answer = await fetch(`http://127.0.0.1:${admin}/load`, { method: 'POST', headers, body: text })
            if (!answer.ok) throw new Error(`Caddy's reload: ${await answer.text()}`)
            await pass(RELOAD_MS)
          },
        }
      })
      return balancerOf(await Promise.all(programs))
    },
  },
]

function configOf({ servers }: Setting, port: number, admin: number): string {
  const upstreams = servers.filter(({ isDrained }) => !isDrained).map((server) => `127.0.0.1:${server.port}`)
  return `{
	admin 127.0.0.1:${admin}
	auto_https off
	grace_period 1s
}
http://:${port} {
	bind 127.0.0.1
	reverse_proxy ${upstreams.join(' ')} {
		lb_policy cookie SERVERID a-key-for-measurements
		lb_try_duration 3s
		lb_try_interval 50ms
		health_uri ${HEALTH}
		health_interval ${CHECK.interMs}ms
		health_timeout ${CHECK.timeoutMs}ms
		fail_duration 1s
		transport http {
			dial_timeout 2s
			response_header_timeout 10s
		}
	}
}
`
}
