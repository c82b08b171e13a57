// Messages about servers that change state, by webhook or by mail. HAProxy: configuration manual 4.2 "email-alert", 3.6 "mailers".

import * as v from 'valibot'

import { duration, listOf, oneOf, oneOrMore, text, textList, urlOf } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values, Written } from '../option.ts'
import { list } from '../units.ts'

/** `empty`: a backend, or a release of one, that has no server left, `back`: it has one again. `release`: one is current, canary, kept, aborted or ended. */
export const ALERT_EVENTS = ['down', 'up', 'drain', 'ready', 'maint', 'empty', 'back', 'release'] as const
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

export const mailOptions = {
  /**
   * The address that mail comes from.
   * @example from: 'limpet@example.com'
   */
  from: required(mailAddress, { word: 'email-alert from' }),
  /**
   * The addresses that get the mail.
   * @example to: 'ops@example.com'
   */
  to: required(oneOrMore(mailAddress, 'must be an address or a list of them'), { word: 'email-alert to' }),
  /**
   * The subject of each mail, with the same fields in braces as `template`.
   * @example subject: '[Shop] {text}'
   */
  subject: option(template, { default: '[Limpet] {text}' }),
  /**
   * The mail servers that `limpet serve` sends through: the next is tried when one fails. A deployment sends through its binding
   * `EMAIL` instead.
   * @example smtp: 'smtps://user:secret@mail.example.com:465'
   */
  smtp: option(
    oneOrMore(
      urlOf(['smtp', 'smtps']),
      "must be a mail server such as 'smtp://mail.example.com:587', or a list of them",
    ),
    { default: [], word: 'mailer' },
  ),
  /**
   * The name that Limpet gives itself when it greets a mail server.
   * @example hostname: 'balancer.example.com'
   * @default the machine's name
   */
  hostname: option(v.pipe(text, v.regex(/^[A-Za-z0-9.:[\]_-]+$/, 'must be a host name')), {
    word: 'email-alert myhostname',
  }),
  /** How long a mail server may take to answer. */
  timeout: option(duration(100), { default: '10s', unit: 'ms', word: 'timeout mail' }),
}

export const alertOptions = {
  /**
   * The URL that messages are posted to: your own, Slack's or Discord's. Each alert has a webhook or mail.
   * @example webhook: 'https://hooks.slack.com/services/T0/B0/x'
   */
  webhook: option(urlOf(['http', 'https']), { default: null }),
  /**
   * The format of what is posted to the webhook.
   * @default slack or discord for a webhook of theirs, else json, by the URL's host
   */
  format: option(oneOf(FORMATS)),
  /** Sends the messages by mail. */
  mail: option(objectOf(mailOptions), { default: null, word: 'email-alert' }),
  /**
   * The changes that are reported. `empty` is a backend that lost its last server, or a release whose pages clients have that
   * did, `back` one that has a server again, and `release` a release that became current, a canary, kept, aborted or ended.
   */
  events: option(listOf(oneOf(ALERT_EVENTS), `must be a list of: ${ALERT_EVENTS.join(', ')}`), {
    default: ['down', 'up', 'empty', 'back'],
    word: 'email-alert level',
  }),
  /** Only changes in these backends are reported; without it, changes in all. */
  backends: option(textList, { default: [] }),
  /**
   * The text of each line; `{text}`, `{event}`, `{backend}`, `{server}`, `{time}` and `{deployment}` are filled in.
   * @example template: '{deployment}: {text}'
   */
  template: option(template, { default: '{text}' }),
  /**
   * Hours without messages, in UTC; what happens meanwhile is reported when they end.
   * @example quiet: '22:00-06:30'
   */
  quiet: option(v.pipe(v.string('must be a string'), v.regex(QUIET, "must be hours in UTC such as '22:00-06:30'")), {
    default: null,
  }),
  /** Changes that follow each other within this time are sent as one message. */
  group: option(duration(0), { default: '3s', unit: 'ms' }),
  /**
   * The time of day, in UTC, at which a summary is sent every day.
   * @example summary: '08:00'
   */
  summary: option(v.pipe(v.string('must be a string'), v.regex(TIME, "must be a time in UTC such as '08:00'")), {
    default: null,
  }),
}

export type AlertInput = Written<typeof alertOptions>
type MailInput = Written<typeof mailOptions>

export interface WebhookConfig {
  readonly url: string
  readonly format: WebhookFormat
}

export interface MailConfig extends Omit<Values<typeof mailOptions>, 'to' | 'smtp' | 'hostname'> {
  readonly to: readonly string[]
  readonly smtp: readonly string[]
  /** What the mail server is told in HELO; null: the machine's name. */
  readonly hostname: string | null
}

export interface AlertConfig extends Omit<
  Values<typeof alertOptions>,
  'webhook' | 'format' | 'mail' | 'events' | 'backends' | 'quiet' | 'summary'
> {
  /** One of the two. */
  readonly webhook: WebhookConfig | null
  readonly mail: MailConfig | null
  readonly events: ReadonlySet<AlertEvent>
  /** Empty: all. */
  readonly backends: readonly string[]
  /** Minutes of the day in UTC, from and until; null: none. What happens meanwhile is told afterwards. */
  readonly quiet: readonly [number, number] | null
  /** The minute of the day in UTC at which a summary is sent; null: none. */
  readonly summaryMinute: number | null
}

export function resolveAlert(input: AlertInput, profile: Profile): AlertConfig {
  const { webhook, format, mail, summary, ...values } = valuesOf(alertOptions, input, profile)
  const [, from = '', until = ''] = /^(.*)-(.*)$/.exec(values.quiet ?? '') ?? []
  return {
    ...values,
    webhook: webhook === null ? null : { url: webhook, format: format ?? formatOf(webhook) },
    mail: mail === null ? null : resolveMail(mail, profile),
    events: new Set(values.events),
    backends: list(values.backends),
    quiet: values.quiet === null ? null : [minuteOf(from), minuteOf(until)],
    summaryMinute: summary === null ? null : minuteOf(summary),
  }
}

function resolveMail(input: MailInput, profile: Profile): MailConfig {
  const values = valuesOf(mailOptions, input, profile)
  return { ...values, to: list(values.to), smtp: list(values.smtp), hostname: values.hostname ?? null }
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
