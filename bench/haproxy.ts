// HAProxy beside it, where it is installed: one thread, the same backend, the same clients with cookies in its own format.

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { BACKEND, COOKIE, SERVERS } from './clients.ts'
import { directory, freePort, startOther } from './processes.ts'
import type { Balancer } from './processes.ts'

/** Undefined: it is not installed. */
export function findHaproxy(): string | undefined {
  try {
    return execFileSync('sh', ['-c', 'PATH=$PATH:/usr/sbin:/usr/local/sbin command -v haproxy'], {
      encoding: 'utf8',
    }).trim()
  } catch {
    return undefined
  }
}

export async function startHaproxy(origins: readonly string[]): Promise<Balancer> {
  const port = await freePort()
  const file = join(directory, `haproxy-${port}.cfg`)
  writeFileSync(
    file,
    `global
  nbthread 1
defaults
  mode http
  option forwardfor
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend main
  bind 127.0.0.1:${port}
  default_backend ${BACKEND}
backend ${BACKEND}
  balance roundrobin
  cookie ${COOKIE} insert indirect nocache maxidle 30m maxlife 8h
${SERVERS.map((server, i) => `  server ${server} ${new URL(origins[i]!).host} cookie ${server}\n`).join('')}`,
  )
  return startOther(findHaproxy()!, ['-db', '-f', file], port)
}
