// What shared caches may do with a response. isCacheable: HAProxy's rules for `nocache` (configuration manual 4.2 "cookie",
// "nocache"): only then does the inserted cookie need `cache-control: private`. isReusable: Limpet's, and narrower: the
// origin says explicitly that everybody may get the same answer without asking it again (RFC 9111, RFC 8246).

import type { Fields } from '../http/fields.ts'

const SAFE_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE'])
/** Statuses that a cache may keep although the answer names no lifetime. */
const VALIDATORS = ['expires', 'etag', 'last-modified']
const CACHEABLE_STATUS = new Set([200, 203, 204, 206, 300, 301, 404, 405, 410, 414, 501])

/** `written`: its Cache-Control, for a caller that has read it: each look is a call into the runtime. */
export function isCacheable(
  method: string,
  status: number,
  headers: Fields,
  written: string | null = headers.get('cache-control'),
): boolean {
  if (written === null) {
    return SAFE_METHODS.has(method) && CACHEABLE_STATUS.has(status) && isValidated(headers) && !isOldNoCache(headers)
  }
  const control = written
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim())
  if (!SAFE_METHODS.has(method) && !control.includes('public')) return false
  if (!CACHEABLE_STATUS.has(status)) return false
  if (isOldNoCache(headers)) return false
  const has = (name: string) => control.some((directive) => directive === name || directive.startsWith(`${name}=`))
  if (has('private') || has('no-cache') || has('no-store') || control.includes('s-maxage=0')) return false
  if (control.includes('max-age=0') && !has('s-maxage')) return false
  return has('s-maxage') || has('max-age') || isValidated(headers)
}

function isValidated(headers: Fields): boolean {
  return VALIDATORS.some((name) => headers.has(name))
}

function isOldNoCache(headers: Fields): boolean {
  return headers.get('pragma')?.toLowerCase().includes('no-cache') === true
}

/** `immutable`, or `public` with a lifetime; and nothing that takes it back. */
export function isReusable(headers: Fields, text: string | null): boolean {
  if (text === null || headers.get('vary')?.includes('*')) return false
  let isShared = false
  let isImmutable = false
  let maxAge: number | undefined
  let sharedMaxAge: number | undefined
  for (const [, name = '', value = ''] of text.toLowerCase().matchAll(DIRECTIVE)) {
    if (name === 'private' || name === 'no-store' || name === 'no-cache') return false
    if (name === 'public') isShared = true
    else if (name === 'immutable') isImmutable = true
    // Of several, the shortest: when unsure, a cache asks again.
    else if (name === 'max-age') maxAge = Math.min(maxAge ?? Infinity, seconds(value))
    else if (name === 's-maxage') sharedMaxAge = Math.min(sharedMaxAge ?? Infinity, seconds(value))
  }
  const lifetimeS = sharedMaxAge ?? maxAge
  return isImmutable ? lifetimeS !== 0 : isShared && (lifetimeS ?? 0) > 0
}

/** A directive, optionally with a token or a quoted string, in which commas do not separate. */
const DIRECTIVE = /([^\s,="]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"?|[^\s,"]*))?/g

/** Anything but a number is no lifetime. */
function seconds(text: string): number {
  const digits = /^"?(\d+)"?$/.exec(text)?.[1]
  return digits === undefined ? 0 : Number(digits)
}
