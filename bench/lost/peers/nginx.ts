// nginx as Debian has it: by the client's address or by a hash of the key. It has no active checks, and a server that drains is marked
// `down`, since `drain` and `sticky` are not in it. A reload is SIGHUP.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'

import { balancerOf, movableClock, versionOf } from '../peer.ts'
import type { Peer } from '../peer.ts'
import { KEY_HEADER } from '../setting.ts'
import type { Setting } from '../setting.ts'

const RELOAD_MS = 500

function peer(setUp: string, policy: string): Peer {
  return {
    program: 'nginx',
    setUp,
    id: `nginx-${setUp.replaceAll(/\W+|_/g, '-')}`,
    clients: 'keys',
    version: () => versionOf(['nginx', '-v'], /nginx\/(\S+)/),
    async open(place) {
      return balancerOf(
        place.ports.map((port, i) => {
          const directory = join(place.directory, `nginx-${i}`)
          mkdirSync(directory)
          const file = join(directory, 'nginx.conf')
          return {
            port,
            log: join(directory, 'log'),
            command: ['nginx', '-p', directory, '-c', file, '-e', 'stderr'],
            env: movableClock(place),
            stopSignal: 'SIGTERM',
            write: (setting) => writeFileSync(file, configOf(setting, port, directory, policy)),
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

export const NGINX: readonly Peer[] = [
  peer('ip_hash', 'ip_hash;'),
  peer('hash', `hash $http_${KEY_HEADER.replaceAll('-', '_')} consistent;`),
]

function configOf({ servers }: Setting, port: number, directory: string, policy: string): string {
  const lines = servers.map(
    (server) => `    server 127.0.0.1:${server.port} max_fails=2 fail_timeout=1s${server.isDrained ? ' down' : ''};`,
  )
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  return `daemon off;
worker_processes 1;
pid ${join(directory, 'pid')};
error_log stderr warn;
events { worker_connections 1024; }
http {
  access_log off;
  ${folders.map((each) => `${each}_temp_path ${join(directory, each)};`).join('\n  ')}
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream app {
    ${policy}
${lines.join('\n')}
    keepalive 32;
  }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://app;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_connect_timeout 2s;
      proxy_read_timeout 10s;
      proxy_next_upstream error timeout;
    }
  }
}
`
}
