// What all locations share: the entries of KV namespaces and of the zone's cache, kept by the clock of whoever asks. The isolates'
// fakes (isolate/kv.ts, isolate/cache.ts) hold their own copies before it.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as textOf } from 'node:stream/consumers'

/** https://developers.cloudflare.com/kv/platform/limits/: one write a second of a key. */
const WRITE_EACH_MS = 1_000

interface Entry {
  readonly text: string
  readonly writtenMs: number
  readonly untilMs: number
}

export interface Truth {
  readonly address: string
  /** Of a KV namespace, by key. */
  kv(binding: string): Readonly<Record<string, string>>
  /** How many writes KV has taken and refused. */
  readonly writes: { taken: number; refused: number }
  close(): void
}

export async function startTruth(): Promise<Truth> {
  const entries = new Map<string, Entry>()
  const writes = { taken: 0, refused: 0 }
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url!, 'http://truth')
    const nowMs = Number(searchParams.get('now'))
    const known = entries.get(pathname)
    if (request.method === 'GET') {
      const isKnown = known !== undefined && nowMs < known.untilMs
      return void response.writeHead(isKnown ? 200 : 404).end(isKnown ? known.text : '')
    }
    const text = await textOf(request)
    if (pathname.startsWith('/kv/')) {
      const isTooSoon = known !== undefined && Math.abs(nowMs - known.writtenMs) < WRITE_EACH_MS
      writes[isTooSoon ? 'refused' : 'taken'] += 1
      if (isTooSoon) return void response.writeHead(429).end()
    }
    const forS = searchParams.get('for')
    entries.set(pathname, { text, writtenMs: nowMs, untilMs: forS === null ? Infinity : nowMs + Number(forS) * 1_000 })
    response.writeHead(204).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    kv(binding) {
      const prefix = `/kv/${binding}/`
      const own = [...entries].filter(([path]) => path.startsWith(prefix))
      return Object.fromEntries(own.map(([path, { text }]) => [decodeURIComponent(path.slice(prefix.length)), text]))
    },
    writes,
    close: () => void (server.close(), server.closeAllConnections()),
  }
}
