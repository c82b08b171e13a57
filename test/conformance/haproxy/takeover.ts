// Clients whose cookies the real HAProxy gave out keep their servers when Limpet takes the port over, and back again.

import { freePort } from '../../free-ports.ts'
import { ask, configText } from './drive.ts'
import { startOrigins } from './origins.ts'
import type { Origins } from './origins.ts'
import { startHaproxy, startLimpet } from './peers.ts'

const CFG = [
  'cookie SERVERID insert indirect nocache maxidle 30m maxlife 8h',
  'server a {a} cookie A',
  'server b {b} cookie B',
  'server c {c} cookie C',
]
const CLIENTS = 9

/** What went wrong, in words; nothing if nobody lost a server. */
export async function takeover(): Promise<readonly string[]> {
  const origins = await startOrigins()
  try {
    return await lostWith(await freePort(), origins)
  } finally {
    origins.close()
  }
}

async function lostWith(port: number, origins: Origins): Promise<readonly string[]> {
  const config = configText([{ name: 'takeover', cfg: CFG, steps: [] }], [port], origins, '')
  const lost: string[] = []
  const clients: { readonly server: string | null; readonly cookie: string }[] = []
  const peers = { HAProxy: startHaproxy, Limpet: startLimpet, 'HAProxy again': startHaproxy }
  for (const [name, start] of Object.entries(peers)) {
    const peer = await start(config, [port])
    try {
      for (const { server, cookie } of clients) {
        const { seen } = await ask({ cookie }, port, new Map(), origins)
        if (seen.server !== server) lost.push(`${name}: a client of ${server} was sent to ${seen.server}`)
      }
      for (let i = 0; i < CLIENTS; i++) {
        const { seen, given } = await ask({}, port, new Map(), origins)
        clients.push({ server: seen.server, cookie: given[0] ?? '' })
      }
    } finally {
      await peer.stop()
    }
  }
  return lost
}
