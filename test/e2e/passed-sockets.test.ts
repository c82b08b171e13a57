// `limpet serve` on sockets that somebody else holds, as systemd does: connections wait in them while there is no `limpet serve`.

import { once } from 'node:events'
import { writeFileSync, existsSync, readFileSync, statSync, readdirSync } from 'node:fs'
import { connect } from 'node:net'
import type { NetConnectOpts } from 'node:net'
import { join } from 'node:path'

import { expect, it, onTestFinished } from 'vitest'

import { createListeners } from '../../src/cli/serve/listeners.ts'
import { freePort } from '../free-ports.ts'
import { descendantsOf, isAlive } from '../processes.ts'
import { exchange, spawnServe, startOrigins, temporaryDirectory, until } from './harness.ts'
import { startLoad } from './reloading.ts'

/** Of startLoad. */
const CLIENTS = 4
const RESTARTS = 2
const REQUESTS_BETWEEN = 20

/** Open, and accepted from by nobody. */
async function holdSockets(...addresses: readonly { address: string; port: number }[]): Promise<readonly number[]> {
  const listeners = createListeners({ sockets: [], passed: [] })
  onTestFinished(() => listeners.end())
  const opened = await listeners.open(
    addresses.map((each) => ({ ...each, source: 'this test' })),
    1,
  )
  return opened.map((each) => each.descriptorOf(0))
}

async function statusLineOf(where: NetConnectOpts): Promise<string> {
  const socket = connect(where)
  onTestFinished(() => void socket.destroy())
  socket.write('GET / HTTP/1.1\r\nHost: limpet.example\r\n\r\n')
  const [data] = (await once(socket, 'data')) as [Buffer]
  return data.toString().split('\r\n')[0]!
}

async function configure(bind: readonly string[] | undefined) {
  const [origin] = await startOrigins(1)
  const file = join(temporaryDirectory(), 'limpet.config.json')
  const write = (binds: readonly string[] | undefined) =>
    writeFileSync(
      file,
      JSON.stringify({
        frontends: [{ name: 'www', ...(binds && { bind: binds }), defaultBackend: 'app' }],
        backends: [{ name: 'app', servers: [{ name: 's1', url: origin!.url }] }],
      }),
    )
  write(bind)
  return { file, write }
}

it.each([1, 2])('a restart refuses nobody, and the sockets outlive a kill -9: --workers %i', async (workers) => {
  const port = await freePort()
  const passed = await holdSockets({ address: '127.0.0.1', port })
  const { file } = await configure([`127.0.0.1:${port}`])
  const state = temporaryDirectory()
  const start = () => spawnServe([file, '--workers', String(workers)], { state, passed })
  let serving = start()
  await serving.listening(1)
  const url = `http://127.0.0.1:${port}`
  const load = startLoad(url)
  for (let i = 0; i < RESTARTS; i++) {
    const before = load.sent()
    await until(() => load.sent() >= before + REQUESTS_BETWEEN)
    expect(await serving.stop()).toBe(0)
    serving = start()
    await serving.listening(1)
  }
  const { failed, requests } = await load.stop()
  // A front that stops loses what it had accepted and not read yet: on a busy machine one request of a client, as by a reload. Who connects
  // again may meet the other front.
  expect(failed.filter((error) => (error as NodeJS.ErrnoException).code !== 'ECONNRESET')).toEqual([])
  expect(failed.length).toBeLessThanOrEqual(CLIENTS * RESTARTS * workers)
  expect(requests).toBeGreaterThanOrEqual(RESTARTS * REQUESTS_BETWEEN)
  expect(readdirSync(state)).toContain('keeper.sock')

  const started = descendantsOf(serving.pid)
  await serving.kill()
  // The kernel ends them, each in its time.
  await until(() => !started.some(isAlive))
  const waiting = exchange(url)
  serving = start()
  expect((await waiting).status).toBe(200)
  // It may not have said that it listens yet.
  await serving.stop()
  expect(readdirSync(state).filter((name) => name.endsWith('.sock'))).toEqual([])
})

it('sockets are found by address, of all kinds; children do not hear of them; files stay', async () => {
  const port = await freePort()
  const path = join(temporaryDirectory(), 'www.sock')
  const addresses = [
    { address: '*', port },
    { address: '[::1]', port: await freePort() },
    { address: `unix:${path}`, port: 0 },
  ]
  const passed = await holdSockets(...addresses)
  const inode = statSync(path).ino
  // That file had another name when it was opened.
  const { file, write } = await configure([`*:${port}`, `localhost:${await freePort()}`, 'fd@4', 'fd@5'])
  const serving = spawnServe([file], { state: temporaryDirectory(), passed })
  await serving.listening(4)
  expect((await exchange(`http://127.0.0.1:${port}`)).status).toBe(200)
  expect(await statusLineOf({ host: '::1', port: addresses[1]!.port })).toBe('HTTP/1.1 200 OK')
  expect(await statusLineOf({ path })).toBe('HTTP/1.1 200 OK')
  for (const pid of descendantsOf(serving.pid)) {
    expect(readFileSync(`/proc/${pid}/environ`, 'utf8')).not.toContain('LISTEN_')
  }

  write([`*:${port}`, 'fd@5'])
  process.kill(serving.pid, 'SIGHUP')
  await until(() => /\[::1\]:\d+ \(descriptor 4\): passed by LISTEN_FDS, and no bind names it/.test(serving.stderr()))
  expect(await statusLineOf({ host: '::1', port: addresses[1]!.port })).toBe('HTTP/1.1 200 OK')
  await serving.stop()
  expect(statSync(path).ino).toBe(inode)
  expect(existsSync(path)).toBe(true)
})

it('without a bind and --listen, what is passed is what is served', async () => {
  const port = await freePort()
  const { file } = await configure(undefined)
  const serving = spawnServe([file], { passed: await holdSockets({ address: '127.0.0.1', port }) })
  expect(await serving.listening(1)).toEqual([`http://127.0.0.1:${port}`])
  expect((await exchange(`http://127.0.0.1:${port}`)).status).toBe(200)
})

it('what cannot be served is refused, with what to do', async () => {
  const port = await freePort()
  const passed = await holdSockets({ address: '127.0.0.1', port })
  const other = await configure([`127.0.0.1:${await freePort()}`])
  const unnamed = spawnServe([other.file], { passed })
  expect(await unnamed.ended).toBe(1)
  expect(unnamed.stderr()).toMatch(
    new RegExp(`^127.0.0.1:${port} \\(descriptor 3\\): passed by LISTEN_FDS, and no bind names it.*socket unit`, 'm'),
  )

  const missing = await configure(['fd@4'])
  const absent = spawnServe([missing.file], { passed })
  expect(await absent.ended).toBe(1)
  expect(absent.stderr()).toContain(`frontend 'www': fd@4: passed were 127.0.0.1:${port} (descriptor 3)`)

  const { file } = await configure(undefined)
  const elsewhere = spawnServe([file, '--listen', `127.0.0.1:${await freePort()}`], {
    environment: { LISTEN_FDS: '1', LISTEN_PID: '1' },
  })
  await elsewhere.listening(1)
  expect(elsewhere.stderr()).toContain('LISTEN_FDS is for process 1, and this is')
})

it('another limpet serve takes them over, and may name them otherwise', async () => {
  const port = await freePort()
  const passed = await holdSockets({ address: '127.0.0.1', port })
  const { file, write } = await configure(['fd@3'])
  const state = temporaryDirectory()
  const serving = spawnServe([file], { state, passed })
  const [url] = await serving.listening(1)
  write([`127.0.0.1:${port}`])
  const taking = spawnServe([file, '--take-over'], { state })
  expect(await taking.ended).toBe(0)
  expect((await exchange(url!)).status).toBe(200)
  const owner = (JSON.parse(readFileSync(join(state, 'lock'), 'utf8')) as { cli: { pid: number } }).cli.pid
  expect(owner).not.toBe(serving.pid)
  process.kill(owner, 'SIGTERM')
  await until(() => !isAlive(owner))
  // The queue is still there.
  const again = spawnServe([file], { state, passed })
  await again.listening(1)
  expect((await exchange(url!)).status).toBe(200)
})
