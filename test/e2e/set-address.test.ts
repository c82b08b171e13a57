// `set server … addr` on the command socket of `limpet serve`: the server is elsewhere, whoever is on it stays on it by its name, and the file
// holds again once it is read.

import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { freePort } from '../free-ports.ts'
import { Client, sessionOf, startOrigins, temporaryDirectory } from './harness.ts'
import { startLoad, startServing } from './reloading.ts'

it('sends the clients of a server to another address, until the file is read again', async () => {
  const [one, two, moved] = await startOrigins(3)
  const port = await freePort()
  const path = join(temporaryDirectory(), 'commands.sock')
  const command = (line: string) => {
    const socket = connect(path)
    socket.end(`${line}\n`)
    return text(socket)
  }
  const config: LimpetConfig = {
    backends: [
      {
        name: 'app',
        cookie: { name: 'SERVERID' },
        check: { inter: '200ms', rise: 1, fall: 1 },
        servers: [
          { name: 's1', url: one!.url },
          { name: 's2', url: two!.url },
        ],
      },
    ],
  }
  const limpet = await startServing(config, '--listen', `127.0.0.1:${port}`, '--socket', path, '--drain', '5')
  const clients = Array.from({ length: 4 }, () => new Client())
  const before = await Promise.all(clients.map(async (client) => sessionOf(await client.get(limpet.url)).name))
  expect(before).toContain('s1')
  await command('set server app/s2 weight 7')

  const load = startLoad(limpet.url)
  expect(await command(`set server app/s1 addr 127.0.0.1 port ${moved!.port}`)).toBe(
    `no need to change the addr, port changed from '${one!.port}' to '${moved!.port}' by 'stats socket command'\n\n`,
  )
  const { failed } = await load.stop()
  expect(failed.length).toBeLessThanOrEqual(2)
  await one!.kill()
  const served = async () => Promise.all(clients.map(async (client) => sessionOf(await client.get(limpet.url)).name))
  expect(await served()).toEqual(before.map((name) => (name === 's1' ? 's3' : name)))
  // Checks are of the address, too, and what an operator has set stays.
  expect(await command('show servers state app')).toMatch(new RegExp(` s1 127\\.0\\.0\\.1 2 .* ${moved!.port} `))
  expect(await command('get weight app/s2')).toMatch(/^7 /)
  expect(await command(`set server app/s1 addr 127.0.0.1 port ${moved!.port}`)).toMatch(/no need to change the port/)
  expect(await command(`set server app/s1 addr 127.0.0.1 port ${port}`)).toMatch(/is this balancer itself/)

  await one!.restart()
  await limpet.reload()
  expect(await command('show servers state app')).toMatch(new RegExp(` s1 127\\.0\\.0\\.1 .* ${one!.port} `))
  expect(await served()).toEqual(before)
})
