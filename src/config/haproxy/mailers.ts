// `mailers` sections (configuration manual 3.6) and `email-alert` lines (4.2): who gets mail about which servers, and through
// which mail servers.

import type { Duration } from '../duration.ts'
import { MAIL_ADDRESS } from '../options/alert.ts'
import type { AlertEvent, AlertInput } from '../options/alert.ts'
import type { Draft, EmailAlertDraft } from './draft.ts'
import { parseTime } from './time.ts'
import { differs, failed, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'

export interface MailersDraft {
  readonly name: string
  /** URLs. */
  readonly smtp: string[]
  timeout: Duration | undefined
}

/** From the gravest. */
const LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug']

/** `mailer NAME ADDRESS:PORT` or `timeout mail TIME`. */
export function applyMailersLine(
  [keyword = '', what = '', value = '']: readonly string[],
  draft: MailersDraft,
): Outcome {
  if (keyword === 'timeout' && what === 'mail') {
    const time = parseTime(value)
    if (time === undefined) return failed('timeout mail needs a time')
    draft.timeout = time
    return TRANSLATED
  }
  if (keyword !== 'mailer') {
    return failed(
      unknownWord('mailers line', keyword === 'timeout' ? `timeout ${what}` : keyword, ['mailer', 'timeout mail']),
    )
  }
  const url = `smtp://${value.replace(/^(?:ipv[46]|tcp[46]?)@/, '')}`
  if (!/:\d+$/.test(value) || !URL.canParse(url)) {
    return /:\d/.test(value) ? unsupported('needs NAME ADDRESS:PORT') : failed('needs NAME ADDRESS:PORT')
  }
  draft.smtp.push(url)
  return TRANSLATED
}

const WHATS = ['mailers', 'from', 'to', 'myhostname', 'level']

export function applyEmailAlert(
  [what = '', value = '']: readonly string[],
  draft: Draft,
  { mailers }: { readonly mailers: ReadonlySet<string> },
): Outcome {
  const set = (more: EmailAlertDraft): Outcome => {
    draft.emailAlert = { ...draft.emailAlert, ...more }
    return TRANSLATED
  }
  switch (what) {
    case 'mailers':
      if (!mailers.has(value)) return unsupported(`there is no mailers section '${value}'`)
      set({ mailers: value })
      return differs(
        'what happens within 3 s is one mail, and the next mailer is tried when one does not accept it; ' +
          'a deployment sends through its binding EMAIL',
      )
    case 'from':
      return MAIL_ADDRESS.test(value) ? set({ from: value }) : unsupported(`${value}: must be an address`)
    case 'to':
      return addressesIn(value).every((address) => MAIL_ADDRESS.test(address))
        ? set({ to: value })
        : unsupported(`${value}: must be an address, or several with commas between them`)
    case 'myhostname':
      return set({ hostname: value })
    case 'level':
      if (!LEVELS.includes(value)) return failed(`level must be one of ${LEVELS.join(', ')}`)
      return set({ level: value })
    default:
      return failed(unknownWord('email-alert option', what, WHATS))
  }
}

/** Backends that mail the same to the same people are one recipient, so that a common outage is one mail. */
export function alertsOf(backends: readonly Draft[], mailers: readonly MailersDraft[]): AlertInput[] {
  const byRecipient = new Map<string, string[]>()
  for (const { name, emailAlert } of backends) {
    const recipient = emailAlert && recipientOf(emailAlert, mailers)
    if (!recipient) continue
    const key = JSON.stringify(recipient)
    byRecipient.set(key, [...(byRecipient.get(key) ?? []), name])
  }
  return [...byRecipient].map(([key, names]) => ({ ...(JSON.parse(key) as AlertInput), backends: names }))
}

/** Nobody, as long as one of mailers, from and to is missing. */
function recipientOf(
  { mailers: section, from, to, level = 'alert', hostname }: EmailAlertDraft,
  mailers: readonly MailersDraft[],
): AlertInput | undefined {
  const chosen = mailers.find(({ name }) => name === section)
  const events = eventsOf(level)
  if (!chosen || chosen.smtp.length === 0 || from === undefined || to === undefined || events.length === 0)
    return undefined
  return {
    mail: {
      from,
      to: addressesIn(to),
      subject: '[HAProxy Alert] {text}',
      smtp: chosen.smtp,
      ...(hostname === undefined ? {} : { hostname }),
      ...(chosen.timeout === undefined ? {} : { timeout: chosen.timeout }),
    },
    events,
  }
}

function addressesIn(text: string): string[] {
  return text.split(/[,\s]+/)
}

function eventsOf(level: string): AlertEvent[] {
  const rank = LEVELS.indexOf(level)
  if (rank >= LEVELS.indexOf('notice')) return ['down', 'up', 'drain']
  return rank >= LEVELS.indexOf('alert') ? ['down'] : []
}
