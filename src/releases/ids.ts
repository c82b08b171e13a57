// Which releases does a request name itself, as a framework does?

import type { Releases } from '../config/options/releases.ts'
import { cookieValues } from '../http/cookie-header.ts'
import type { Fields } from '../http/fields.ts'

export interface Naming {
  /** With its `?`, or ''. */
  readonly query: string
  readonly headers: Pick<Fields, 'get'>
}

/** In order of `ids`, without what names none: an unknown id is none. */
export function createRequestIds({
  list,
  ids,
}: Pick<Releases, 'list' | 'ids'>): (request: Naming) => readonly string[] {
  const releases = new Map(list.flatMap(({ name, ids: words }) => [name, ...words].map((word) => [word, name])))
  if (ids.length === 0) return () => NONE
  return (request) =>
    ids.flatMap(({ in: place, name }) => wordsIn(request, place, name).flatMap((word) => releases.get(word) ?? NONE))
}

const NONE: readonly string[] = []

function wordsIn({ query, headers }: Naming, place: Releases['ids'][number]['in'], name: string): readonly string[] {
  if (place === 'cookie') return cookieValues(headers.get('cookie'), name)
  if (place === 'query') return query.includes(name) ? new URLSearchParams(query).getAll(name) : NONE
  const value = headers.get(name)
  return value === null ? NONE : [value]
}
