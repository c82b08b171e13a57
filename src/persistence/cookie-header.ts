// The request's Cookie header: finding cookies by name and taking one out. Linear in the header's length.
// RFC 6265 section 5.4 sends one line with `; ` between pairs. Several lines reach a Worker joined by `, `, so a comma
// that is followed by a blank and a cookie's name also separates; any other comma belongs to a value and stays.

/** More cookies of one name than this are not looked at: each may cost a signature check. */
const MAX_SAME_NAME = 8

const JOINED_LINES = /, +(?=[!#$%&'*+\-.^_`|~0-9A-Za-z]+=)/

/** The values of every cookie with this name, in order, at most 8. Names are compared byte for byte. */
export function cookieValues(header: string | null, name: string): readonly string[] {
  if (header === null || !header.includes(name)) return []
  const values: string[] = []
  for (const pair of pairsOf(header)) {
    const value = valueOf(pair, name)
    if (value !== undefined && values.push(value) === MAX_SAME_NAME) break
  }
  return values
}

/** The last value with this name, as HAProxy's req.cook() reads it. */
export function lastCookie(header: string | null, name: string): string | undefined {
  if (header === null || !header.includes(name)) return undefined
  return pairsOf(header)
    .map((pair) => valueOf(pair, name))
    .findLast((value) => value !== undefined)
}

/** The header as an origin shall see it, joined lines separated again; without the cookies called `remove`. Null: no header. */
export function cookiesForOrigin(header: string, remove: string | null): string | null {
  if (remove === null || !header.includes(remove)) {
    return header.includes(', ') ? pairsOf(header).join('; ') : header
  }
  const kept = pairsOf(header).filter((pair) => pair !== '' && valueOf(pair, remove) === undefined)
  return kept.length === 0 ? null : kept.join('; ')
}

/** The header with `name=server~value` as `name=value`, whoever the server is. */
export function cookiesWithoutPrefix(header: string, name: string, delimiter: string): string {
  if (!header.includes(delimiter)) return cookiesForOrigin(header, null)!
  const pairs = pairsOf(header).map((pair) => {
    const value = valueOf(pair, name)
    const end = value === undefined ? -1 : value.indexOf(delimiter)
    return end === -1 ? pair : `${name}=${value!.slice(end + delimiter.length)}`
  })
  return pairs.join('; ')
}

/** The trimmed pairs; no regular expression sees a run of blanks or of `;`, so hostile headers cost no more than others. */
export function pairsOf(header: string): string[] {
  const parts = header.split(';')
  const pairs = header.includes(', ') ? parts.flatMap((part) => part.split(JOINED_LINES)) : parts
  return pairs.map((pair) => pair.trim())
}

function valueOf(pair: string, name: string): string | undefined {
  const equals = pair.indexOf('=')
  if (equals === -1 || pair.slice(0, equals).trim() !== name) return undefined
  return pair.slice(equals + 1).trim()
}
