// How checks reach servers on this platform: by a socket where one may be opened, by fetch elsewhere.

import { connect } from 'cloudflare:sockets'

import type { Server } from '../config/config.ts'
import type { Prober } from '../health/check.ts'
import { createFetchCheck, createSocketThenFetchCheck } from '../health/fetch-check.ts'
import { createHttpCheck } from '../health/http-check.ts'
import { isServe } from './env.ts'
import type { Env } from './env.ts'

export function createProber(env: Env): Prober {
  const socket = createHttpCheck({ connect: open, now: () => Date.now() })
  if (isServe(env)) return socket
  const byFetch = createFetchCheck({
    fetch: (url, init) => fetch(url, { ...init, redirect: 'manual', cache: 'no-store' }),
    now: () => Date.now(),
  })
  return createSocketThenFetchCheck(socket, byFetch)
}

/** Whether a TCP connection opens in time; nothing is sent. */
export async function canConnect(server: Server, timeoutMs: number): Promise<boolean> {
  const socket = connect({ hostname: bareHost(server), port: server.port })
  const { promise: late, resolve } = Promise.withResolvers<boolean>()
  const timer = setTimeout(() => resolve(false), timeoutMs)
  try {
    return await Promise.race([socket.opened.then(() => true), late])
  } catch {
    return false
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
