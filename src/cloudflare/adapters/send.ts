// One request to one origin. Under serve through the origin's own service, which keeps the client's Host; on Cloudflare
// by fetch (platform.ts chooses). What rules made of the Host is in the URL.

import type { Config, Server } from '../../config/config.ts'
import { createFetchTarget } from '../../balancer/dispatch/fetch-target.ts'
import type { Outgoing } from '../../balancer/ports.ts'
import { toHeaders } from '../../http/fields.ts'
import { toHref } from '../../http/target.ts'
import { serverService } from '../env.ts'
import type { Env } from '../env.ts'
import { UNCACHED } from './uncached.ts'

export type Send = (server: Server, outgoing: Outgoing) => Promise<Response>

export function createSendByService(env: Env, config: Config): Send {
  const services = new Map<Server, Fetcher>()
  for (const backend of config.backends) {
    for (const server of backend.servers) services.set(server, serverService(env, backend.name, server.name))
  }
  return (server, outgoing) => services.get(server)!.fetch(toHref(outgoing.target), initOf(outgoing))
}

export function createSendByFetch(config: Config): Send {
  const targetOf = createFetchTarget(config)
  return (server, outgoing) => {
    const { url, resolveOverride } = targetOf(server, outgoing)
    const cf = resolveOverride === undefined ? UNCACHED : { ...UNCACHED, resolveOverride }
    return fetch(url, { ...initOf(outgoing), cf })
  }
}

/** Most requests are a GET: what is not said need not be read by the platform. */
function initOf({ method, headers, body }: Outgoing): RequestInit {
  const lines = toHeaders(headers)
  if (method === 'GET' && body === null) return { headers: lines, redirect: 'manual' }
  return { method, headers: lines, body, redirect: 'manual' }
}
