// Is this answer what a check expects? Pure. HAProxy: configuration manual 4.2 "http-check expect".

import type { CheckConfig } from '../config/options/check.ts'
import type { Exchange, Expect, HeaderMatch } from '../config/options/exchange.ts'
import type { Pattern } from '../pattern/compile.ts'
import type { CheckCode } from './check.ts'

/** As much of an answer as a check looks at. */
export interface Seen {
  readonly status: number
  /** Names in lower case. Values, like the body, a character for each byte. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/** More of a body than this is never read, and never looked at. */
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
): CheckCode {
  if (disableOn404 && seen.status === 404) return 'L7OKC'
  const failed = expect.find((one) => holds(one, seen) === one.not)
  if (!failed) return 'L7OK'
  return 'status' in failed || 'rstatus' in failed ? 'L7STS' : 'L7RSP'
}

function holds(expect: Expect, { status, headers, body }: Seen): boolean {
  if ('status' in expect) return expect.status.some(([low, high]) => status >= low && status <= high)
  if ('rstatus' in expect) return expect.rstatus.test(String(status))
  if ('string' in expect) return body.includes(expect.string)
  if ('rstring' in expect) return expect.rstring.test(body)
  const { name, nameMatch, namePattern, value, valueMatch, valuePattern, full } = expect.header
  return headers
    .filter(([found]) => matches(nameMatch, namePattern, found, name.toLowerCase()))
    .flatMap(([, line]) => (full ? [line] : line.split(',').map((part) => part.trim())))
    .some((found) => value === null || matches(valueMatch, valuePattern, found, value))
}

function matches(how: HeaderMatch, pattern: Pattern | null, found: string, wanted: string): boolean {
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
      return pattern!.test(found)
  }
}
