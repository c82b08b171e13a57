// A WebSocket whose client stops reading: its server waits, and the balancer holds nothing for it.

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'

import { describe, expect, it, onTestFinished } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { startLimpet, startOrigins, exchange, until } from './harness.ts'

const MESSAGE = Buffer.alloc(64 * 1024)
const MEGABYTE = 1024 * 1024
const MUCH = 100 * MEGABYTE

/** Sends `MUCH` to whoever connects, as quickly as it is taken. */
async function startTalker() {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false })
  onTestFinished(() => {
    for (const client of server.clients) client.terminate()
    server.close()
  })
  const sent = { bytes: 0 }
  server.on('connection', (socket) => {
    const talk = () => {
      socket.send(MESSAGE, () => {
        sent.bytes += MESSAGE.length
        if (sent.bytes < MUCH) talk()
      })
    }
    talk()
  })
  await once(server, 'listening')
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, sent }
}

/** What its server could get rid of until nothing more was taken. */
async function takenFor(config: LimpetConfig, sent: { bytes: number }): Promise<number> {
  const { url } = await startLimpet(config)
  const client = new WebSocket(url.replace('http', 'ws'), { perMessageDeflate: false })
  await once(client, 'open')
  onTestFinished(() => client.terminate())
  client.pause()
  let before = -1
  while (before !== sent.bytes && sent.bytes < MUCH) {
    before = sent.bytes
    await new Promise((resolve) => setTimeout(resolve, 1_500))
  }
  return sent.bytes
}

describe('a WebSocket client that stops reading', () => {
  it.each([
    ['leastconn', { balance: 'leastconn' as const }, {}],
    ['random', { balance: 'random' as const }, {}],
    ['maxconn', {}, { maxconn: 10 }],
  ])('makes its server wait under %s', async (_, backend, server) => {
    const { url, sent } = await startTalker()
    const frontends = [{ name: 'www', defaultBackend: 'app', maxconn: 100 }]
    const backends = [{ name: 'app', ...backend, servers: [{ name: 's1', url, ...server }] }]
    expect(await takenFor({ frontends, backends }, sent)).toBeLessThan(20 * MEGABYTE)
  })

  it('with countSockets costs what its server has to say', async () => {
    const { url, sent } = await startTalker()
    const backends = [{ name: 'app', balance: 'leastconn' as const, servers: [{ name: 's1', url }] }]
    expect(await takenFor({ countSockets: true, backends }, sent)).toBeGreaterThanOrEqual(MUCH)
  })
})

describe('leastconn', () => {
  it('counts a WebSocket that passes through', async () => {
    const origins = await startOrigins(2)
    const servers = origins.map(({ name, url }) => ({ name, url }))
    const limpet = await startLimpet({ backends: [{ name: 'app', balance: 'leastconn', servers }] })
    const socket = new WebSocket(limpet.url.replace('http', 'ws'))
    await once(socket, 'open')
    onTestFinished(() => socket.terminate())
    await until(() => limpet.log().length === 1)
    const first = limpet.log()[0]!['server']
    for (let i = 0; i < 4; i++) {
      const { name } = JSON.parse((await exchange(`${limpet.url}/whoami`)).body) as { name: string }
      expect(name).not.toBe(first)
    }
  })
})
