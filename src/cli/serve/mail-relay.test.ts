// Which mail server gets a message, and what is told when none takes it. Encryption and logins: test/e2e/mail.test.ts.

import { request } from 'node:http'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

import { expect, it, onTestFinished } from 'vitest'

import { startMailServer } from '../../../test/e2e/mail-server.ts'
import { startMailRelay } from './mail-relay.ts'
import { temporaryDirectory } from '../testing.ts'

const MAIL = { from: 'a@example.com', to: ['b@example.com', 'c@example.com'], subject: 'down', text: 'app/s1 is down' }

/** Hands a message to a relay of its own. */
async function sent(smtp: readonly string[], hostname: string | null = null) {
  const socketPath = join(temporaryDirectory(), 'mail.sock')
  const relay = await startMailRelay(socketPath)
  onTestFinished(() => void relay.close())
  return new Promise<{ status: number | undefined; said: string }>((resolve, reject) => {
    request({ socketPath, method: 'POST' }, (response) => {
      text(response).then((said) => resolve({ status: response.statusCode, said }), reject)
    })
      .on('error', reject)
      .end(JSON.stringify({ ...MAIL, smtp, hostname, timeoutMs: 10_000 }))
  })
}

it('the first server that takes a message gets it, for all recipients, and no other is asked', async () => {
  const first = await startMailServer()
  const second = await startMailServer()
  expect(await sent([first.url, second.url], 'lb1.example.com')).toEqual({ status: 200, said: '' })
  expect(first.received).toMatchObject([
    { helo: 'lb1.example.com', from: 'a@example.com', to: MAIL.to, subject: 'down', text: 'app/s1 is down\n' },
  ])
  expect(second.asked()).toBe(0)
})

it('the next is asked when one does not take it', async () => {
  const first = await startMailServer({ failures: 1 })
  const second = await startMailServer()
  expect(await sent([first.url, second.url])).toMatchObject({ status: 200 })
  expect([first.received.length, second.received.length]).toEqual([0, 1])
})

it('when none takes it each is named with its reason, and none with its password', async () => {
  const first = await startMailServer({ failures: 1 })
  const second = await startMailServer({ password: 'secret' })
  const { status, said } = await sent([first.url, second.url.replace('//', '//ann:secret@')])
  expect(status).toBe(502)
  expect(said).toContain(`${first.address}: `)
  expect(said).toContain('try again later')
  // A password is not sent in clear, even to a server that would take it.
  expect(said).toContain(`; ${second.address}: `)
  expect(said).not.toContain('secret')
  expect(second.received).toEqual([])
})
