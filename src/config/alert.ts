// Who is told of what, and where: what may be written, and what becomes of it. HAProxy: configuration manual 4.2
// "email-alert", 3.6 "mailers".

import * as v from 'valibot'

import { duration, oneOf, strict, textList } from './fields.ts'
import { list, ms } from './units.ts'

/** `empty`: a backend that has no server left, `back`: it has one again. */
export const ALERT_EVENTS = ['down', 'up', 'drain', 'ready', 'maint', 'empty', 'back'] as const
export type AlertEvent = (typeof ALERT_EVENTS)[number]

const FORMATS = ['json', 'slack', 'discord'] as const
export type WebhookFormat = (typeof FORMATS)[number]

const httpUrl = v.pipe(
  v.string('must be a URL'),
  v.check(
    (value) => URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
    'must be a URL of http or https',
  ),
)
/** `22:00-06:30`, in UTC. */
const QUIET = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/

export const alertSchema = v.union(
  [
    strict({
      webhook: httpUrl,
      format: v.optional(oneOf(FORMATS)),
      events: v.optional(v.array(oneOf(ALERT_EVENTS))),
      backends: v.optional(textList),
      quiet: v.optional(v.pipe(v.string(), v.regex(QUIET, "must be hours in UTC such as '22:00-06:30'"))),
      group: v.optional(duration(0)),
    }),
  ],
  'must be { webhook, format, events, backends, quiet, group }',
)

export type AlertInput = v.InferInput<typeof alertSchema>

export interface AlertConfig {
  readonly webhook: string
  readonly format: WebhookFormat
  readonly events: ReadonlySet<AlertEvent>
  /** Empty: all. */
  readonly backends: readonly string[]
  /** Minutes of the day in UTC, from and until; null: none. What happens meanwhile is told afterwards. */
  readonly quiet: readonly [number, number] | null
  /** What happens within this time is one message. */
  readonly groupMs: number
}

const DEFAULT_EVENTS: readonly AlertEvent[] = ['down', 'up', 'empty', 'back']
const DEFAULT_GROUP_MS = 3_000

export function resolveAlert(input: AlertInput): AlertConfig {
  const [, fromHour, fromMinute, toHour, toMinute] = (QUIET.exec(input.quiet ?? '') ?? []).map(Number)
  return {
    webhook: input.webhook,
    format: input.format ?? formatOf(input.webhook),
    events: new Set(input.events ?? DEFAULT_EVENTS),
    backends: list(input.backends),
    quiet: input.quiet === undefined ? null : [fromHour! * 60 + fromMinute!, toHour! * 60 + toMinute!],
    groupMs: input.group === undefined ? DEFAULT_GROUP_MS : ms(input.group)!,
  }
}

function formatOf(webhook: string): WebhookFormat {
  const { hostname } = new URL(webhook)
  if (hostname === 'hooks.slack.com') return 'slack'
  return hostname === 'discord.com' || hostname === 'discordapp.com' ? 'discord' : 'json'
}
