// `balance url_param NAME check_post` hashes a parameter of a form where the URL has none: the body is waited for behind all other rules
// of the backend. HAProxy: configuration manual 4.2 "balance".

import type { Backend } from './options/backend.ts'
import type { Rule } from './rules/rule.ts'

export function waitingForPosted({ balance, timeoutServerMs }: Backend): readonly Rule[] {
  if (balance.policy !== 'url_param' || !balance.checksPost) return []
  const inUrl = { fetch: 'url_param', arguments: [balance.name], converters: [] } as const
  return [
    {
      if: {
        all: [{ method: ['POST'] }, { not: { sample: inUrl, match: 'found', values: [], ignoreCase: false } }],
      },
      do: { waitForBody: { timeMs: timeoutServerMs, atLeast: 0 } },
      always: true,
    },
  ]
}
