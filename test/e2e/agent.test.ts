// Agents of servers: one by TCP, one by HTTP. What they say is in force at once, shown, and taken back by nobody else.

import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'

import { expect, it, onTestFinished } from 'vitest'

import { exchange, startLimpet, startOrigins, TOKEN, until } from './harness.ts'

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

it('drains its server, takes it down and up, sets its weight, and can be turned off', async () => {
  const says = { tcp: 'up\n', http: 'up 100%\n' }
  const heard: string[] = []
  const agentPort = await listening(
    createServer((socket) => {
      socket.on('error', () => undefined)
      socket.once('data', (data) => {
        heard.push(String(data))
        socket.end(says.tcp)
      })
    }),
  )
  const httpPort = await listening(createHttpServer((_, response) => response.end(says.http)))
  const [a, b] = await startOrigins(2)
  const { url } = await startLimpet({
    snapshotRefresh: '100ms',
    frontends: [{ name: 'www', defaultBackend: 'app' }],
    backends: [
      {
        name: 'app',
        servers: [
          { name: 'a', url: a!.url, weight: 40, agent: { port: agentPort, inter: '100ms', send: 'a\n' } },
          { name: 'b', url: b!.url, weight: 40, agent: { url: `http://127.0.0.1:${httpPort}/agent`, inter: '100ms' } },
        ],
      },
    ],
  })
  const command = async (line: string) =>
    (
      await exchange(`${url}/.limpet/command`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}` },
        body: line,
      })
    ).body
  const cells = async (server: string) => {
    const [names, ...rows] = (await command('show stat'))
      .slice(2)
      .split('\n')
      .map((line) => line.split(','))
    const row = rows.find(([proxy, name]) => proxy === 'app' && name === server)!
    return (name: string) => row[names!.indexOf(name)]
  }
  const becomes = (server: string, column: string, value: string) =>
    until(async () => (await cells(server))(column) === value, 10_000)

  await becomes('a', 'last_agt', 'via agent : up')
  expect(heard[0]).toBe('a\n')
  says.tcp = 'drain\n'
  await becomes('a', 'status', 'DRAIN (agent)')
  says.tcp = 'ready down # out of disk\n'
  await becomes('a', 'status', 'DOWN (agent)')
  expect((await cells('a'))('last_agt')).toBe('via agent : down (out of disk)')
  await until(async () => (await exchange(url)).body.includes('"s2"'), 10_000)
  for (let i = 0; i < 4; i++) expect((await exchange(url)).body).toContain('"s2"')

  expect(await command('disable agent app/a')).toBe('\n')
  // The answer to a question that was asked before still counts.
  await new Promise((resolve) => setTimeout(resolve, 300))
  says.tcp = 'up\n'
  says.http = '25% maint\n'
  await becomes('b', 'status', 'MAINT')
  expect([(await cells('b'))('weight'), (await cells('a'))('status')]).toEqual(['10', 'DOWN'])
  expect(await command('enable agent app/a')).toBe('\n')
  await becomes('a', 'status', 'no check')
  expect(await command('show events')).toContain('set by its agent: out of disk')
})
