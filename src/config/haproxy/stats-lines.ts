// `stats enable`, `stats uri` and their kin in a proxy section (configuration manual 4.2): where the statistics page is,
// and who may see it.

import type { FrontendInput } from '../schema.ts'
import type { Draft } from './draft.ts'
import { parseTime } from './time.ts'
import { differs, platform, TRANSLATED, unsupported } from './verdict.ts'
import type { Outcome } from './verdict.ts'

type StatsInput = NonNullable<FrontendInput['stats']>

export function applyStatsLine([what = '', ...words]: readonly string[], draft: Draft): Outcome {
  const set = (more: StatsInput): Outcome => {
    draft.stats = { ...draft.stats, ...more }
    return TRANSLATED
  }
  switch (what) {
    case 'enable':
      return set({})
    case 'uri':
      return set({ uri: words[0] ?? '' })
    case 'realm':
      return set({ realm: words.join(' ') })
    case 'auth': {
      const [name = '', ...rest] = (words[0] ?? '').split(':')
      if (name === '' || rest.length === 0) return unsupported('stats auth needs NAME:PASSWORD')
      return set({ accounts: [...(draft.stats?.accounts ?? []), { name, password: rest.join(':') }] })
    }
    case 'admin': {
      const isAlways = words[0] === 'if' && /^(true|always_true)$/i.test(words[1] ?? '') && words.length === 2
      if (isAlways) return set({ admin: true })
      const outcome = set({ admin: true })
      return outcome.verdict === 'translated'
        ? differs('every account of this page may change servers, whatever the condition')
        : outcome
    }
    case 'refresh': {
      const time = parseTime(/^\d+$/.test(words[0] ?? '') ? `${words[0]}s` : words[0])
      return time === undefined ? unsupported('stats refresh needs a time') : set({ refresh: time })
    }
    case 'show-legends':
      return set({ showLegends: true })
    case 'hide-version':
    case 'show-node':
    case 'show-desc':
    case 'show-modules':
    case 'maxconn':
      return platform('the page shows no version, node or modules')
    default:
      return unsupported(`stats ${what} cannot be had`)
  }
}
