// maxconn, maxqueue and timeout queue: one haproxy.cfg, run by HAProxy and by Limpet. Both have to do the same.

import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { describe, expect, it, onTestFinished } from 'vitest'

import { freePort } from '../free-ports.ts'
import { Client, exchange, spawnServe, startOrigins, temporaryDirectory, until } from '../e2e/harness.ts'
import type { Origin } from '../e2e/harness.ts'

type Peer = 'haproxy' | 'limpet'

async function start(peer: Peer, origins: readonly Origin[], server: string, options = ''): Promise<string> {
  const port = await freePort()
  const servers = origins.map(
    (origin) => `  server ${origin.name} 127.0.0.1:${origin.port} cookie ${origin.name} ${server}`,
  )
  const cfg = `defaults
  mode http
  timeout connect 1s
  timeout client 10s
  timeout server 10s
  timeout queue 3s
listen app
  bind 127.0.0.1:${port}
  balance roundrobin
  cookie SRV insert indirect
${options}
${servers.join('\n')}
`
  const file = join(temporaryDirectory(), 'flow.cfg')
  writeFileSync(file, cfg)
  const url = `http://127.0.0.1:${port}`
  if (peer === 'limpet') await spawnServe([file]).listening(1)
  else {
    const child = spawn('haproxy', ['-db', '-f', file], { stdio: 'ignore' })
    onTestFinished(() => void child.kill('SIGKILL'))
    await until(() =>
      exchange(`${url}/stats`).then(
        () => true,
        () => false,
      ),
    )
  }
  return url
}

function clientOf(name: string): Client {
  const client = new Client()
  client.cookies.set('SRV', name)
  return client
}

interface Seen {
  readonly status: number
  readonly server: string | null
  /** Rounded. */
  readonly tookS: number
}

async function timed(work: Promise<{ status: number; body: string }>): Promise<Seen> {
  const startedMs = performance.now()
  const { status, body } = await work
  const tookS = Math.round((performance.now() - startedMs) / 1000)
  return { status, server: status === 200 ? (JSON.parse(body) as { name: string }).name : null, tookS }
}

/** Keeps each server busy for so long. */
async function occupy(url: string, origins: readonly Origin[], ms: number): Promise<void> {
  for (const { name } of origins) {
    void clientOf(name)
      .get(`${url}/slow?ms=${ms}`)
      .catch(() => undefined)
  }
  await until(async () => (await Promise.all(origins.map((one) => one.stats()))).every((one) => one.inProgress === 1))
}

async function both(run: (peer: Peer) => Promise<readonly Seen[]>): Promise<readonly Seen[]> {
  // Both wait most of the time.
  const [haproxy, limpet] = await Promise.all([run('haproxy'), run('limpet')])
  expect(limpet.map(({ status, server }) => [status, server])).toEqual(
    haproxy.map(({ status, server }) => [status, server]),
  )
  limpet.forEach(({ tookS }, i) => {
    expect(Math.abs(tookS - haproxy[i]!.tookS)).toBeLessThanOrEqual(1)
  })
  return haproxy
}

describe('as HAProxy does it', () => {
  it('new clients go where there is a slot', async () => {
    const seen = await both(async (peer) => {
      const origins = await startOrigins(3)
      const url = await start(peer, origins, 'maxconn 1')
      await occupy(url, origins.slice(0, 2), 6000)
      return [await timed(exchange(`${url}/whoami`)), await timed(exchange(`${url}/whoami`))]
    })
    expect(seen.map(({ server }) => server)).toEqual(['s3', 's3'])
  })

  it('with all servers full a new client waits, and has 503 after timeout queue', async () => {
    const seen = await both(async (peer) => {
      const origins = await startOrigins(2)
      const url = await start(peer, origins, 'maxconn 1')
      await occupy(url, origins, 6000)
      return [await timed(exchange(`${url}/whoami`))]
    })
    expect(seen).toMatchObject([{ status: 503 }])
    expect(seen[0]!.tookS).toBeGreaterThanOrEqual(3)
  })

  it('a persistent client waits for its own server, though another is free', async () => {
    const seen = await both(async (peer) => {
      const origins = await startOrigins(2)
      const url = await start(peer, origins, 'maxconn 1')
      await occupy(url, origins.slice(0, 1), 2000)
      return [await timed(clientOf('s1').get(`${url}/whoami`))]
    })
    expect(seen[0]).toMatchObject({ status: 200, server: 's1' })
    expect(seen[0]!.tookS).toBeGreaterThanOrEqual(1)
  })

  it.each([
    ['and has 503 after timeout queue, without redispatch', ''],
    ['and has 503 after timeout queue, with redispatch', '  option redispatch'],
  ])('a persistent client waits for its own server %s', async (_, options) => {
    const seen = await both(async (peer) => {
      const origins = await startOrigins(2)
      const url = await start(peer, origins, 'maxconn 1', options)
      await occupy(url, origins.slice(0, 1), 6000)
      return [await timed(clientOf('s1').get(`${url}/whoami`))]
    })
    expect(seen).toMatchObject([{ status: 503 }])
    expect(seen[0]!.tookS).toBeGreaterThanOrEqual(3)
  })

  it.each([
    ['503 at once, without redispatch', ''],
    ['another server, with redispatch', '  option redispatch'],
  ])('behind a full queue a persistent client gets %s', async (_, options) => {
    await both(async (peer) => {
      const origins = await startOrigins(2)
      const url = await start(peer, origins, 'maxconn 1 maxqueue 1', options)
      await occupy(url, origins.slice(0, 1), 6000)
      const queued = clientOf('s1').get(`${url}/whoami`)
      await new Promise((resolve) => setTimeout(resolve, 1_000))
      const seen = await timed(clientOf('s1').get(`${url}/whoami`))
      await queued
      return [seen]
    })
  })

  it.each([
    ['leaves a server that goes down, with redispatch', 'option redispatch', 's2'],
    ['waits for it without', '', 's1'],
    ['waits for it with persist', 'option redispatch\n  option persist', 's1'],
  ])('a persistent client that waits for a slot %s', async (_, options, server) => {
    const seen = await both(async (peer) => {
      const origins = await startOrigins(2)
      const words = 'maxconn 1 check inter 200ms fall 1 rise 1'
      const url = await start(peer, origins, words, `  timeout queue 6s\n  option httpchk GET /health\n  ${options}`)
      await occupy(url, origins.slice(0, 1), 3_500)
      const queued = clientOf('s1').get(`${url}/whoami`)
      await new Promise((resolve) => setTimeout(resolve, 500))
      await origins[0]!.setHealth(500)
      // When it went there differs: a waiter looks around once a second.
      return [{ ...(await timed(queued)), tookTenths: 0 }]
    })
    expect(seen).toMatchObject([{ status: 200, server }])
  })
})
