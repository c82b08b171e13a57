// A redirect from http to https, or back, written as a word or with its status. HAProxy: configuration manual 4.2 "redirect scheme".

import * as v from 'valibot'

import { oneOf } from '../fields.ts'
import { objectOf, option, required, valuesOf } from '../option.ts'
import type { Profile, Values } from '../option.ts'

export const REDIRECT_CODES = [301, 302, 303, 307, 308] as const
export const redirectCode = v.picklist(REDIRECT_CODES, 'must be 301, 302, 303, 307 or 308')

export const redirectSchemeOptions = {
  /** The scheme that clients are sent to. */
  scheme: required(oneOf(['http', 'https'])),
  /** The status of the redirect: 301 and 308 are permanent, 307 and 308 keep the method. */
  code: option(redirectCode, { default: 302, word: 'code' }),
}

export const redirectScheme = v.union(
  [oneOf(['http', 'https']), objectOf(redirectSchemeOptions)],
  "must be 'https', 'http' or { scheme, code }",
)

export type RedirectSchemeInput = v.InferInput<typeof redirectScheme>

export interface SchemeRedirect extends Values<typeof redirectSchemeOptions> {}

export function resolveRedirectScheme(input: RedirectSchemeInput, profile: Profile): SchemeRedirect {
  return valuesOf(redirectSchemeOptions, typeof input === 'string' ? { scheme: input } : input, profile)
}
