// How checks reach servers on this platform: by a socket where one may be opened, by fetch elsewhere.

import { connect } from 'cloudflare:sockets'

import type { Server } from '../config/config.ts'
import type { Prober } from '../health/check.ts'
import { createFetchCheck, createSocketThenFetchCheck } from '../health/fetch-check.ts'
import { createHttpCheck } from '../health/http-check.ts'
import type { Opening } from '../proxy/ports.ts'
import { isServe } from './env.ts'
import type { Env } from './env.ts'
import { UNCACHED } from './uncached.ts'

export function createProber(env: Env): Prober {
  const socket = createHttpCheck({ connect: open, now: () => Date.now() })
  if (isServe(env)) return socket
  const byFetch = createFetchCheck({
    fetch: (url, init) => fetch(url, { ...init, redirect: 'manual', cf: UNCACHED }),
    now: () => Date.now(),
  })
  return createSocketThenFetchCheck(socket, byFetch)
}

/** What comes of opening a TCP connection; nothing is sent. */
export async function tryConnection(server: Server, timeoutMs: number): Promise<Opening> {
  const socket = connect({ hostname: bareHost(server), port: server.port })
  const { promise: late, resolve } = Promise.withResolvers<Opening>()
  const timer = setTimeout(resolve, timeoutMs, 'silent')
  try {
    return await Promise.race([socket.opened.then((): Opening => 'opens'), late])
  } catch {
    return 'refused'
  } finally {
    clearTimeout(timer)
    socket.opened.catch(() => undefined)
    socket.close().catch(() => undefined)
  }
}

function open(server: Server): Socket {
  return connect(
    { hostname: bareHost(server), port: server.port },
    { secureTransport: server.tls ? 'on' : 'off', allowHalfOpen: false },
  )
}

/** URL spells an IPv6 host with brackets; sockets take it without. */
function bareHost(server: Server): string {
  return server.hostname.replace(/^\[|\]$/g, '')
}
