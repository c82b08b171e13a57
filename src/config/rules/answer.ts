// Actions that answer a request, or replace a response: input and result. HAProxy:
// configuration manual 4.2 "http-request deny", "http-request return", "http-response", "redirect".

import * as v from 'valibot'

import type { Profile } from '../option.ts'
import { redirectCode, redirectSchemeOptions } from '../options/redirect-scheme.ts'
import { bool, integer, strict } from '../fields.ts'
import { replyEntries, resolveReply } from './reply.ts'
import type { Reply, ReplyInput } from './reply.ts'
import { template } from './samples/sample-fields.ts'
import { parseTemplate } from './samples/template.ts'
import type { Template } from './samples/template.ts'

/** `name` or `name=value`, which no browser can take for another attribute. */
const cookiePair = v.pipe(
  v.string('must be a string'),
  v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=[\x21-\x3a\x3c-\x7e]*)?$/, 'must be a cookie such as name=value'),
)
const reply = strict({
  /**
   * The status of the answer.
   * @example status: 403
   */
  status: integer(200, 599),
  /**
   * Closes the client's connection without an answer. Where that cannot be done the client gets the answer: on Cloudflare, and for HEAD.
   * The log and the counters have the status either way.
   */
  closeConnection: v.optional(bool),
  ...replyEntries,
})

export const ANSWER_ACTIONS = [
  v.strictObject({
    /** Refuses the request, or takes a response back, with this status. */
    deny: reply,
  }),
  v.strictObject({
    /** Redirects the client. */
    redirect: strict({
      /**
       * The whole new URL.
       * @example location: 'https://www.example.com/'
       */
      location: v.optional(template),
      /**
       * What is put before the requested path and query, in place of `location`.
       * @example prefix: 'https://www.example.com'
       */
      prefix: v.optional(template),
      /**
       * The scheme under which the same host, path and query are asked for, in place of `location`.
       * @example scheme: 'https'
       */
      scheme: v.optional(template),
      /** The status: 301 and 308 are permanent, 307 and 308 keep the method. Without it: 302. */
      code: v.optional(redirectCode),
      /** Leaves the query out. */
      dropQuery: v.optional(bool),
      /** Adds a slash to a path that does not end in one. */
      appendSlash: v.optional(bool),
      /** Does nothing if the samples in `location` leave it empty; the rules go on. */
      ignoreEmpty: v.optional(bool),
      /**
       * A cookie that the client gets.
       * @example setCookie: 'seen=1'
       */
      setCookie: v.optional(cookiePair),
      /**
       * A cookie that the client loses.
       * @example clearCookie: 'seen'
       */
      clearCookie: v.optional(cookiePair),
    }),
  }),
  v.strictObject({
    /** Answers in place of a server. */
    return: strict({
      /**
       * The status of the answer.
       * @example status: 200
       */
      status: integer(200, 599),
      /** The answer is the one that `errors` has for the status, or Limpet's own, in place of a body of the rule's. */
      errorPage: v.optional(bool),
      ...replyEntries,
    }),
  }),
] as const

export type AnswerInput = v.InferInput<(typeof ANSWER_ACTIONS)[number]>

export interface Redirect {
  /** All of the new URL. */
  readonly location: Template | null
  /** The scheme before the request's own host, path and query. */
  readonly scheme: Template | null
  /** The prefix of the request's own path and query. */
  readonly prefix: Template
  readonly code: number
  readonly dropQuery: boolean
  /** A path that does not end in `/` gets one. */
  readonly appendSlash: boolean
  /** An empty location is no redirect. */
  readonly ignoreEmpty: boolean
  readonly setCookies: readonly string[]
}

export interface Denial {
  readonly status: number
  /** Null: the usual answer for the status. */
  readonly reply: Reply | null
  /** Without an answer, where the platform can. */
  readonly closeConnection?: true
}

export type AnswerAction =
  | { readonly deny: Denial }
  /** `body` null: the usual answer for the status. */
  | { readonly return: Reply | { readonly status: number; readonly body: null } }
  | { readonly redirect: Redirect }

export function resolveAnswer(input: AnswerInput, profile: Profile): AnswerAction {
  if ('deny' in input) return { deny: resolveDeny(input.deny) }
  if ('return' in input) {
    const { errorPage = false, ...words } = input.return
    if (errorPage) return { return: { status: words.status, body: null } }
    return { return: resolveReply(words, words.status, 'text/plain') }
  }
  const { location, scheme, prefix = '', code } = input.redirect
  const { dropQuery = false, appendSlash = false, ignoreEmpty = false, setCookie, clearCookie } = input.redirect
  return {
    redirect: {
      location: location === undefined ? null : parseTemplate(location)!,
      scheme: scheme === undefined ? null : parseTemplate(scheme)!,
      prefix: parseTemplate(prefix)!,
      code: code ?? redirectSchemeOptions.code.defaults[profile],
      dropQuery,
      appendSlash,
      ignoreEmpty,
      setCookies: [
        ...(setCookie === undefined ? [] : [`${setCookie}; path=/;`]),
        ...(clearCookie === undefined ? [] : [`${clearCookie}; path=/; Max-Age=0;`]),
      ],
    },
  }
}

export function resolveDeny(
  input: ReplyInput & { readonly status: number; readonly closeConnection?: boolean | undefined },
): Denial {
  const { status, closeConnection = false, ...words } = input
  const isWorded = Object.values(words).some((each) => each !== undefined)
  return {
    status,
    reply: isWorded ? resolveReply(words, status, 'text/plain') : null,
    ...(closeConnection ? { closeConnection } : {}),
  }
}
