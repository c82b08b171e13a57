// Mail as it arrives at a real mail server.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { generate } from 'selfsigned'
import { expect, it } from 'vitest'

import { freePort } from '../free-ports.ts'
import { exchange, spawnServe, startLimpet, startOrigins, temporaryDirectory, TOKEN, until } from './harness.ts'
import { startMailServer } from './mail-server.ts'

async function startMailing(mail: object, more: object = {}, environment: Readonly<Record<string, string>> = {}) {
  const origins = await startOrigins(2)
  return startLimpet(
    {
      alerts: [{ mail: { from: 'limpet@example.com', to: 'ops@example.com', ...mail }, group: '500ms', ...more }],
      backends: [{ name: 'app', servers: origins.map(({ name, url }) => ({ name, url })) }],
    },
    { environment },
  )
}

/** Nobody vouches for it who is not told to. */
async function certificate() {
  const { cert, private: key } = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
    keyType: 'ec',
    extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
  })
  return { cert, key }
}

it('a haproxy.cfg’s mailers and email-alert lines mail an outage once, through the mailer that takes it', async () => {
  const origins = await startOrigins(2)
  const nobody = await freePort()
  const mta = await startMailServer({ failures: 1, tls: await certificate() })
  const file = join(temporaryDirectory(), 'haproxy.cfg')
  const port = await freePort()
  const [s1, s2] = origins
  writeFileSync(
    file,
    `mailers mta
  mailer gone 127.0.0.1:${nobody}
  mailer here ${mta.address}
  timeout mail 5s
defaults
  mode http
  timeout connect 1s
  timeout check 30s
  timeout client 5s
  timeout server 5s
  email-alert mailers mta
  email-alert from limpet@example.com
  email-alert to ops@example.com,boss@example.com
  email-alert level notice
  email-alert myhostname lb1.example.com
frontend www
  bind 127.0.0.1:${port}
  use_backend two if { path /two }
  default_backend one
backend one
  option httpchk GET /health
  server s1 127.0.0.1:${s1!.port} check inter 200 rise 1 fall 1
backend two
  option httpchk GET /health
  server s2 127.0.0.1:${s2!.port} check inter 200 rise 1 fall 1
`,
  )
  const serving = spawnServe([file])
  await serving.listening(1)
  const admin = { headers: { authorization: `Bearer ${TOKEN}` } }
  await until(async () => {
    const { body } = await exchange(`http://127.0.0.1:${port}/.limpet/servers`, admin)
    return (JSON.parse(body) as { servers: { lastCheck: unknown }[] }).servers.every(({ lastCheck }) => lastCheck)
  })
  await Promise.all(origins.map((origin) => origin.setHealth(500)))
  await until(() => mta.received.length > 0)
  expect(mta.asked()).toBe(2)
  const [outage] = mta.received
  expect(outage).toMatchObject({
    helo: 'lb1.example.com',
    from: 'limpet@example.com',
    to: ['ops@example.com', 'boss@example.com'],
    isEncrypted: true,
  })
  expect(outage!.subject).toMatch(/^\[HAProxy Alert\] Server (one\/s1|two\/s2) is DOWN, reason: .* \(and 1 more\)$/)
  expect(outage!.text.trim().split('\n').toSorted()).toEqual([
    expect.stringMatching(/^Limpet \d+\.\d+\.\d+ on \S+, configuration [0-9a-f]{8}$/),
    expect.stringMatching(
      /^Server one\/s1 is DOWN, reason: Layer7 wrong status, code: 500, check duration: \d+ms\. 0 active and 0 backup servers left\.$/,
    ),
    expect.stringMatching(/^Server two\/s2 is DOWN/),
  ])
  await Promise.all(origins.map((origin) => origin.setHealth(200)))
  await until(() => mta.received.length > 1)
  expect(mta.received[1]!.text).toMatch(/^Server (one\/s1|two\/s2) is UP, reason: Layer7 check passed, code: 200/)
})

it('a password is given to a mail server whose certificate is good, and to no other', async () => {
  const tls = await certificate()
  const mta = await startMailServer({ tls, password: 'secret' })
  const smtp = mta.url.replace('smtp://', 'smtp://limpet:secret@')
  const stranger = await startMailing({ smtp }, { events: ['maint'] })
  await stranger.set('app/s1', { state: 'maint' })
  await until(() => stranger.stderr().includes('alert-not-delivered'))
  expect(stranger.stderr()).toMatch(/ops@example\.com.*127\.0\.0\.1:\d+: .*certificate/)
  expect(stranger.stderr()).not.toContain('secret')
  expect(mta.received).toEqual([])
  await stranger.stop()

  const authority = join(temporaryDirectory(), 'ca.pem')
  writeFileSync(authority, tls.cert)
  const known = await startMailing({ smtp }, { events: ['maint'] }, { NODE_EXTRA_CA_CERTS: authority })
  await known.set('app/s1', { state: 'maint' })
  await until(() => mta.received.length > 0)
  expect(mta.received[0]).toMatchObject({ user: 'limpet', isEncrypted: true })
})

it('a message reads as its template says, and each recipient of a mail server gets it', async () => {
  const mta = await startMailServer()
  const { set } = await startMailing(
    { smtp: mta.url, to: ['a@example.com', 'b@example.com'], subject: '{event}: {backend}/{server}' },
    { events: ['drain', 'ready'], template: '{server}: {text}' },
    { LIMPET_NAME: 'edge' },
  )
  await set('app/s1', { state: 'drain' })
  await until(() => mta.received.length > 0)
  expect(mta.received[0]).toMatchObject({
    to: ['a@example.com', 'b@example.com'],
    subject: 'drain: app/s1',
    text: expect.stringMatching(
      /^s1: Server app\/s1 enters drain state\. 1 active and 0 backup servers online\.\nLimpet \S+ on edge, configuration \w+\n$/,
    ),
    isEncrypted: false,
  })
})

it('a configuration without a mail server is refused before it starts', async () => {
  const directory = temporaryDirectory()
  const file = join(directory, 'limpet.config.json')
  const config = {
    alerts: [{ mail: { from: 'a@example.com', to: 'b@example.com' } }],
    backends: [{ name: 'app', servers: [{ name: 's1', url: 'http://127.0.0.1:9' }] }],
  }
  writeFileSync(file, JSON.stringify(config))
  const serving = spawnServe([file])
  expect(await serving.ended).toBe(1)
  expect(serving.stderr()).toContain("alerts[0].mail.smtp: is needed here: a mail server such as 'smtp://")
})
