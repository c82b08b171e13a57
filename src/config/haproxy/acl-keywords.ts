// The names with which a criterion of HAProxy may begin besides fetches: `path_beg` is `path` with `-m beg` (configuration manual 7.1).

import type { MatchMethod } from '../rules/match-methods.ts'

const SUFFIXES = ['beg', 'dir', 'dom', 'end', 'len', 'reg', 'sub'] as const
const WITH_SUFFIXES = ['base', 'cook', 'hdr', 'path', 'scook', 'shdr', 'url', 'urlp']

interface Keyword {
  readonly fetch: string
  readonly match: MatchMethod
}

const KEYWORDS: ReadonlyMap<string, Keyword> = new Map([
  ...WITH_SUFFIXES.flatMap((fetch) =>
    SUFFIXES.map((match): [string, Keyword] => [`${fetch}_${match}`, { fetch, match }]),
  ),
  ...(['end', 'reg'] as const).map((match): [string, Keyword] => [
    `ssl_fc_sni_${match}`,
    { fetch: 'ssl_fc_sni', match },
  ]),
])

/** `path_beg,lower` is `path,lower`: behind a converter the keyword's own way of comparing is gone, as in HAProxy. */
export function splitKeyword(criterion: string): { readonly sample: string; readonly match: MatchMethod | undefined } {
  const [name = ''] = /^[A-Za-z0-9_.+-]+/.exec(criterion) ?? []
  const keyword = KEYWORDS.get(name)
  if (!keyword) return { sample: criterion, match: undefined }
  const rest = criterion.slice(name.length)
  return { sample: keyword.fetch + rest, match: /^(?:\([^)]*\))?$/.test(rest) ? keyword.match : undefined }
}
