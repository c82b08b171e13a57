// Actions that answer a request, or replace a response: input and result. HAProxy:
// configuration manual 4.2 "http-request deny", "http-request return", "http-response", "redirect".

import * as v from 'valibot'

import { defaultOf } from '../defaults.ts'
import type { Profile } from '../defaults.ts'
import { bool, integer, oneOf, strict } from '../fields.ts'
import { replyEntries, resolveReply } from './reply.ts'
import type { Reply, ReplyInput } from './reply.ts'
import { template } from './sample-fields.ts'
import { parseTemplate } from './sample.ts'
import type { Template } from './sample.ts'

/** `name` or `name=value`, which no browser can take for another attribute. */
const cookiePair = v.pipe(
  v.string('must be a string'),
  v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=[\x21-\x3a\x3c-\x7e]*)?$/, 'must be a cookie such as name=value'),
)
export const REDIRECT_CODES = [301, 302, 303, 307, 308] as const
const redirectCode = v.picklist(REDIRECT_CODES, 'must be 301, 302, 303, 307 or 308')
export const redirectScheme = v.union(
  [oneOf(['http', 'https']), v.strictObject({ scheme: oneOf(['http', 'https']), code: v.optional(redirectCode) })],
  "must be 'https', 'http' or { scheme, code }",
)

export const ANSWER_ACTIONS = [
  v.strictObject({ deny: strict({ status: integer(200, 599), ...replyEntries }) }),
  v.strictObject({
    redirect: strict({
      location: v.optional(template),
      prefix: v.optional(template),
      code: v.optional(redirectCode),
      dropQuery: v.optional(bool),
      appendSlash: v.optional(bool),
      setCookie: v.optional(cookiePair),
      clearCookie: v.optional(cookiePair),
    }),
  }),
  v.strictObject({ return: strict({ status: integer(200, 599), ...replyEntries }) }),
] as const

export type RedirectSchemeInput = v.InferInput<typeof redirectScheme>
export type AnswerInput = v.InferInput<(typeof ANSWER_ACTIONS)[number]>

export interface Redirect {
  /** All of the new URL. */
  readonly location: Template | null
  /** The prefix of the request's own path and query. */
  readonly prefix: Template
  readonly code: number
  readonly dropQuery: boolean
  /** A path that does not end in `/` gets one. */
  readonly appendSlash: boolean
  readonly setCookies: readonly string[]
}

export type AnswerAction =
  /** `reply` null: the usual answer for the status. */
  | { readonly deny: { readonly status: number; readonly reply: Reply | null } }
  | { readonly return: Reply }
  | { readonly redirect: Redirect }

export interface SchemeRedirect {
  readonly scheme: 'http' | 'https'
  readonly code: (typeof REDIRECT_CODES)[number]
}

export function resolveRedirectScheme(input: RedirectSchemeInput, profile: Profile): SchemeRedirect {
  const { scheme, code } = typeof input === 'string' ? { scheme: input, code: undefined } : input
  return { scheme, code: code ?? defaultOf(profile, 'frontend.redirectScheme.code') }
}

export function resolveAnswer(input: AnswerInput, profile: Profile): AnswerAction {
  if ('deny' in input) return { deny: resolveDeny(input.deny) }
  if ('return' in input) return { return: resolveReply(input.return, input.return.status, 'text/plain') }
  const { location, prefix = '', code, dropQuery = false, appendSlash = false } = input.redirect
  const { setCookie, clearCookie } = input.redirect
  return {
    redirect: {
      location: location === undefined ? null : parseTemplate(location)!,
      prefix: parseTemplate(prefix)!,
      code: code ?? defaultOf(profile, 'frontend.redirectScheme.code'),
      dropQuery,
      appendSlash,
      setCookies: [
        ...(setCookie === undefined ? [] : [`${setCookie}; path=/;`]),
        ...(clearCookie === undefined ? [] : [`${clearCookie}; path=/; Max-Age=0;`]),
      ],
    },
  }
}

function resolveDeny(input: ReplyInput & { readonly status: number }) {
  const { status, ...words } = input
  const isWorded = Object.values(words).some((each) => each !== undefined)
  return { status, reply: isWorded ? resolveReply(input, status, 'text/plain') : null }
}
