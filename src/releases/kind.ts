// What a request is to a release: something that is loaded into a tab, or a part of what was loaded before.

import type { Fields } from '../http/fields.ts'

/**
 * `document`: loaded into a tab; the moment at which a client may change its release. `ahead`: a document that may be loaded later.
 * `asset`: a file of a release. `live`: tells a page of a newer version. `part`: everything else that a page asks for, and what other
 * programs ask for.
 */
export type Kind = 'document' | 'ahead' | 'asset' | 'live' | 'part'

export interface Kinds {
  /** Whole paths. */
  readonly live: readonly string[]
  /** Beginnings of paths. */
  readonly assets: readonly string[]
}

export interface KnownByHeaders {
  readonly method: string
  readonly path: string
  readonly headers: Pick<Fields, 'get'>
}

const FILES: ReadonlySet<string> = new Set(['script', 'style', 'font', 'worker', 'sharedworker'])

/** Fetch metadata (https://www.w3.org/TR/fetch-metadata/), which browsers send over https and to localhost; else what they sent before. */
export function kindOf({ method, path, headers }: KnownByHeaders, { live, assets }: Kinds): Kind {
  if (live.includes(path)) return 'live'
  if (method !== 'GET' && method !== 'HEAD') return 'part'
  const destination = headers.get('sec-fetch-dest')
  if (
    method === 'GET' &&
    headers.get('sec-fetch-mode') === 'navigate' &&
    headers.get('sec-purpose')?.startsWith('prefetch') === true
  )
    return 'ahead'
  if (destination === 'document' || (destination === null && isNavigation(headers))) return 'document'
  if (destination !== null && FILES.has(destination)) return 'asset'
  return assets.some((beginning) => path.startsWith(beginning)) ? 'asset' : 'part'
}

function isNavigation(headers: KnownByHeaders['headers']): boolean {
  return headers.get('upgrade-insecure-requests') === '1' && headers.get('accept')?.includes('text/html') === true
}
