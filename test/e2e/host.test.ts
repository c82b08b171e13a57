// What a server gets of a Host that rules have changed, and of the request's unique ID.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'

import { describe, expect, it, onTestFinished } from 'vitest'

import { exchange, startLimpet, until } from './harness.ts'

async function startOrigin() {
  const received: IncomingHttpHeaders[] = []
  const server = createServer(({ headers }, response) => {
    received.push(headers)
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close().closeAllConnections())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

describe('a Host that rules make', () => {
  it('reaches the server when it can be sent, else the one before it, which is logged once', async () => {
    const { url, received } = await startOrigin()
    const limpet = await startLimpet({
      frontends: [
        {
          name: 'www',
          rules: [{ do: { setHeader: { name: 'Host', value: '%[req.hdr(x-name),url_dec]' } } }],
          defaultBackend: 'app',
        },
      ],
      backends: [{ name: 'app', servers: [{ name: 's1', url }] }],
    })
    const own = new URL(limpet.url).host
    const names = [
      'shop.example',
      'no/name',
      '',
      'a%0d%0aX-Injected:%201',
      'user@evil.example',
      '%C3%A9.example',
      'a:99999',
    ]
    for (const name of names) {
      const { status } = await exchange(`${limpet.url}/`, { headers: { 'x-name': name } })
      expect(status).toBe(200)
      const { host, 'x-injected': injected, 'x-forwarded-host': asked } = received.pop()!
      expect(host).toBe(name === 'shop.example' ? name : own)
      expect(injected).toBeUndefined()
      expect(asked).toBe(own)
    }
    const logged = () => limpet.stderr().match(/"event":"header-left-alone"[^\n]*/g) ?? []
    await until(() => logged().length > 0)
    expect(logged()).toHaveLength(1)
    expect(logged()[0]).toContain('"backend":"app","header":"host"')
    await until(() => limpet.log().length === names.length)
    expect(limpet.log().map(({ host }) => host)).toEqual(names.map(() => own))
  })
})

describe('a unique ID', () => {
  it('is one for the server and the log line, and another for each request', async () => {
    const { url, received } = await startOrigin()
    const limpet = await startLimpet({
      frontends: [
        { name: 'www', uniqueId: { format: '%{+X}o %ci:%cp_%Ts_%rt:%pid', header: 'X-Id' }, defaultBackend: 'app' },
      ],
      backends: [{ name: 'app', servers: [{ name: 's1', url }] }],
    })
    for (let i = 0; i < 3; i++) await exchange(limpet.url)
    const ids = received.map((headers) => headers['x-id'] as string)
    for (const [i, id] of ids.entries()) {
      expect(id).toMatch(new RegExp(`^7F000001:[0-9A-F]{4}_[0-9A-F]{8}_000${i}:[0-9A-F]{4,6}$`))
      const startedS = Number.parseInt(id.split('_')[1]!, 16)
      expect(Math.abs(startedS - Date.now() / 1000)).toBeLessThan(60)
    }
    await until(() => limpet.log().length === 3)
    expect(limpet.log().map(({ uniqueId }) => uniqueId)).toEqual(ids)
  })
})
