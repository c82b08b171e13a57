// The request's Cookie header: finding cookies by name, and taking one out. Every other byte stays as it came.
// RFC 6265 section 4.2.1 puts `; ` between pairs. Several lines reach a Worker joined by `, `, but a comma may also be
// part of a value: it separates only if the name that is looked for follows it.
// One pass over the header, by indexOf and slice: linear in its length, and nothing is allocated that is not returned.

/**
 * What a Worker reads for a byte that is not UTF-8. The byte itself is lost: a rewritten header has this in its
 * place, and only an untouched one passes unchanged.
 */
export const UNDECODABLE = '\ufffd'

/** Where the next cookie called `name` begins, at or behind `from`; -1: there is none. Names are compared byte for byte. */
export function nextCookie(header: string, name: string, from: number): number {
  for (let at = header.indexOf(name, from); at !== -1; at = header.indexOf(name, at + 1)) {
    if (header.charCodeAt(afterBlanks(header, at + name.length)) !== EQUALS) continue
    const before = beforeBlanks(header, at)
    if (before === 0 || isDelimiter(header.charCodeAt(before - 1))) return at
  }
  return -1
}

/** The value of the balancer's own cookie that begins at `at`: it has no comma. */
export function ownValue(header: string, at: number): string {
  const start = valueStart(header, at)
  return header.slice(start, beforeBlanks(header, ownEnd(header, start)))
}

/** The values of every cookie with this name, in order: an application's, so that a comma may belong to them. */
export function cookieValues(header: string | null, name: string): readonly string[] {
  if (header === null) return []
  const values: string[] = []
  for (let at = nextCookie(header, name, 0); at !== -1; at = nextCookie(header, name, at + name.length)) {
    const start = valueStart(header, at)
    values.push(header.slice(start, beforeBlanks(header, applicationEnd(header, start))))
  }
  return values
}

/** The first pair whose name begins with `prefix`, as `capture cookie` finds it. */
export function pairBeginning(header: string, prefix: string): string | undefined {
  for (let at = header.indexOf(prefix); at !== -1; at = header.indexOf(prefix, at + 1)) {
    const before = beforeBlanks(header, at)
    if (before !== 0 && !isDelimiter(header.charCodeAt(before - 1))) continue
    return header.slice(at, beforeBlanks(header, applicationEnd(header, at)))
  }
  return undefined
}

/**
 * The header without the cookies called `name`. Null: nothing is left. What was on either side of one is joined by
 * `; `, as HAProxy does it. One inside a quoted string is part of another cookie and stays. `first`: where the first is, -1 if there is none.
 */
export function withoutCookie(
  header: string,
  name: string,
  first: number = nextCookie(header, name, 0),
): string | null {
  let at = first
  if (at === -1) return header
  const isQuoted = quotedTest(header)
  let kept = ''
  let copied = 0
  let isDelimited = false
  for (; at !== -1; at = nextCookie(header, name, at + name.length)) {
    if (isQuoted?.(at)) continue
    const before = beforeBlanks(header, at)
    const keptEnd = before === 0 ? 0 : beforeBlanks(header, before - 1)
    if (keptEnd > copied) kept = `${kept === '' ? '' : `${kept}; `}${header.slice(copied, keptEnd)}`
    const end = ownEnd(header, at)
    isDelimited = end < header.length
    copied = afterBlanks(header, end + 1)
  }
  if (kept === '') return copied >= header.length ? null : header.slice(copied)
  return isDelimited ? `${kept}; ${header.slice(copied)}` : kept
}

/** The header with `name=server~value` as `name=value`, whatever the server. */
export function withoutPrefix(header: string, name: string, delimiter: string): string {
  let prefixEnd = header.indexOf(delimiter)
  if (prefixEnd === -1) return header
  const isQuoted = quotedTest(header)
  let kept = ''
  let copied = 0
  for (let at = nextCookie(header, name, 0); at !== -1; at = nextCookie(header, name, at + name.length)) {
    if (isQuoted?.(at)) continue
    const start = valueStart(header, at)
    if (prefixEnd < start) prefixEnd = header.indexOf(delimiter, start)
    if (prefixEnd === -1) break
    if (prefixEnd >= ownEnd(header, start)) continue
    kept += header.slice(copied, start)
    copied = prefixEnd + delimiter.length
  }
  return copied === 0 ? header : kept + header.slice(copied)
}

/**
 * If the position of the cookie called `name` shows that two lines were joined, they are separated again: before it, and after a
 * value that is the balancer's own.
 */
export function linesApart(header: string, name: string, isOwn: boolean): string {
  if (!header.includes(', ')) return header
  const isQuoted = quotedTest(header)
  let kept = ''
  let copied = 0
  for (let at = nextCookie(header, name, 0); at !== -1; at = nextCookie(header, name, at + name.length)) {
    if (isQuoted?.(at)) continue
    if (at - 2 >= copied && header.startsWith(', ', at - 2)) splitAt(at - 2)
    const end = isOwn ? ownEnd(header, at) : header.length
    if (header.startsWith(', ', end) && beginsPair(header, end + 2)) splitAt(end)
  }
  return kept + header.slice(copied)

  function splitAt(comma: number): void {
    kept += `${header.slice(copied, comma)}; `
    copied = comma + 2
  }
}

const TAB = 9
const SPACE = 32
const QUOTE = 34
const COMMA = 44
const SEMICOLON = 59
const EQUALS = 61
const BACKSLASH = 92

function isDelimiter(code: number): boolean {
  return code === SEMICOLON || code === COMMA
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB
}

function afterBlanks(header: string, from: number): number {
  let at = from
  while (isBlank(header.charCodeAt(at))) at += 1
  return at
}

function beforeBlanks(header: string, from: number): number {
  let at = from
  while (at > 0 && isBlank(header.charCodeAt(at - 1))) at -= 1
  return at
}

const DELIMITER = /[;,]/g

function ownEnd(header: string, start: number): number {
  DELIMITER.lastIndex = start
  return DELIMITER.test(header) ? DELIMITER.lastIndex - 1 : header.length
}

function valueStart(header: string, at: number): number {
  return afterBlanks(header, header.indexOf('=', at) + 1)
}

/** At a `;`, or at a comma that looks like the end of a line: blanks and another `name=` are behind it. */
function applicationEnd(header: string, start: number): number {
  for (let at = start; at < header.length; at++) {
    const code = header.charCodeAt(at)
    if (code === SEMICOLON) return at
    if (code !== COMMA || !isBlank(header.charCodeAt(at + 1))) continue
    if (beginsPair(header, afterBlanks(header, at + 1))) return at
  }
  return header.length
}

const PAIR = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+=/y

function beginsPair(header: string, at: number): boolean {
  PAIR.lastIndex = at
  return PAIR.test(header)
}

/**
 * Whether a place is between two quotes; asked for places in ascending order. A quote that is never closed quotes
 * nothing. Undefined: the header has no quotes.
 */
function quotedTest(header: string): ((at: number) => boolean) | undefined {
  let seen = header.indexOf('"')
  if (seen === -1) return undefined
  const last = header.lastIndexOf('"')
  let isOpen = false
  return (at) => {
    for (; seen < at; seen++) {
      const code = header.charCodeAt(seen)
      if (code === QUOTE) isOpen = !isOpen
      else if (code === BACKSLASH && isOpen) seen += 1
    }
    return isOpen && last >= at
  }
}
