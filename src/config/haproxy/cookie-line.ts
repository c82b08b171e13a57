// `cookie NAME [insert|prefix|rewrite] ...` (configuration manual 4.2 "cookie"). The words are the rows of options/cookie.ts.

import { bool } from '../fields.ts'
import { option } from '../option.ts'
import { cookieOptions } from '../options/cookie.ts'
import type { CookieInput } from '../options/cookie.ts'
import type { Parsed } from './acl.ts'
import { lineKind, readLine, valuesFor } from './read-line.ts'
import { worst } from './line-status.ts'

const COOKIE = lineKind('cookie', { ...cookieOptions, isDynamic: option(bool, { default: false, word: 'dynamic' }) })

export interface CookieLine {
  readonly cookie: CookieInput
  readonly isDynamic: boolean
}

export function parseCookieLine([name, ...words]: readonly string[]): Parsed<CookieLine> {
  if (name === undefined) return { problem: 'needs a name' }
  const { values, outcomes } = readLine(COOKIE, words)
  const { message, fromEnd } = worst(outcomes)
  if (message !== undefined) return { problem: message, ...(fromEnd === undefined ? {} : { fromEnd }) }
  const cookie: CookieInput = { name, mode: 'passive', ...valuesFor(cookieOptions, values) }
  if (cookie.mode === 'rewrite' && cookie.indirect) return { problem: 'rewrite and indirect are incompatible' }
  if (cookie.preserve && cookie.mode !== 'insert' && !cookie.indirect) {
    return { problem: 'preserve needs insert or indirect' }
  }
  return { value: { cookie, isDynamic: values.isDynamic ?? false } }
}
