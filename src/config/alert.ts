// Who is notified of what, and where: what may be written, and what it becomes. HAProxy: configuration manual 4.2
// "email-alert", 3.6 "mailers".

import * as v from 'valibot'

import { duration, oneOf, strict, text, textList, urlOf } from './fields.ts'
import { list, ms } from './units.ts'

/** `empty`: a backend that has no server left, `back`: it has one again. */
export const ALERT_EVENTS = ['down', 'up', 'drain', 'ready', 'maint', 'empty', 'back'] as const
export type AlertEvent = (typeof ALERT_EVENTS)[number]

const FORMATS = ['json', 'slack', 'discord'] as const
export type WebhookFormat = (typeof FORMATS)[number]

/** What a template may name between braces. */
export const TEMPLATE_FIELDS = ['text', 'event', 'backend', 'server', 'time', 'deployment'] as const

export const MAIL_ADDRESS = /^[^\s@<>,;"]+@[^\s@<>,;"]+$/

const mailAddress = v.pipe(
  v.string('must be an address'),
  v.regex(MAIL_ADDRESS, "must be an address such as 'ops@example.com'"),
)
const template = v.pipe(
  text,
  v.check(
    (value) => [...value.matchAll(/\{(\w*)\}/g)].every(([, field]) => TEMPLATE_FIELDS.some((known) => known === field)),
    `may name {${TEMPLATE_FIELDS.join('} {')}}`,
  ),
)
/** `22:00-06:30`, in UTC. */
const QUIET = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/

const mail = strict({
  from: mailAddress,
  to: v.union([mailAddress, v.array(mailAddress)], 'must be an address or a list of them'),
  subject: v.optional(template),
  smtp: v.optional(
    v.union(
      [urlOf(['smtp', 'smtps']), v.array(urlOf(['smtp', 'smtps']))],
      "must be a mail server such as 'smtp://mail.example.com:587', or a list of them",
    ),
  ),
  hostname: v.optional(v.pipe(text, v.regex(/^[A-Za-z0-9.:[\]_-]+$/, 'must be a host name'))),
  timeout: v.optional(duration(100)),
})

export const alertSchema = strict({
  webhook: v.optional(urlOf(['http', 'https'])),
  format: v.optional(oneOf(FORMATS)),
  mail: v.optional(mail),
  events: v.optional(v.array(oneOf(ALERT_EVENTS))),
  backends: v.optional(textList),
  template: v.optional(template),
  quiet: v.optional(v.pipe(v.string(), v.regex(QUIET, "must be hours in UTC such as '22:00-06:30'"))),
  group: v.optional(duration(0)),
  summary: v.optional(v.pipe(v.string(), v.regex(TIME, "must be a time in UTC such as '08:00'"))),
})

export type AlertInput = v.InferInput<typeof alertSchema>

export interface WebhookConfig {
  readonly url: string
  readonly format: WebhookFormat
}

export interface MailConfig {
  readonly from: string
  readonly to: readonly string[]
  /** A template. */
  readonly subject: string
  /** Tried one after the other by `limpet serve`; a deployment sends by its own binding. */
  readonly smtp: readonly string[]
  /** What the mail server is told in HELO; null: the machine's name. */
  readonly hostname: string | null
  readonly timeoutMs: number
}

export interface AlertConfig {
  /** One of the two. */
  readonly webhook: WebhookConfig | null
  readonly mail: MailConfig | null
  readonly events: ReadonlySet<AlertEvent>
  /** Empty: all. */
  readonly backends: readonly string[]
  /** How one line reads. */
  readonly template: string
  /** Minutes of the day in UTC, from and until; null: none. What happens meanwhile is told afterwards. */
  readonly quiet: readonly [number, number] | null
  /** What happens within this time is one message. */
  readonly groupMs: number
  /** The minute of the day in UTC at which a summary is sent; null: none. */
  readonly summaryMinute: number | null
}

const DEFAULT_EVENTS: readonly AlertEvent[] = ['down', 'up', 'empty', 'back']
const DEFAULT_GROUP_MS = 3_000
/** HAProxy's, "timeout mail". */
const DEFAULT_MAIL_TIMEOUT_MS = 10_000
const DEFAULT_TEMPLATE = '{text}'

export function resolveAlert(input: AlertInput): AlertConfig {
  const [, from = '', until = ''] = /^(.*)-(.*)$/.exec(input.quiet ?? '') ?? []
  return {
    webhook:
      input.webhook === undefined ? null : { url: input.webhook, format: input.format ?? formatOf(input.webhook) },
    mail: input.mail === undefined ? null : resolveMail(input.mail),
    events: new Set(input.events ?? DEFAULT_EVENTS),
    backends: list(input.backends),
    template: input.template ?? DEFAULT_TEMPLATE,
    quiet: input.quiet === undefined ? null : [minuteOf(from), minuteOf(until)],
    groupMs: input.group === undefined ? DEFAULT_GROUP_MS : ms(input.group),
    summaryMinute: input.summary === undefined ? null : minuteOf(input.summary),
  }
}

function resolveMail({ from, to, subject, smtp, hostname, timeout }: NonNullable<AlertInput['mail']>): MailConfig {
  return {
    from,
    to: list(to),
    subject: subject ?? '[Limpet] {text}',
    smtp: list(smtp),
    hostname: hostname ?? null,
    timeoutMs: timeout === undefined ? DEFAULT_MAIL_TIMEOUT_MS : ms(timeout),
  }
}

function minuteOf(time: string): number {
  const [, hour, minute] = TIME.exec(time)!
  return Number(hour) * 60 + Number(minute)
}

function formatOf(webhook: string): WebhookFormat {
  const { hostname } = new URL(webhook)
  if (hostname === 'hooks.slack.com') return 'slack'
  return hostname === 'discord.com' || hostname === 'discordapp.com' ? 'discord' : 'json'
}
