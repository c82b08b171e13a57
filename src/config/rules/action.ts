// What a rule does with a request or a response: what may be written, and what becomes of it. HAProxy: configuration manual 4.2 "http-request",
// "http-response", "use_backend", "redirect".

import * as v from 'valibot'

import type { Profile } from '../option.ts'
import { name, strict } from '../fields.ts'
import { redirectScheme, resolveRedirectScheme } from '../options/redirect-scheme.ts'
import type { SchemeRedirect } from '../options/redirect-scheme.ts'
import { ANSWER_ACTIONS, resolveAnswer } from './answer.ts'
import type { AnswerAction } from './answer.ts'
import { HEADER_ACTIONS, replaced, resolveHeaderAction, resolveReplacement } from './header-action.ts'
import type { HeaderAction, Replacement } from './header-action.ts'
import { oneLine, template } from './sample-fields.ts'
import { parseTemplate } from './sample.ts'
import type { Template } from './sample.ts'

/** A name, or text with samples that makes one. */
const backendName = v.union(
  [name, v.pipe(template, v.includes('%[', 'must be the name of a backend'))],
  'must be the name of a backend, or text with %[...] that makes one',
)
const realm = v.pipe(oneLine, v.regex(/^[^"\\]*$/, 'must not have quotes or backslashes'))
const pathReplacement = strict({
  /** The pattern, a regular expression as PCRE2 reads it. */
  match: replaced,
  /** What takes the place of what matches, with samples in `%[...]`; `\\1` is the first group. */
  with: template,
})
const PATH_ACTIONS = [
  v.strictObject({
    /** Replaces the path of the request; the query stays. */
    setPath: template,
  }),
  v.strictObject({
    /** Replaces the query of the request; the path stays. */
    setQuery: template,
  }),
  v.strictObject({
    /** Replaces the path, where a pattern matches it. */
    replacePath: pathReplacement,
  }),
  v.strictObject({
    /** Replaces path and query together, where a pattern matches them. */
    replacePathq: pathReplacement,
  }),
] as const

export const action = v.union(
  [
    v.strictObject({
      /** Sends the request to a backend and ends the rules. The name may be made of samples. */
      useBackend: backendName,
    }),
    v.strictObject({
      /** Redirects the client to the same URL with another scheme. */
      redirectScheme,
    }),
    ...ANSWER_ACTIONS,
    v.strictObject({
      /** Retries the request only when no connection was made, whatever `retryOn` says. */
      disableL7Retry: v.literal(true, 'must be true'),
    }),
    v.strictObject({
      /** Answers 401, so that the browser asks for a name and password. */
      auth: strict({
        /** What the browser shows when it asks. */
        realm: v.optional(realm),
      }),
    }),
    ...HEADER_ACTIONS,
    ...PATH_ACTIONS,
  ],
  'must be one action: { useBackend: name }, { redirectScheme: scheme }, { redirect: { location or prefix, code } }, ' +
    '{ deny: { status, contentType, headers, body } }, { return: { status, contentType, headers, body } }, { auth: { realm } }, { disableL7Retry: true }, { setHeader: { name, value } }, ' +
    '{ addHeader: { name, value } }, { delHeader: name }, { replaceHeader: { name, match, with } }, ' +
    '{ setPath: path }, { setQuery: query }, { replacePath: { match, with } } or { replacePathq: { match, with } }',
)

/** What a rule for responses may do; requests' rules may do it, too. */
export const responseAction = v.union(
  [...HEADER_ACTIONS, ...ANSWER_ACTIONS],
  'must be { setHeader: { name, value } }, { addHeader: { name, value } }, { delHeader: name }, ' +
    '{ replaceHeader: { name, match, with } }, { deny: { status, contentType, headers, body } }, { return: { status, contentType, headers, body } } ' +
    'or { redirect: { location or prefix, code } }',
)

export type ActionInput = v.InferInput<typeof action>
export type ResponseActionInput = v.InferInput<typeof responseAction>

/** Ends the rules: where the request goes, or what it is answered. */
export type FinalAction =
  | AnswerAction
  | { readonly useBackend: Template }
  | { readonly redirectScheme: SchemeRedirect }
  /** 401, with a challenge for HTTP Basic. */
  | { readonly auth: { readonly realm: string } }

/** Of this request only lost connections are retried, whatever `retryOn` says. */
export type RetryAction = { readonly disableL7Retry: true }

/** Changes the path or query that later rules, hashing and the origin see. */
export type PathAction =
  | { readonly setPath: Template }
  | { readonly setQuery: Template }
  | { readonly replacePath: Replacement }
  /** Path and query together. */
  | { readonly replacePathq: Replacement }

export type Action = FinalAction | HeaderAction | PathAction | RetryAction

/** What becomes of a response: its headers change, or another takes its place. */
export type ResponseAction = HeaderAction | AnswerAction

export function resolveAction(input: ActionInput, profile: Profile): Action {
  if ('redirectScheme' in input) return { redirectScheme: resolveRedirectScheme(input.redirectScheme, profile) }
  if ('useBackend' in input) {
    const { useBackend } = input
    return { useBackend: useBackend.includes('%[') ? parseTemplate(useBackend)! : [useBackend] }
  }
  if ('disableL7Retry' in input) return input
  if ('auth' in input) return { auth: { realm: input.auth.realm ?? 'Restricted' } }
  if ('setPath' in input) return { setPath: parseTemplate(input.setPath)! }
  if ('setQuery' in input) return { setQuery: parseTemplate(input.setQuery)! }
  if ('replacePath' in input) return { replacePath: resolveReplacement(input.replacePath) }
  if ('replacePathq' in input) return { replacePathq: resolveReplacement(input.replacePathq) }
  return resolveResponseAction(input, profile)
}

export function resolveResponseAction(input: ResponseActionInput, profile: Profile): ResponseAction {
  return 'deny' in input || 'return' in input || 'redirect' in input
    ? resolveAnswer(input, profile)
    : resolveHeaderAction(input)
}
