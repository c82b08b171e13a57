// Clients that come back for each step of a canary, with the cookies that they were given: how many are on the canary, came to it, and
// went back. Each meets the isolates in turns. Servers answer with `RELEASE SERVER`.

import { Agent, createServer, request } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

import type { LimpetConfig } from '../../src/config/options/root.ts'

/** Of each isolate. */
const CONNECTIONS = 16
/** What browsers say of a document, and of what its page fetches. */
const HEADERS = {
  document: { accept: 'text/html,*/*;q=0.8', 'sec-fetch-dest': 'document', 'sec-fetch-mode': 'navigate' },
  part: { accept: '*/*', 'sec-fetch-dest': 'empty', 'sec-fetch-mode': 'cors' },
}

export interface Step {
  /** Clients that got a document of the canary. */
  readonly on: number
  /** Clients that did not before, and do now. */
  readonly came: number
  /** Clients that did before, and do not now. */
  readonly back: number
  /** Clients that got the same release as before from another server. */
  readonly moved: number
}

interface Client {
  readonly cookies: Map<string, string>
  release: string | undefined
  server: string | undefined
}

export interface Servers {
  readonly config: LimpetConfig
  end(): void
}

/** Two servers of `r1`, which is current, and two of `r2`, in this process. */
export async function startServers(): Promise<Servers> {
  const listening = await Promise.all(['r1 a1', 'r1 a2', 'r2 b1', 'r2 b2'].map(startServer))
  return {
    config: {
      log: 'off',
      backends: [
        {
          name: 'app',
          cookie: { name: 'SERVERID' },
          releases: { list: ['r1', 'r2'], current: 'r1', documents: 'current' },
          servers: listening.map(({ release, name, url }) => ({ name, release, url })),
        },
      ],
    },
    end() {
      for (const { server } of listening) {
        server.close()
        server.closeAllConnections()
      }
    },
  }
}

async function startServer(says: string) {
  const [release, name] = says.split(' ') as [string, string]
  const server: Server = createServer((_, response) => response.end(says))
  // Not sooner than Limpet: a request on a connection that closes would be counted as lost.
  server.keepAliveTimeout = 300_000
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  return { server, release, name, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
}

/** @param urls one for each isolate. */
export function createClients(count: number, urls: readonly string[]) {
  const agents = urls.map(() => new Agent({ keepAlive: true, maxSockets: CONNECTIONS }))
  const clients = Array.from({ length: count }, (): Client => ({
    cookies: new Map(),
    release: undefined,
    server: undefined,
  }))
  let turn = 0

  /** @throws unless it is answered with 200. */
  const ask = async (client: Client, i: number, kind: keyof typeof HEADERS) => {
    const isolate = (i + turn) % urls.length
    const cookie = [...client.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    // What one program of one address asks for within seconds is drawn once: here all have one address.
    const headers = { ...HEADERS[kind], 'user-agent': `client ${i}`, ...(cookie && { cookie }) }
    const { status, set, body } = await send(urls[isolate]!, headers, agents[isolate]!)
    if (status !== 200) throw new Error(`${urls[isolate]} answered a ${kind} with ${status}: ${body}`)
    for (const line of set) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? []
      client.cookies.set(name, value)
    }
    return body.split(' ') as [release: string, server: string]
  }

  const all = async (work: (client: Client, i: number) => Promise<void>) => {
    let next = 0
    const one = async () => {
      while (next < count) {
        const i = next++
        await work(clients[i]!, i)
      }
    }
    await Promise.all(Array.from({ length: urls.length * CONNECTIONS }, one))
    // So that each meets another isolate next.
    turn++
  }

  return {
    /** Each opens a document. */
    async open(canary: string): Promise<Step> {
      const step = { on: 0, came: 0, back: 0, moved: 0 }
      await all(async (client, i) => {
        const [release, server] = await ask(client, i, 'document')
        if (release === canary) step.on++
        if (release === canary && client.release !== canary) step.came++
        if (release !== canary && client.release === canary) step.back++
        if (release === client.release && server !== client.server) step.moved++
        client.release = release
        client.server = server
      })
      return step
    },
    /**
     * Pages of the release that are open, at most `most`, fetch something. Returns how many did, and how many got it from another
     * release.
     */
    async fetchFrom(release: string, most: number): Promise<{ readonly fetched: number; readonly mixed: number }> {
      let fetched = 0
      let mixed = 0
      await all(async (client, i) => {
        if (client.release !== release || fetched === most) return
        fetched++
        const [met] = await ask(client, i, 'part')
        if (met !== release) mixed++
      })
      return { fetched, mixed }
    },
    end() {
      for (const agent of agents) agent.destroy()
    },
  }
}

interface Answer {
  readonly status: number
  readonly set: readonly string[]
  readonly body: string
}

function send(url: string, headers: Readonly<Record<string, string>>, agent: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { headers, agent }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (body += chunk))
      response.on('error', reject)
      response.on('end', () =>
        resolve({ status: response.statusCode!, set: response.headers['set-cookie'] ?? [], body }),
      )
    })
    sent.on('error', reject)
    sent.end()
  })
}
