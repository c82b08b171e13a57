// What a rule does with a request or a response: input and result. HAProxy: configuration manual 4.2 "http-request",
// "http-response", "use_backend", "redirect".

import * as v from 'valibot'

import { integer, name, oneOf, strict } from '../fields.ts'
import { redirectScheme } from '../options/redirect-scheme.ts'
import type { SchemeRedirect } from '../options/redirect-scheme.ts'
import { ANSWER_ACTIONS } from './answer.ts'
import type { AnswerAction } from './answer.ts'
import { CAPTURE_ACTION } from './capture-action.ts'
import type { CaptureAction } from './capture-action.ts'
import { COUNTER_ACTIONS, COUNT_REQUEST_ACTION } from './counter-action.ts'
import type { CounterAction, CountRequestAction } from './counter-action.ts'
import { HEADER_ACTIONS, replaced } from './header-action.ts'
import type { HeaderAction, Replacement } from './header-action.ts'
import { LIST_ACTIONS } from './list-action.ts'
import type { ListAction } from './list-action.ts'
import { oneLine, sample, template } from './samples/sample-fields.ts'
import type { Sample } from './samples/sample.ts'
import type { Template } from './samples/template.ts'
import { VARIABLE_ACTIONS } from './variable-action.ts'
import type { VariableAction } from './variable-action.ts'
import { WAIT_FOR_BODY_ACTION, WAITING_ACTIONS } from './waiting-action.ts'
import type { WaitForBodyAction, WaitingAction } from './waiting-action.ts'

/** A name, or text with samples that makes one. */
const backendName = v.union(
  [name, v.pipe(template, v.includes('%[', 'must be the name of a backend'))],
  'must be the name of a backend, or text with %[...] that makes one',
)
const realm = v.pipe(oneLine, v.regex(/^[^"\\]*$/, 'must not have quotes or backslashes'))
const replacement = strict({
  /**
   * The regular expression that finds what is replaced.
   * @example match: '^/old/(.*)'
   */
  match: replaced,
  /**
   * What takes its place; `\\1` is the first group.
   * @example with: '/new/\\1'
   */
  with: template,
})
const PATH_ACTIONS = [
  v.strictObject({
    /**
     * Changes the path that later rules and the server see.
     * @example setPath: '/app%[path]'
     */
    setPath: template,
  }),
  v.strictObject({
    /**
     * Changes the query that later rules and the server see.
     * @example setQuery: 'user=%[req.cook(user)]'
     */
    setQuery: template,
  }),
  v.strictObject({
    /**
     * Changes path and query together; without a `?` there is no query.
     * @example setPathq: '/search?q=%[path]'
     */
    setPathq: template,
  }),
  v.strictObject({
    /**
     * Changes the whole URL: a Host in it becomes the server's, if the server gets the client's.
     * @example setUri: '/app%[path]'
     */
    setUri: template,
  }),
  v.strictObject({
    /**
     * Changes the method that later rules and the server see.
     * @example setMethod: 'POST'
     */
    setMethod: template,
  }),
  v.strictObject({
    /** Replaces part of the path. */
    replacePath: replacement,
  }),
  v.strictObject({
    /** Replaces part of the path and query, taken together. */
    replacePathq: replacement,
  }),
] as const

const ALLOW_ACTION = v.strictObject({
  /** Ends these rules; of those after it only `useBackend` still chooses. */
  allow: v.literal(true, 'must be true'),
})
export const LOG_LEVELS = ['emerg', 'alert', 'crit', 'err', 'warning', 'notice', 'info', 'debug', 'silent'] as const

const LOG_ACTION = v.strictObject({
  /**
   * `silent` writes no log line for the request; after any other level there is one, of the usual level.
   * @example setLogLevel: 'silent'
   */
  setLogLevel: oneOf(LOG_LEVELS),
})
const STATUS_ACTION = v.strictObject({
  /**
   * Changes the status.
   * @example setStatus: { status: 503 }
   */
  setStatus: strict({
    /**
     * The new status.
     * @example status: 503
     */
    status: integer(200, 599),
    /**
     * Its reason phrase, which HTTP/2 does not send. Without it: the usual one.
     * @example reason: 'Slow Down'
     */
    reason: v.optional(oneLine),
  }),
})

const LIST_ACTION_TEXT =
  '{ setMap: { map, key, value } }, { delMap: { map, key } }, { addAcl: { list, key } } or { delAcl: { list, key } }'

/** What a rule does with a request. */
export const action = v.union(
  [
    v.strictObject({
      /**
       * Sends the request to this backend; text with samples may name it. Later rules are not run.
       * @example useBackend: 'api'
       */
      useBackend: backendName,
    }),
    v.strictObject({
      /**
       * Redirects the client to the same URL under this scheme, unless it came by it.
       * @example redirectScheme: 'https'
       */
      redirectScheme,
    }),
    ...ANSWER_ACTIONS,
    ALLOW_ACTION,
    LOG_ACTION,
    v.strictObject({
      /**
       * Takes the address that the sample finds for the client's, for later rules, the servers and the log; nothing changes if it is none.
       * @example setSrc: 'req.hdr(x-client-ip)'
       */
      setSrc: sample,
    }),
    v.strictObject({
      /** Answers with the metrics that `GET metrics` of the admin API has, to whomever the condition admits. */
      useService: v.literal('prometheus-exporter', "must be 'prometheus-exporter'"),
    }),
    v.strictObject({
      /** Retries this request only after a failed connection, whatever `retryOn` says. */
      disableL7Retry: v.literal(true, 'must be true'),
    }),
    v.strictObject({
      /**
       * Answers with a 401, so that the browser asks for a name and password.
       * @example auth: { realm: 'Staff' }
       */
      auth: strict({
        /**
         * What the browser shows when it asks. Without it: Restricted.
         * @example realm: 'Staff'
         */
        realm: v.optional(realm),
      }),
    }),
    ...HEADER_ACTIONS,
    ...PATH_ACTIONS,
    ...WAITING_ACTIONS,
    CAPTURE_ACTION,
    ...VARIABLE_ACTIONS,
    ...LIST_ACTIONS,
    ...COUNTER_ACTIONS,
    COUNT_REQUEST_ACTION,
  ],
  'must be one action: { useBackend: name }, { redirectScheme: scheme }, { redirect: { location or prefix, code } }, ' +
    '{ deny: { status, contentType, headers, body } }, { return: { status, contentType, headers, body } }, { allow: true }, { setLogLevel: level }, { setSrc: sample }, { auth: { realm } }, { useService: service }, { disableL7Retry: true }, { setHeader: { name, value } }, ' +
    '{ addHeader: { name, value } }, { delHeader: name }, { replaceHeader: { name, match, with } }, { replaceValue: { name, match, with } }, ' +
    '{ setPath: path }, { setQuery: query }, { setPathq: path and query }, { setUri: URL }, { setMethod: method }, { replacePath: { match, with } }, { replacePathq: { match, with } }, ' +
    `{ tarpit: { time, status, contentType, headers, body } }, { waitForBody: { time, atLeast } }, { setTimeout: { server } }, { capture: { sample, slot } }, { setVar: { name, value or text } }, { unsetVar: name }, { trackSc: { sc, key, table } }, { scIncGpc: { sc, gpc } }, { scSetGpt: { sc, gpt, value } }, { scCountRequest: true }, ${LIST_ACTION_TEXT}`,
)

/** What a rule does with a response; a rule for requests may do it, too. */
export const responseAction = v.union(
  [
    ...HEADER_ACTIONS,
    STATUS_ACTION,
    ...ANSWER_ACTIONS,
    ALLOW_ACTION,
    LOG_ACTION,
    WAIT_FOR_BODY_ACTION,
    CAPTURE_ACTION,
    ...VARIABLE_ACTIONS,
    ...LIST_ACTIONS,
    ...COUNTER_ACTIONS,
  ],
  'must be { setHeader: { name, value } }, { addHeader: { name, value } }, { delHeader: name }, ' +
    '{ replaceHeader: { name, match, with } }, { replaceValue: { name, match, with } }, { setStatus: { status, reason } }, { allow: true }, { setLogLevel: level }, { deny: { status, contentType, headers, body } }, { return: { status, contentType, headers, body } }, ' +
    `{ redirect: { location or prefix, code } }, { waitForBody: { time, atLeast } }, { capture: { sample, slot } }, { setVar: { name, value or text } }, { unsetVar: name }, { trackSc: { sc, key, table } }, { scIncGpc: { sc, gpc } }, { scSetGpt: { sc, gpt, value } }, ${LIST_ACTION_TEXT}`,
)

/** What a rule does with any response, whoever gives it. */
export const afterResponseAction = v.union(
  [...HEADER_ACTIONS, STATUS_ACTION, ALLOW_ACTION, CAPTURE_ACTION, ...VARIABLE_ACTIONS, ...LIST_ACTIONS],
  'must be { setHeader: { name, value } }, { addHeader: { name, value } }, { delHeader: name }, ' +
    '{ replaceHeader: { name, match, with } }, { replaceValue: { name, match, with } }, { setStatus: { status, reason } }, ' +
    `{ allow: true }, { capture: { sample, slot } }, { setVar: { name, value or text } }, { unsetVar: name }, ${LIST_ACTION_TEXT}`,
)

export type ActionInput = v.InferInput<typeof action>
export type ResponseActionInput = v.InferInput<typeof responseAction>
export type AfterResponseActionInput = v.InferInput<typeof afterResponseAction>

/** Ends the rules: the request goes to a backend, or gets an answer. */
export type FinalAction =
  | AnswerAction
  | { readonly useBackend: Template }
  | { readonly redirectScheme: SchemeRedirect }
  /** 401, with a challenge for HTTP Basic. */
  | { readonly auth: { readonly realm: string } }

/** Ends the rules: metrics are the answer. */
export type ServiceAction = { readonly useService: 'prometheus-exporter' }

/** For this request only lost connections are retried, whatever `retryOn` says. */
export type RetryAction = { readonly disableL7Retry: true }

/** Changes the path or query that later rules, hashing and the origin see. */
export type PathAction =
  | { readonly setPath: Template }
  | { readonly setQuery: Template }
  | { readonly setPathq: Template }
  | { readonly setUri: Template }
  | { readonly setMethod: Template }
  | { readonly replacePath: Replacement }
  /** Path and query together. */
  | { readonly replacePathq: Replacement }

/** Ends the rules, but not the choice of a backend. */
export type AllowAction = { readonly allow: true }

export type LogAction = { readonly setLogLevel: (typeof LOG_LEVELS)[number] }

/** What later rules, the servers and the log take for the client's address. */
export type AddressAction = { readonly setSrc: Sample }

export type StatusAction = { readonly setStatus: { readonly status: number; readonly reason: string | null } }

export type Action =
  | FinalAction
  | HeaderAction
  | PathAction
  | RetryAction
  | ServiceAction
  | VariableAction
  | AllowAction
  | LogAction
  | AddressAction
  | CaptureAction
  | WaitingAction
  | ListAction
  | CounterAction
  | CountRequestAction

/** Changes a response's headers, or replaces the response, or keeps a value. */
export type ResponseAction =
  | HeaderAction
  | StatusAction
  | AnswerAction
  | VariableAction
  | AllowAction
  | LogAction
  | WaitForBodyAction
  | CaptureAction
  | ListAction
  | CounterAction
