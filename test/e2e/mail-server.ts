// A mail server on this machine that remembers what it was given, and can refuse the first messages.

import type { AddressInfo } from 'node:net'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { callbackify } from 'node:util'

import PostalMime from 'postal-mime'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerSession } from 'smtp-server'
import { onTestFinished } from 'vitest'

export interface Received {
  readonly helo: string
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  readonly isEncrypted: boolean
  /** Null: nobody logged in. */
  readonly user: string | null
}

export interface MailServerOptions {
  /** So many messages are refused for now. */
  readonly failures?: number
  readonly password?: string
  /** PEM; offers STARTTLS with it. */
  readonly tls?: { readonly cert: string; readonly key: string }
}

export async function startMailServer({ failures = 0, password, tls }: MailServerOptions = {}) {
  const received: Received[] = []
  let left = failures
  let asked = 0
  const receive = async (stream: Readable, session: SMTPServerSession): Promise<void> => {
    asked += 1
    const raw = await text(stream)
    if (left-- > 0) throw Object.assign(new Error('try again later'), { responseCode: 451 })
    const mail = await PostalMime.parse(raw)
    received.push({
      helo: session.hostNameAppearsAs,
      from: session.envelope.mailFrom ? session.envelope.mailFrom.address : '',
      to: session.envelope.rcptTo.map(({ address }) => address),
      subject: mail.subject ?? '',
      text: mail.text ?? '',
      isEncrypted: session.secure,
      user: typeof session.user === 'string' ? session.user : null,
    })
  }
  const server = new SMTPServer({
    authOptional: password === undefined,
    hideSTARTTLS: tls === undefined,
    ...tls,
    logger: false,
    onAuth: ({ username, password: given }, _session, done) =>
      done(
        given === password ? null : new Error('wrong password'),
        given === password ? { user: username } : undefined,
      ),
    onData: callbackify(receive),
  })
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.server.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, url: `smtp://127.0.0.1:${port}`, received, asked: () => asked }
}
