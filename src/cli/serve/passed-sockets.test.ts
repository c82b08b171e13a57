import { once } from 'node:events'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { atPassed, matchPassed, takePassedSockets } from './passed-sockets.ts'
import { socketAt } from './socket-at.ts'

async function listenAt(where: ListenOptions): Promise<Server> {
  const server = createServer().listen(where)
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  return server
}

function descriptorOf(server: Server): number {
  const { _handle: handle } = server as unknown as { _handle: { fd: number } }
  return handle.fd
}

const passed = (address: string, port: number, number = 3) => ({ address, port, number, descriptor: number, name: '' })

it.each(['127.0.0.1', '0.0.0.0', '::1', '::'])('the kernel says where a socket listens: %s', async (host) => {
  const server = await listenAt({ host, port: 0 })
  const { port } = server.address() as AddressInfo
  expect(socketAt(descriptorOf(server))).toEqual({ address: host.includes(':') ? `[${host}]` : host, port })
})

it('the kernel says where a Unix socket listens, and of anything else nothing', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'limpet-passed-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'a b.sock')
  expect(socketAt(descriptorOf(await listenAt({ path })))).toEqual({ address: `unix:${path}`, port: 0 })
  expect(socketAt(0)).toBeUndefined()
  expect(socketAt(9999)).toBeUndefined()

  symlinkSync(directory, join(directory, 'link'))
  const wanted = { address: `unix:${join(directory, 'link', 'a b.sock')}`, port: 0 }
  expect((await matchPassed([wanted], [passed(`unix:${path}`, 0)])).unnamed).toEqual([])
})

it.each([
  ['[::]', '*', true],
  ['0.0.0.0', '*', true],
  ['[::]', '0.0.0.0', false],
  ['127.0.0.1', 'localhost', true],
  ['[::1]', '[0:0::1]', true],
  ['127.0.0.1', '*', false],
])('a socket of %s for a bind of %s: %s', async (address, wanted, isTaken) => {
  const { unnamed } = await matchPassed([{ address: wanted, port: 80 }], [passed(address, 80)])
  expect(unnamed.length === 0).toBe(isTaken)
  expect((await matchPassed([{ address: wanted, port: 81 }], [passed(address, 80)])).unnamed).toHaveLength(1)
})

it('the same address is preferred to all addresses, and several of one address go together', async () => {
  const wanted = [
    { address: '*', port: 80 },
    { address: '0.0.0.0', port: 80 },
  ]
  const sockets = [passed('0.0.0.0', 80, 3), passed('0.0.0.0', 80, 4), passed('[::]', 80, 5)]
  const { byPlace } = await matchPassed(wanted, sockets)
  expect(byPlace.get(1)).toEqual(sockets.slice(0, 2))
  expect(byPlace.get(0)).toEqual(sockets.slice(2))
})

it('fd@N is the one with that number, or an error', () => {
  const bind = { address: 'fd:3', port: 0 }
  expect(atPassed(bind, [passed('[::]', 80)], 'x')).toEqual({ address: '[::]', port: 80 })
  expect(() => atPassed(bind, [], 'frontend www')).toThrow(/^frontend www: fd@3: no socket was passed; start/)
})

it('what is for another process is not taken, and no child hears of it', () => {
  const said: string[] = []
  process.env['LISTEN_FDS'] = '2'
  process.env['LISTEN_PID'] = '1'
  expect(takePassedSockets((line) => said.push(line))).toEqual([])
  expect(said).toEqual([expect.stringContaining('LISTEN_FDS is for process 1, and this is')])
  expect(Object.keys(process.env).filter((name) => name.startsWith('LISTEN_'))).toEqual([])
})
