// Mail under `limpet serve`: workerd speaks no SMTP, so the Monitor hands each message to this process (relay.ts).
// HAProxy: configuration manual 3.6 "mailers".

import type { Server } from 'node:http'

import type * as nodemailer from 'nodemailer'

import type { Mail } from '../../alert/delivery.ts'
import { withoutBrackets } from '../../config/brackets.ts'
import { messageOf } from '../../errors.ts'
import { requirePeer } from '../peers.ts'
import { startRelay } from './relay.ts'

/** A message from the Monitor. */
interface Order extends Mail {
  /** Tried one after the other. */
  readonly smtp: readonly string[]
  readonly hostname: string | null
  readonly timeoutMs: number
}

type CreateTransport = typeof nodemailer.createTransport

export function startMailRelay(socketPath: string): Promise<Server> {
  const { createTransport } = requirePeer<typeof nodemailer>('nodemailer', 'limpet serve with mail alerts')
  return startRelay(socketPath, (order) => send(order as Order, createTransport))
}

async function send({ smtp, hostname, timeoutMs, ...mail }: Order, createTransport: CreateTransport): Promise<void> {
  const problems: string[] = []
  for (const url of smtp) {
    try {
      await sendThrough(url, mail, hostname, timeoutMs, createTransport)
      return
    } catch (error) {
      // Without its user and password.
      problems.push(`${new URL(url).host}: ${messageOf(error)}`)
    }
  }
  throw new Error(problems.join('; '))
}

/**
 * Without a password, encryption is used if it is offered, whatever the certificate, as mail servers do among each
 * other; with one, the certificate must be valid.
 */
async function sendThrough(
  url: string,
  mail: Mail,
  hostname: string | null,
  timeoutMs: number,
  createTransport: CreateTransport,
): Promise<void> {
  const { protocol, hostname: host, port, username, password } = new URL(url)
  const isSecret = username !== ''
  const isTls = protocol === 'smtps:'
  const transport = createTransport({
    host: withoutBrackets(host),
    port: port === '' ? (isTls ? 465 : isSecret ? 587 : 25) : Number(port),
    secure: isTls,
    requireTLS: isSecret,
    opportunisticTLS: !isSecret,
    tls: { rejectUnauthorized: isSecret || isTls },
    ...(isSecret ? { auth: { user: decodeURIComponent(username), pass: decodeURIComponent(password) } } : {}),
    ...(hostname === null ? {} : { name: hostname }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    const { rejected } = await transport.sendMail({
      ...mail,
      to: [...mail.to],
      signal: AbortSignal.timeout(timeoutMs),
    })
    // The others have it: a retry would send it to them twice.
    if (rejected.length > 0) console.error(`mail: ${new URL(url).host} does not accept it for ${rejected.join(', ')}`)
  } finally {
    transport.close()
  }
}
