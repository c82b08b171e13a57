// Alerts as they arrive: at a webhook that fails twice, once for each change, several changes in one message.

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pass } from 'node:timers/promises'

import { expect, it, onTestFinished } from 'vitest'

import { exchange, startLimpet, startOrigins, temporaryDirectory, until } from './harness.ts'

interface Message {
  readonly alerts: readonly {
    readonly event: string
    readonly backend: string
    readonly server: string | null
    readonly text: string
  }[]
}

async function startWebhook(failures: number) {
  const messages: Message[] = []
  let left = failures
  let asked = 0
  const server = createServer(async (request, response) => {
    asked += 1
    const body = await text(request)
    if (left-- > 0) return void response.writeHead(500).end()
    messages.push(JSON.parse(body) as Message)
    response.end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`, messages, asked: () => asked }
}

it('an outage of all servers is one message, sent again until it is taken, and each change is told once', async () => {
  const origins = await startOrigins(3)
  const webhook = await startWebhook(2)
  const { url, servers } = await startLimpet({
    alerts: [{ webhook: webhook.url, group: '4s' }],
    backends: [
      {
        name: 'app',
        check: { uri: '/health', inter: '200ms', rise: 1, fall: 1, timeout: '30s' },
        servers: origins.map(({ name, url: own }) => ({ name, url: own })),
      },
    ],
  })
  await until(async () => (await servers()).every(({ lastCheck }) => lastCheck !== null))
  await Promise.all(origins.map((origin) => origin.setHealth(500)))
  await until(() => webhook.messages.length > 0)
  expect(webhook.asked()).toBe(3)
  const [outage] = webhook.messages
  expect(outage!.alerts.map(({ event, server }) => `${event} ${server}`).toSorted()).toEqual([
    'down s1',
    'down s2',
    'down s3',
    'empty null',
  ])
  expect(outage!.alerts.at(-1)!.text).toBe('backend app has no server available!')
  expect(outage!.alerts[0]!.text).toMatch(
    /^Server app\/s\d is DOWN, reason: Layer7 wrong status, code: 500, check duration: \d+ms\. 2 active and 0 backup servers left\.$/,
  )
  expect((await exchange(`${url}/whoami`)).status).toBe(503)
  await Promise.all(origins.map((origin) => origin.setHealth(200)))
  await until(() => webhook.messages.flatMap(({ alerts }) => alerts).length >= 8)
  // Nothing is told a second time: no longer than a group lasts.
  await pass(5_000)
  const told = webhook.messages.flatMap(({ alerts }) => alerts).map(({ event }) => event)
  expect(told.toSorted()).toEqual(['back', 'down', 'down', 'down', 'empty', 'up', 'up', 'up'])
})

it('what was not told yet is told after a restart', async () => {
  const origins = await startOrigins(2)
  const webhook = await startWebhook(0)
  const state = temporaryDirectory()
  const config = {
    alerts: [{ webhook: webhook.url, group: '10s' as const, events: ['maint' as const] }],
    backends: [{ name: 'app', servers: origins.map(({ name, url }) => ({ name, url })) }],
  }
  const first = await startLimpet(config, { state })
  await first.set('app/s1', { state: 'maint' })
  await first.stop()
  expect(webhook.messages).toEqual([])
  await startLimpet(config, { state })
  await until(() => webhook.messages.length > 0)
  expect(webhook.messages[0]!.alerts).toMatchObject([
    { event: 'maint', text: 'Server app/s1 is going DOWN for maintenance. 1 active and 0 backup servers left.' },
  ])
})

it('under httplog the log says it in HAProxy’s sentences, and nothing else', async () => {
  const origins = await startOrigins(2)
  const { url, set, stdout } = await startLimpet({
    log: 'httplog',
    backends: [{ name: 'app', servers: origins.map(({ name, url: own }) => ({ name, url: own })) }],
  })
  await set('app/s1', { state: 'maint' })
  await set('app/s1', { weight: 3 })
  await set('app/s2', { state: 'drain' })
  await set('app/s1', { state: 'ready' })
  await set('app/s2', { state: 'ready' })
  await exchange(`${url}/whoami`)
  await until(() => stdout().includes('GET /whoami'))
  const [request, ...sentences] = stdout().trim().split('\n').toReversed()
  expect(sentences.toReversed()).toEqual([
    'Server app/s1 is going DOWN for maintenance. 1 active and 0 backup servers left.',
    'Server app/s2 enters drain state. 0 active and 0 backup servers online.',
    'backend app has no server available!',
    'Server app/s1 is UP/READY (leaving forced maintenance).',
    'Server app/s2 is UP (leaving forced drain).',
  ])
  expect(request).toMatch(/^127\.0\.0\.1:\d+ \[/)
})
