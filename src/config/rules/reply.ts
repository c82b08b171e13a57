// Limpet's own answers, worded by an operator: input and result. HAProxy: configuration
// manual 4.2 "errorfile", "http-error", "http-request return".

import * as v from 'valibot'

import { integer, ONE_LINE, record, strict, text, token } from '../fields.ts'
import { list } from '../units.ts'
import { bodyText, template, templatedBody } from './samples/sample-fields.ts'
import { parseTemplate } from './samples/template.ts'
import type { Template } from './samples/template.ts'

const HEADERS_TEXT = 'must be an object of header names and values'
export const replyEntries = {
  /**
   * The media type of the body.
   * @example contentType: 'text/html'
   */
  contentType: v.optional(v.pipe(text, v.regex(ONE_LINE, 'would break the header: no control characters'))),
  /**
   * Headers of the answer, by name.
   * @example headers: { 'cache-control': 'no-store' }
   */
  headers: v.optional(
    record(token, v.union([template, v.array(template)], 'must be a value or a list of values'), HEADERS_TEXT),
  ),
  /**
   * The body, as it stands.
   * @example body: '<h1>Back soon</h1>'
   */
  body: v.optional(bodyText),
  /**
   * The body, with samples; in place of `body`.
   * @example bodyTemplate: 'Not for %[src]'
   */
  bodyTemplate: v.optional(templatedBody),
}

/** Answers that take the place of the balancer's own, by the status that they replace. */
export const errors = record(
  v.pipe(v.string(), v.regex(/^[45]\d\d$/, 'must be a status from 400 to 599')),
  strict({
    /**
     * The status that is sent. Without it: the one that is replaced.
     * @example status: 503
     */
    status: v.optional(integer(200, 599)),
    ...replyEntries,
  }),
  "must be an object such as { '503': { body: '...' } }",
)
export type ErrorsInput = v.InferInput<typeof errors>
export type ReplyInput = ErrorsInput[string]

/** One of the balancer's own answers. */
export interface Reply {
  readonly status: number
  readonly headers: readonly (readonly [string, Template])[]
  readonly body: Template
}

export function resolveErrors(written: ErrorsInput = {}): ReadonlyMap<number, Reply> {
  return new Map(
    Object.entries(written).map(([key, reply]) => {
      const status = Number(key)
      return [status, resolveReply(reply, reply.status ?? status, 'text/html')]
    }),
  )
}

export function resolveReply(input: ReplyInput, status: number, contentType: string): Reply {
  const { body = '', bodyTemplate, headers = {} } = input
  const hasType = input.contentType !== undefined || body !== '' || bodyTemplate !== undefined
  return {
    status,
    headers: [
      ...(hasType ? [['content-type', [input.contentType ?? contentType]] as const] : []),
      ...Object.entries(headers).flatMap(([name, values]) =>
        list(values).map((value) => [name.toLowerCase(), parseTemplate(value)!] as const),
      ),
    ],
    body: bodyTemplate === undefined ? (body === '' ? [] : [body]) : parseTemplate(bodyTemplate)!,
  }
}
