// One request to one origin. Under serve through the origin's own service, which keeps the client's Host; on Cloudflare
// by fetch, where the URL decides the Host unless cf.resolveOverride may be used.

import type { Config, Server } from '../config/config.ts'
import type { Outgoing } from '../proxy/ports.ts'
import { isServe, serverService } from './env.ts'
import type { Env } from './env.ts'

export type Send = (server: Server, outgoing: Outgoing) => Promise<Response>

export function createSend(env: Env, config: Config): Send {
  if (!isServe(env)) return sendByFetch
  const services = new Map<Server, Fetcher>()
  for (const backend of config.backends) {
    for (const server of backend.servers) services.set(server, serverService(env, backend.name, server.name))
  }
  return (server, outgoing) => services.get(server)!.fetch(outgoing.url, initOf(outgoing))
}

function sendByFetch(server: Server, outgoing: Outgoing): Promise<Response> {
  const init: RequestInit = { ...initOf(outgoing), cache: 'no-store' }
  if (outgoing.host === 'client') return fetch(outgoing.url, { ...init, cf: { resolveOverride: server.hostname } })
  return fetch(server.origin + outgoing.url.pathname + outgoing.url.search, init)
}

function initOf({ method, headers, body }: Outgoing): RequestInit {
  return { method, headers, body, redirect: 'manual' }
}
