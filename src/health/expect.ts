// Is this answer what a check expects? Pure. HAProxy: configuration manual 4.2 "http-check expect".

import type { CheckConfig } from '../config/options/check.ts'
import type { Exchange, Expect, HeaderMatch } from '../config/options/exchange.ts'
import type { Pattern, PatternOf } from '../pattern/compile.ts'
import type { CheckCode } from './check.ts'

/** The part of an answer that a check looks at. */
export interface Seen {
  readonly status: number
  /** Names in lower case. Values, like the body, a character for each byte. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** The most of a body that is read and compared. */
export const MAX_BODY_BYTES = 16_384

/** What must be read of an answer. */
export function readsOf({ expect }: Exchange): 'status' | 'headers' | 'body' {
  if (expect.some((one) => 'string' in one || 'rstring' in one)) return 'body'
  return expect.some((one) => 'header' in one) ? 'headers' : 'status'
}

/** L7OKC: a server that is up leaves gracefully. */
export function judge(
  { disableOn404 }: Pick<CheckConfig, 'disableOn404'>,
  { expect }: Exchange,
  seen: Seen,
  patternOf: PatternOf,
): CheckCode {
  if (disableOn404 && seen.status === 404) return 'L7OKC'
  const failed = expect.find((one) => holds(one, seen, patternOf) === one.not)
  if (!failed) return 'L7OK'
  return 'status' in failed || 'rstatus' in failed ? 'L7STS' : 'L7RSP'
}

function holds(expect: Expect, { status, headers, body }: Seen, patternOf: PatternOf): boolean {
  if ('status' in expect) return expect.status.some(([low, high]) => status >= low && status <= high)
  if ('rstatus' in expect) return compiled(expect.rstatus, patternOf).test(String(status))
  if ('string' in expect) return body.includes(expect.string)
  if ('rstring' in expect) return compiled(expect.rstring, patternOf).test(body)
  const { name, nameMatch, value, valueMatch, full } = expect.header
  return headers
    .filter(([found]) => matches(nameMatch, found, nameMatch === 'reg' ? name : name.toLowerCase(), patternOf))
    .flatMap(([, line]) => (full ? [line] : line.split(',').map((part) => part.trim())))
    .some((found) => value === null || matches(valueMatch, found, value, patternOf))
}

function matches(how: HeaderMatch, found: string, wanted: string, patternOf: PatternOf): boolean {
  switch (how) {
    case 'str':
      return found === wanted
    case 'beg':
      return found.startsWith(wanted)
    case 'end':
      return found.endsWith(wanted)
    case 'sub':
      return found.includes(wanted)
    case 'reg':
      return compiled(wanted, patternOf).test(found)
  }
}

/** As many as the configuration has. */
const patterns = new Map<string, Pattern>()

/** Checks ask for the same one again and again. */
function compiled(written: string, patternOf: PatternOf): Pattern {
  const known = patterns.get(written)
  if (known) return known
  const pattern = patternOf(written)
  patterns.set(written, pattern)
  return pattern
}
