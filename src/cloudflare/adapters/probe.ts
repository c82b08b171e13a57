// How checks reach servers: under serve by a socket; on Cloudflare by fetch, as requests do, unless a check asks for a socket.
// platform.ts chooses.

import { connect } from 'cloudflare:sockets'

import { withoutBrackets } from '../../config/brackets.ts'
import type { Config, Server } from '../../config/config.ts'
import { fetchableNames } from '../../config/own-hosts.ts'
import type { Prober } from '../../health/check.ts'
import { cloudflareFailure } from '../../health/cloudflare-failure.ts'
import { createFetchCheck } from '../../health/fetch-check.ts'
import { createHttpCheck } from '../../health/http-check.ts'
import type { HttpCheckPorts } from '../../health/http-check.ts'
import type { Opening } from '../../balancer/ports.ts'
import type { PatternOf } from '../../pattern/compile.ts'
import { checkService } from '../env.ts'
import type { Env } from '../env.ts'
import { createOwnNames } from './own-name.ts'
import { UNCACHED } from './uncached.ts'

export interface Probers {
  /** What decides. */
  readonly probe: Prober
  /** The way release 0.1 asked, if fetch asks now; undefined: nothing has changed. */
  readonly formerProbe: Prober | undefined
}

export function createSocketProbers(env: Env, config: Config, patternOf: PatternOf): Probers {
  const services = new Map(
    config.backends.flatMap(({ name, servers }) =>
      servers.map((server) => [server, checkService(env, name, server.name)] as const),
    ),
  )
  const connectTo = (asked: Server, server: Server) =>
    services.get(server)?.connect(`${asked.hostname}:${asked.port}`) ?? open(asked)
  return { probe: bySocket(patternOf, connectTo), formerProbe: undefined }
}

export function createFetchProbers(_env: Env, config: Config, patternOf: PatternOf): Probers {
  const former = bySocket(patternOf, open)
  const ownNames = createOwnNames(config)
  const byFetch = createFetchCheck({
    async fetch(url, init, resolveOverride) {
      const cf = resolveOverride === undefined ? UNCACHED : { ...UNCACHED, resolveOverride }
      const response = await fetch(url, { ...init, redirect: 'manual', cf })
      if (cloudflareFailure(response)?.mayBeOwnName) ownNames.fetched(new URL(url).hostname)
      return response
    },
    hasName: fetchableNames(config),
    now: () => Date.now(),
    patternOf,
  })
  return {
    probe: (server, check, state) => (check.by === 'socket' ? former : byFetch)(server, check, state),
    formerProbe: former,
  }
}

function bySocket(patternOf: PatternOf, connectTo: HttpCheckPorts['connect']): Prober {
  return createHttpCheck({ connect: connectTo, now: () => Date.now(), patternOf })
}

/** Tries to open a TCP connection; sends nothing. */
export async function tryConnection(server: Server, timeoutMs: number): Promise<Opening> {
  const socket = connect({ hostname: withoutBrackets(server.hostname), port: server.port })
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

/** Without TLS. */
export function openPlain(hostname: string, port: number): Socket {
  return connect({ hostname: withoutBrackets(hostname), port }, { secureTransport: 'off', allowHalfOpen: false })
}

function open(server: Server): Socket {
  return connect(
    { hostname: withoutBrackets(server.hostname), port: server.port },
    { secureTransport: server.tls ? 'on' : 'off', allowHalfOpen: false },
  )
}
