// Servers on this machine in the place of those in the configuration: each counts visits in its own memory.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Origin {
  /** Of the requests that it got, without health checks. */
  readonly paths: readonly string[]
  readonly checks: number
  stop(): Promise<void>
}

/** By host name. What the Worker fetches goes through this process's fetch, which finds them by these names. */
export async function startOrigins(hosts: readonly string[]): Promise<Record<string, Origin>> {
  const started = await Promise.all(hosts.map(async (host) => [host, await start(host.split('.')[0]!)] as const))
  const ports = new Map(started.map(([host, { port }]) => [host, port]))
  const { fetch } = globalThis
  globalThis.fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    const port = ports.get(url.hostname)
    if (port === undefined) return fetch(input, init)
    // As Cloudflare answers for a server that refuses connections.
    const down = () => new Response('error code: 521', { status: 521, headers: { server: 'cloudflare' } })
    return fetch(`http://127.0.0.1:${port}${url.pathname}${url.search}`, init).catch(down)
  }
  return Object.fromEntries(started.map(([host, { origin }]) => [host, origin]))
}

async function start(name: string) {
  const paths: string[] = []
  let checks = 0
  const server = createServer(({ url = '/' }, response) => {
    if (url === '/health') checks += 1
    else paths.push(url)
    response.end(`${name}, visit ${paths.length}`)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const origin: Origin = {
    paths,
    get checks() {
      return checks
    },
    async stop() {
      server.close().closeAllConnections()
    },
  }
  return { port: (server.address() as AddressInfo).port, origin }
}
