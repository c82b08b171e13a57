// Apache's mod_proxy_balancer with a route cookie of its own and mod_proxy_hcheck: a server that drains has `status=+N`, and a reload is the
// signal of `apachectl graceful`.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'

import { balancerOf, movableClock, versionOf } from '../peer.ts'
import type { Peer } from '../peer.ts'
import { CHECK, HEALTH } from '../setting.ts'
import type { Setting } from '../setting.ts'

const RELOAD_MS = 1000
const MODULES =
  'mpm_event authz_core headers proxy proxy_http proxy_balancer lbmethod_byrequests slotmem_shm proxy_hcheck'

export const APACHE: readonly Peer[] = [
  {
    program: 'Apache',
    setUp: 'route cookie',
    id: 'apache-cookie',
    clients: 'cookies',
    version: () => versionOf(['apache2', '-v'], /Apache\/(\S+)/),
    async open(place) {
      return balancerOf(
        place.ports.map((port, i) => {
          const directory = join(place.directory, `apache-${i}`)
          mkdirSync(directory)
          const file = join(directory, 'apache.conf')
          return {
            port,
            log: join(directory, 'log'),
            command: ['apache2', '-D', 'FOREGROUND', '-f', file],
            env: movableClock(place),
            stopSignal: 'SIGTERM',
            write: (setting) => writeFileSync(file, configOf(setting, port, directory)),
            async reload(child) {
              child.kill('SIGUSR1')
              await pass(RELOAD_MS)
            },
          }
        }),
      )
    },
  },
]

function configOf({ servers }: Setting, port: number, directory: string): string {
  const checks = `hcmethod=GET hcuri=${HEALTH} hcinterval=${CHECK.interMs}ms hcfails=${CHECK.fall} hcpasses=${CHECK.rise}`
  const members = servers.map(
    ({ name, port: at, formerly, isDrained }) =>
      `  BalancerMember http://127.0.0.1:${at} route=${formerly[0] ?? name} ${checks} retry=1 connectiontimeout=2 timeout=10 upgrade=websocket${isDrained ? ' status=+N' : ''}`,
  )
  return `ServerRoot /usr/lib/apache2
ServerName localhost
Listen 127.0.0.1:${port}
PidFile ${join(directory, 'pid')}
DefaultRuntimeDir ${directory}
Mutex file:${directory} default
ErrorLog ${join(directory, 'error')}
User www-data
${MODULES.split(' ')
  .map((name) => `LoadModule ${name}_module modules/mod_${name}.so`)
  .join('\n')}
StartServers 2
ServerLimit 6
ThreadsPerChild 64
MaxRequestWorkers 384
KeepAlive On
KeepAliveTimeout 30
MaxKeepAliveRequests 0
<Proxy balancer://app>
${members.join('\n')}
  ProxySet stickysession=ROUTEID lbmethod=byrequests
</Proxy>
Header add Set-Cookie "ROUTEID=.%{BALANCER_WORKER_ROUTE}e; path=/" env=BALANCER_ROUTE_CHANGED
ProxyPass / balancer://app/
`
}
