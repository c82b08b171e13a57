// One message on its way to one recipient: a webhook, or a mail by Cloudflare's binding or through `limpet serve`, which
// speaks SMTP. Throws what kept it from arriving.

import { mailOf, webhookBody } from '../../alert/delivery.ts'
import type { Mail } from '../../alert/delivery.ts'
import type { Alert } from '../../alert/message.ts'
import type { AlertConfig, MailConfig, WebhookConfig } from '../../config/options/alert.ts'
import type { Deployment } from '../../deployment.ts'
import type { Env } from '../env.ts'

const TIMEOUT_MS = 10_000

export async function deliver(
  env: Env,
  recipient: AlertConfig,
  alerts: readonly Alert[],
  deployment: Deployment,
): Promise<void> {
  const { webhook, mail, template } = recipient
  if (webhook) await callWebhook(webhook, webhookBody(webhook.format, template, alerts, deployment))
  if (mail) await sendMail(env, mail, mailOf(mail, recipient, alerts, deployment))
}

/** The recipient, in words that may be logged: the address of a webhook may be a secret. */
export function nameOf({ webhook, mail }: AlertConfig): string {
  return webhook ? new URL(webhook.url).host : mail!.to.join(', ')
}

async function callWebhook({ url }: WebhookConfig, body: unknown): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': 'limpet' },
    body: JSON.stringify(body),
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  await response.body?.cancel()
  if (!response.ok) throw new Error(`answered ${response.status}`)
}

async function sendMail(env: Env, mail: MailConfig, message: Mail): Promise<void> {
  if (env.LIMPET_MAIL) {
    const { smtp, hostname, timeoutMs } = mail
    const response = await env.LIMPET_MAIL.fetch('http://mail/', {
      method: 'POST',
      body: JSON.stringify({ ...message, smtp, hostname, timeoutMs }),
      // One mail server after the other, and a moment more than theirs.
      signal: AbortSignal.timeout(timeoutMs * smtp.length + 1_000),
    })
    const problem = await response.text()
    if (!response.ok) throw new Error(problem)
    return
  }
  if (!env.EMAIL) throw new Error('the binding for mail is missing: [[send_email]] name = "EMAIL" in wrangler.toml')
  await env.EMAIL.send({ ...message, to: [...message.to] })
}
