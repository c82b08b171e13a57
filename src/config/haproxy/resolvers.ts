// `resolvers` sections (configuration manual 5.3.2): the name servers that servers' names are asked of.

import { holdOptions, nameserverOf, resolversTimeoutsOptions } from '../options/resolvers.ts'
import type { ResolversInput } from '../options/resolvers.ts'
import { differs, failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'
import type { Section } from './sections.ts'
import type { Note } from './section-notes.ts'
import { parseTime } from './time.ts'

type Draft = { -readonly [K in keyof ResolversInput]: ResolversInput[K] }

const WORDS = ['accepted_payload_size', 'hold', 'nameserver', 'parse-resolv-conf', 'resolve_retries', 'timeout']
const TIMEOUTS = Object.keys(resolversTimeoutsOptions)
const HOLDS = [...Object.keys(holdOptions), 'valid']

/** They may stand behind the sections that name them. */
export function resolversOf(sections: readonly Section[], note: Note): readonly ResolversInput[] {
  return sections
    .filter(({ kind }) => kind === 'resolvers')
    .map(({ head, lines }) => {
      const draft: Draft = { name: head.words[1] ?? '' }
      note(head, draft.name === '' ? failed('resolvers needs a name') : TRANSLATED)
      for (const line of lines) note(line, applyLine(line.words, draft))
      return draft
    })
}

function applyLine([keyword = '', ...words]: readonly string[], draft: Draft): Outcome {
  const [first = '', second] = words
  switch (keyword) {
    case 'nameserver':
      return applyNameserver(second, draft)
    case 'parse-resolv-conf':
      draft.parseResolvConf = true
      return TRANSLATED
    case 'accepted_payload_size':
      return /^\d+$/.test(first)
        ? platform('an answer that is cut short is asked for again over TCP')
        : failed('needs a number of bytes')
    case 'resolve_retries': {
      const count = Number(first)
      if (!/^\d+$/.test(first) || count === 0) return failed(`needs a whole number from 1 (found '${first}')`)
      draft.resolveRetries = count
      return TRANSLATED
    }
    case 'timeout':
    case 'hold':
      return applyTime(keyword, first, second, draft)
    default:
      return failed(unknownWord('resolvers line', keyword, WORDS))
  }
}

function applyNameserver(address: string | undefined, draft: Draft): Outcome {
  if (address === undefined) return failed('nameserver needs NAME ADDRESS')
  const [, family = '', bare = ''] = /^(?:(\w+)@)?(.*)$/.exec(address) ?? []
  const known = nameserverOf(bare)
  if (known === undefined || !['', 'udp', 'udp4', 'udp6', 'ipv4', 'ipv6', 'tcp', 'tcp4', 'tcp6'].includes(family))
    return unsupported(`${address}: must be an address, with a port if it is not 53`)
  draft.nameservers = [...(draft.nameservers ?? []), known]
  return family.startsWith('tcp')
    ? differs(`${address}: is asked over UDP, and over TCP if an answer is cut short`)
    : TRANSLATED
}

function applyTime(keyword: 'timeout' | 'hold', what: string, value: string | undefined, draft: Draft): Outcome {
  const known = keyword === 'hold' ? HOLDS : TIMEOUTS
  if (!known.includes(what)) return failed(unknownWord(`${keyword} event`, what, known))
  const time = parseTime(value)
  if (time === undefined) return failed(`${keyword} ${what} needs a time such as 2s`)
  if (what === 'valid') return platform('HAProxy reads it for do-resolve alone')
  if (keyword === 'hold') draft.hold = { ...draft.hold, [what]: time }
  else draft.timeouts = { ...draft.timeouts, [what]: time }
  return TRANSLATED
}
