// `limpet serve --take-over`: another process, perhaps of another version, in the place of one that serves.

import { readdirSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { descendantsOf, isAlive } from '../processes.ts'
import { Client, sessionOf, startOrigins, temporaryDirectory, until, workerdPidOf } from './harness.ts'
import { startLoad, startServing } from './reloading.ts'

const ownerOf = (state: string) =>
  (JSON.parse(readFileSync(join(state, 'lock'), 'utf8')) as { cli: { pid: number } }).cli.pid

function command(path: string, line: string): Promise<string> {
  const socket = connect(path)
  socket.end(`${line}\n`)
  return text(socket)
}

it('another limpet serve takes over without losing a session; if it fails, the one before serves on', async () => {
  const origins = await startOrigins(3)
  const port = await freePort()
  const commands = join(temporaryDirectory(), 'commands.sock')
  const configOf = (count: number) => ({
    backends: [
      {
        name: 'app',
        cookie: { name: 'SERVERID' },
        servers: origins.slice(0, count).map(({ name, url }) => ({ name, url })),
      },
    ],
  })
  const limpet = await startServing(configOf(2), '--listen', `127.0.0.1:${port}`, '--socket', commands, '--drain', '5')
  onTestFinished(async () => {
    const owner = ownerOf(limpet.state)
    if (owner === limpet.pid) return
    process.kill(owner, 'SIGTERM')
    await until(() => !isAlive(owner))
    // It is a run like any other.
    const left = readdirSync(limpet.state).filter((name) =>
      /^(lock|generation-\d+|(front|fronts|reload).*)$/.test(name),
    )
    expect(left).toEqual([])
  })
  const clients = Array.from({ length: 4 }, () => new Client())
  const before = await Promise.all(clients.map(async (client) => sessionOf(await client.get(limpet.url)).name))
  await limpet.limpet('drain', 'app/s1')
  const load = startLoad(limpet.url)

  limpet.write('{ "backends": [{ "name": "app", "servers": [{ "name": "s1", "url": "x" }] }] }')
  await expect(limpet.takeOver()).rejects.toThrow(
    /app.s1.url: must be a URL[^]*not started; fix the errors above[^]*serves as before/,
  )

  limpet.write(configOf(3))
  const keeper = workerdPidOf(limpet.state)
  const failing = limpet.takeOver()
  const failed = expect(failing).rejects.toThrow(/the new process ended with SIGKILL[^]*serves as before/)
  await until(() => !isAlive(keeper))
  const isNode = (pid: number) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('limpet.js')
  for (const pid of descendantsOf(limpet.pid).filter(isNode)) process.kill(pid, 'SIGKILL')
  await failed
  expect(ownerOf(limpet.state)).toBe(limpet.pid)
  expect((await limpet.limpet('show', 'servers')).stdout).toMatch(/s1.*drain/)

  const taking = limpet.takeOver()
  await until(() => limpet.stderr().split('starting another').length > 3)
  process.kill(limpet.pid, 'SIGHUP')
  const reloading = limpet.reload()
  const { stdout } = await taking
  // Neither is lost: the new one does both.
  expect((await reloading).stdout).toContain('reloaded')
  await until(() => limpet.stderr().includes('told the limpet serve that has taken over to reload'))
  await until(() => limpet.stderr().split(': reloaded').length > 1)
  expect(limpet.stderr()).toContain('a reload waits: another limpet serve is taking over')
  expect(stdout).toContain(`process ${ownerOf(limpet.state)} has taken over from process ${limpet.pid}`)
  await until(() => !isAlive(limpet.pid))
  const { failed: lost } = await load.stop()
  expect(lost.length).toBeLessThanOrEqual(2)
  for (const [i, client] of clients.entries()) {
    const session = sessionOf(await client.get(limpet.url))
    expect([session.name, session.lost]).toEqual([before[i], false])
  }
  const { stdout: servers } = await limpet.limpet('show', 'servers')
  expect(servers).toMatch(/s1.*drain/)
  expect(servers).toMatch(/s3/)
  expect(await command(commands, 'show servers state app')).toContain('s3')
  expect((await limpet.reload()).stdout).toContain('reloaded')
})

it('with fewer workers nobody takes over: the sockets of the others would have nobody', async () => {
  const [origin] = await startOrigins(1)
  const config = { backends: [{ name: 'app', servers: [{ name: 's1', url: origin!.url }] }] }
  const limpet = await startServing(config, '--listen', `127.0.0.1:${await freePort()}`, '--workers', '2')
  await expect(limpet.takeOver('--workers', '1')).rejects.toThrow(
    /--workers 1: the one that is to be taken over from has 2; take as many or more[^]*serves as before/,
  )
  expect((await new Client().get(limpet.url)).status).toBe(200)
})
