// Rules as every other room reads them: conditions over requests, what is done with a request, and with its response. What the
// operator may write is in rule-schema.ts; how one becomes the other is in resolve-rules.ts.

import type { MatchMethod } from './match-methods.ts'
import type { Sample, Template } from './sample.ts'

/** An answer of the balancer's own. */
export interface Reply {
  readonly status: number
  readonly headers: readonly (readonly [string, Template])[]
  readonly body: Template
}

export interface Rule {
  readonly if: Condition | null
  readonly do: Action
}

/** What becomes of a response: its headers change, or another takes its place. */
export interface ResponseRule {
  readonly if: Condition | null
  readonly do: HeaderAction | AnswerAction
}

export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | { readonly host: readonly string[] }
  | { readonly path: readonly string[] }
  | { readonly pathBeg: readonly string[] }
  | { readonly pathEnd: readonly string[] }
  | { readonly method: readonly string[] }
  | { readonly scheme: 'http' | 'https' }
  | { readonly src: readonly string[] }
  | { readonly hdr: { readonly name: string; readonly value: readonly string[] | null } }
  | {
      readonly sample: Sample
      readonly match: MatchMethod
      readonly values: readonly string[]
      readonly ignoreCase: boolean
    }

export interface Redirect {
  /** All of the new URL. */
  readonly location: Template | null
  /** What stands before the request's own path and query. */
  readonly prefix: Template
  readonly code: number
  readonly dropQuery: boolean
  /** A path that does not end in `/` gets one. */
  readonly appendSlash: boolean
  readonly setCookies: readonly string[]
}

/** An answer of the balancer's own. */
export type AnswerAction =
  /** `reply` null: what is said of the status anyway. */
  | { readonly deny: { readonly status: number; readonly reply: Reply | null } }
  | { readonly return: Reply }
  | { readonly redirect: Redirect }

/** Ends the rules: where the request goes, or what it is answered. */
export type FinalAction =
  | AnswerAction
  | { readonly useBackend: Template }
  | { readonly redirectScheme: { readonly scheme: 'http' | 'https'; readonly code: 301 | 302 | 303 | 307 | 308 } }
  /** 401, with a challenge for HTTP Basic. */
  | { readonly auth: { readonly realm: string } }

/** Changes the request's headers, and the rules go on. */
export type HeaderAction =
  | { readonly setHeader: { readonly name: string; readonly value: Template } }
  | { readonly addHeader: { readonly name: string; readonly value: Template } }
  | { readonly delHeader: string }
  | { readonly replaceHeader: { readonly name: string } & Replacement }

/** The name of the header that it changes. */
export function headerOf(action: HeaderAction): string {
  if ('delHeader' in action) return action.delHeader
  if ('replaceHeader' in action) return action.replaceHeader.name
  return 'setHeader' in action ? action.setHeader.name : action.addHeader.name
}

/** A value that matches becomes `with`, in which `\\1` is the first group (HAProxy: "replace-header"). */
export interface Replacement {
  readonly match: string
  readonly with: Template
}

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
