// `limpet serve` while it runs: another configuration, and processes of its that end by themselves.

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import type { LimpetConfig } from '../../src/config/options/root.ts'
import { freePort } from '../free-ports.ts'
import { descendantsOf } from '../processes.ts'
import {
  Client,
  exchange,
  sessionOf,
  spawnServe,
  startOrigins,
  temporaryDirectory,
  until,
  workerdPidOf,
} from './harness.ts'
import { startMailServer } from './mail-server.ts'
import { startLoad, startServing } from './reloading.ts'
import { syslogServer } from './syslog-server.ts'

it('a reload keeps sessions, states, counters and tables, serves what is new, and refuses what is wrong', async () => {
  const origins = await startOrigins(3)
  const [port, other] = [await freePort(), await freePort()]
  const configOf = (count: number, more: Partial<LimpetConfig['backends'][number]> = {}, binds = [port]) => ({
    frontends: [
      {
        name: 'www',
        bind: binds.map((each) => `127.0.0.1:${each}`),
        stickTable: { type: 'string' as const, size: 10, expire: '10m' as const, data: ['http_req_cnt'] },
        rules: [{ do: { trackSc: { sc: 0 as const, key: 'str(all)' } } }],
        defaultBackend: 'app',
      },
    ],
    backends: [
      {
        name: 'app',
        cookie: { name: 'SERVERID' },
        servers: origins.slice(0, count).map(({ name, url }) => ({ name, url })),
        ...more,
      },
    ],
  })
  const limpet = await startServing(configOf(2), '--drain', '5')
  const clients = Array.from({ length: 6 }, () => new Client())
  const before = await Promise.all(clients.map(async (client) => sessionOf(await client.get(limpet.url)).name))
  await limpet.limpet('drain', 'app/s1')

  const load = startLoad(limpet.url)
  limpet.write(configOf(3, {}, [port, other]))
  const added = await limpet.reload()
  expect(added.stdout).toMatch(/s3 +is new/)
  expect(added.stdout).toContain(`listening on http://127.0.0.1:${other}`)
  expect((await exchange(`http://127.0.0.1:${other}/`)).status).toBe(200)

  limpet.write('{ "backends": [{ "name": "app", "servers": [{ "name": "s1", "url": "x" }] }] }')
  await expect(limpet.reload()).rejects.toThrow(/app\/s1.url: must be a URL[^]*is served as it was/)

  // A stick table that the keeper has never heard of, and a bind less.
  limpet.write(configOf(3, { stickTable: { type: 'string', size: 100 }, stick: [{ on: 'path' }] }))
  process.kill(limpet.pid, 'SIGHUP')
  await until(() => limpet.stderr().match(/: reloaded$/gm)?.length === 2)
  // The old front answers there until it leaves.
  await until(() =>
    exchange(`http://127.0.0.1:${other}/`).then(
      () => false,
      (error: NodeJS.ErrnoException) => error.code === 'ECONNREFUSED',
    ),
  )
  const { requests, failed, toldToClose } = await load.stop()
  // What a front has accepted and not read yet when it is told to end (docs/limits.md).
  expect(failed.length).toBeLessThanOrEqual(2)
  expect(Math.min(...toldToClose)).toBeGreaterThan(0)

  for (const [i, client] of clients.entries()) {
    const session = sessionOf(await client.get(limpet.url))
    expect([session.name, session.lost]).toEqual([before[i], false])
  }
  const { stdout: servers } = await limpet.limpet('show', 'servers', '--json')
  expect(servers).toMatch(/"server": ?"s1"[^}]*"state": ?"drain"|"state": ?"drain"[^}]*"server": ?"s1"/)
  const { stdout: table } = await limpet.limpet('show', 'table', 'app')
  expect(table).toMatch(/used:1\n0x1: key=\S+ .*server_key=s/)
  const { stdout: counted } = await limpet.limpet('show', 'table', 'www')
  expect(Number(/ http_req_cnt=(\d+)/.exec(counted)?.[1])).toBeGreaterThanOrEqual(requests - failed.length)
  const { stdout: stat } = await limpet.limpet('show', 'stat', '--csv')
  const www = stat.split('\n').find((line) => line.startsWith('www,FRONTEND'))!
  // Of all fronts there have been. One look may come before the last report of a front that is going.
  expect(Number(www.split(',')[7])).toBeGreaterThanOrEqual(requests - failed.length)
})

it('a front or the keeper that is killed, or has too many connections, is started again, over which nobody loses a session', async () => {
  const origins = await startOrigins(2)
  const port = await freePort()
  const servers = origins.map(({ name, url }) => ({ name, url }))
  const backends = [{ name: 'app', cookie: { name: 'SERVERID' }, servers }]
  const limpet = await startServing({ backends }, '--listen', `127.0.0.1:${port}`, '--workers', '2')
  const client = new Client()
  const { name } = sessionOf(await client.get(limpet.url))
  const keeper = workerdPidOf(limpet.state)
  await limpet.limpet('drain', `app/${name}`)

  process.kill(keeper, 'SIGKILL')
  expect(sessionOf(await client.get(limpet.url))).toMatchObject({ name, lost: false })
  await until(() => workerdPidOf(limpet.state) !== keeper)
  await until(
    async () => (await limpet.limpet('show', 'servers').catch(() => undefined))?.stdout.includes('drain') ?? false,
  )

  const today = workerdPidOf(limpet.state)
  const isFront = (pid: number) => pid !== today
  const fronts = descendantsOf(limpet.pid).filter(isFront)
  for (const front of fronts) process.kill(front, 'SIGKILL')
  // Connections wait for the next one.
  expect(sessionOf(await client.get(limpet.url))).toMatchObject({ name, lost: false })
  expect(limpet.stderr()).toContain('a front (pid ')
  expect(limpet.stderr()).toContain(`the keeper (pid ${keeper}) ended with SIGKILL; starting it again`)

  // More half requests than descriptors, also for the next fronts.
  for (const pid of [limpet.pid, ...descendantsOf(limpet.pid)]) {
    execFileSync('prlimit', ['--pid', String(pid), '--nofile=256:256'])
  }
  const said = limpet.stderr().length
  const half = Array.from({ length: 1_000 }, () =>
    connect(port, '127.0.0.1', function (this: Socket) {
      this.write('GET / HTTP/1.1\r\n')
    }).on('error', () => undefined),
  )
  // A front ends, or loses the connections that there is one descriptor left for.
  await until(() => limpet.stderr().slice(said).includes('Too many open files'))
  for (const socket of half) socket.destroy()
  await until(() =>
    client
      .get(limpet.url)
      .then(sessionOf)
      .then(({ lost }) => !lost)
      .catch(() => false),
  )
})

it('with --watch a changed file is a reload: a renamed server keeps its clients, lines and mail go where they go now', async () => {
  const origins = await startOrigins(2)
  const [lines, mta] = await Promise.all([syslogServer(), startMailServer()])
  const port = await freePort()
  const file = join(temporaryDirectory(), 'haproxy.cfg')
  const cfg = (globals: string, sections: string, defaults: string) => `global
${globals}
${sections}
defaults
  mode http
  timeout connect 1s
  timeout client 5s
  timeout server 5s
  ${defaults}
frontend www
  bind 127.0.0.1:${port}
  default_backend app
backend app
  cookie SERVERID insert
  option httpchk GET /health
`
  const servers = (...names: readonly string[]) =>
    names
      .map((name, i) => `  server ${name} 127.0.0.1:${origins[i]!.port} cookie c${i} check inter 200 rise 1 fall 1\n`)
      .join('')
  writeFileSync(file, cfg('', '', '') + servers('s1', 's2'))
  const limpet = spawnServe([file, '--watch'])
  const [url] = await limpet.listening(1)
  const clients = Array.from({ length: 4 }, () => new Client())
  const before = await Promise.all(clients.map(async (client) => sessionOf(await client.get(url!)).name))

  const mailers = `mailers mta\n  mailer here ${mta.address}\n`
  const alert =
    'log global\n  email-alert mailers mta\n  email-alert from a@example.com\n  email-alert to b@example.com\n'
  writeFileSync(file, cfg(`  log 127.0.0.1:${lines.port} local3`, mailers, alert) + servers('web1', 'web2'))
  await until(() => limpet.stderr().includes(': reloaded'))
  for (const [i, client] of clients.entries()) {
    expect(sessionOf(await client.get(url!))).toMatchObject({ name: before[i], lost: false })
  }
  await until(() => lines.received.length >= clients.length)
  await origins[0]!.setHealth(500)
  await until(() => mta.received.length > 0)
  expect(lines.received.some((line) => line.includes('app/web'))).toBe(true)
})
