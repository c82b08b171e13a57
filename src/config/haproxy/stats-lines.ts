// `stats enable`, `stats uri` and the like in a proxy section (configuration manual 4.2): where the statistics page is,
// and who may see it.

import type { StatsInput } from '../options/stats.ts'
import { parseIf } from './acl.ts'
import type { AclPorts, Parsed } from './acl.ts'
import type { Draft } from './draft.ts'
import { parseRule } from './http-rules.ts'
import { parseTime } from './time.ts'
import { differs, failed, platform, TRANSLATED, unsupported } from './line-status.ts'
import type { Outcome } from './line-status.ts'
import { unknownWord } from './read-line.ts'

type StatsRuleInput = NonNullable<StatsInput['rules']>[number]

const WHATS =
  'enable uri realm auth admin http-request scope refresh show-legends hide-version show-node show-desc show-modules'.split(
    ' ',
  )

export function applyStatsLine([what = '', ...words]: readonly string[], draft: Draft, ports: AclPorts): Outcome {
  // HAProxy: a section's first `stats` line discards those of its defaults.
  const own = draft.isStatsInherited ? {} : (draft.stats ?? {})
  const set = (more: StatsInput, outcome = TRANSLATED): Outcome => {
    draft.isStatsInherited = false
    draft.stats = { ...own, ...more }
    return outcome
  }
  switch (what) {
    case 'enable':
      return set({})
    case 'uri':
      return words[0] === undefined ? failed('stats uri needs a path') : set({ uri: words[0] })
    case 'realm':
      return words.length === 0 ? failed('stats realm needs a text') : set({ realm: words.join(' ') })
    case 'auth': {
      const [name = '', ...rest] = (words[0] ?? '').split(':')
      if (name === '' || rest.join(':') === '') return unsupported('stats auth needs NAME:PASSWORD')
      return set({ accounts: [...(own.accounts ?? []), { name, password: rest.join(':') }] })
    }
    case 'admin': {
      const parsed = parseIf(words, draft.acls, ports)
      if ('problem' in parsed) return unsupported(`stats admin: ${parsed.problem}`)
      const before = typeof own.admin === 'object' ? [own.admin] : []
      return set({ admin: before.length === 0 ? parsed.value : { any: [...before, parsed.value] } })
    }
    case 'http-request': {
      const parsed = parseRule(words, draft, ports, parseStatsAction)
      if ('problem' in parsed) return unsupported(`stats http-request: ${parsed.problem}`)
      const { do: action, ...condition } = parsed.value
      return set({ rules: [...(own.rules ?? []), { ...condition, ...action }] })
    }
    case 'scope':
      if (words[0] === undefined) return unsupported('stats scope needs the name of a proxy')
      return set({ scope: [...ownScope(own), words[0]] })
    case 'refresh': {
      const time = parseTime(/^\d+$/.test(words[0] ?? '') ? `${words[0]}s` : words[0])
      return time === undefined ? failed('stats refresh needs a time') : set({ refresh: time })
    }
    case 'show-legends':
      return set({ showLegends: true })
    case 'hide-version':
    case 'show-node':
    case 'show-desc':
    case 'show-modules':
      return set({}, platform('the page shows no version, node or modules'))
    default:
      return failed(unknownWord('stats option', what, WHATS))
  }
}

/** The outcome for a page without a password, reported for the line that mounts it. */
export function openPageOutcome(words: readonly string[], isGuarded: boolean): Outcome | undefined {
  const mounts = words[0] === 'stats' && (words[1] === 'enable' || words[1] === 'uri')
  if (!mounts || isGuarded) return undefined
  return differs(
    'without stats auth, limpet serve shows the page to everybody, as HAProxy does; on Cloudflare it needs stats auth or LIMPET_ADMIN_TOKEN',
  )
}

/** `.` is the section itself. */
export function statsOf({ stats, name }: Draft): StatsInput | undefined {
  if (!stats) return undefined
  const isGuarded = (stats.accounts ?? []).length > 0 || (stats.rules ?? []).length > 0
  const scope = ownScope(stats).map((each) => (each === '.' ? name : each))
  return { ...stats, ...(isGuarded ? {} : { open: true }), ...(scope.length > 0 ? { scope } : {}) }
}

function ownScope({ scope = [] }: StatsInput): readonly string[] {
  return typeof scope === 'string' ? [scope] : scope
}

function parseStatsAction([verb, ...rest]: readonly string[]): Parsed<Pick<StatsRuleInput, 'do' | 'realm'>> {
  if ((verb === 'allow' || verb === 'deny') && rest.length === 0) return { value: { do: verb } }
  if (verb === 'auth' && rest.length === 0) return { value: { do: 'auth' } }
  if (verb === 'auth' && rest[0] === 'realm' && rest.length === 2) return { value: { do: 'auth', realm: rest[1]! } }
  return { problem: `'${[verb, ...rest].join(' ')}': there are allow, deny and auth [realm REALM]` }
}
