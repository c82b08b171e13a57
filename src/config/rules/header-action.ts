// Actions that change headers of requests or responses: input and result. HAProxy: configuration manual
// 4.2 "http-request set-header", "http-request replace-header" and the like.

import * as v from 'valibot'

import { oneOf, strict, text as someText, token } from '../fields.ts'
import { pattern } from '../pattern-field.ts'
import { template } from './samples/sample-fields.ts'
import { parseTemplate } from './samples/template.ts'
import type { Template } from './samples/template.ts'

/** Its groups are needed, for `\\1` and the like. */
export const replaced = pattern({ keepsGroups: true })
const headerValue = strict({
  /**
   * The header's name.
   * @example name: 'X-Robots-Tag'
   */
  name: token,
  /**
   * Its value: text, perhaps with samples.
   * @example value: 'noindex'
   */
  value: template,
})

export const HEADER_NAME_MATCHES = ['str', 'beg', 'end', 'sub', 'reg'] as const

export const HEADER_ACTIONS = [
  v.strictObject({
    /** Sets a header, in place of all of that name. */
    setHeader: headerValue,
  }),
  v.strictObject({
    /** Adds a header, beside others of that name. */
    addHeader: headerValue,
  }),
  v.strictObject({
    /**
     * Removes every header of that name, or every one whose name matches.
     * @example delHeader: 'X-Powered-By'
     */
    delHeader: v.union(
      [
        token,
        strict({
          /**
           * What names are compared with; upper and lower case count as the same, except in a `reg`.
           * @example name: 'x-internal-'
           */
          name: someText,
          /**
           * How: `str` equals, `beg` begins, `end` ends, `sub` contains, `reg` is a regular expression.
           * @example match: 'beg'
           */
          match: oneOf(HEADER_NAME_MATCHES),
        }),
      ],
      'must be the name of a header, or { name, match }',
    ),
  }),
  v.strictObject({
    /** Replaces header lines that match, each as a whole. */
    replaceHeader: strict({
      /**
       * The header's name.
       * @example name: 'Cookie'
       */
      name: token,
      /**
       * The regular expression that finds what is replaced.
       * @example match: 'lang=[^;]*'
       */
      match: replaced,
      /**
       * What takes its place; `\\1` is the first group.
       * @example with: 'lang=en'
       */
      with: template,
    }),
  }),
  v.strictObject({
    /** Replaces those of a header's values, between commas, that match. */
    replaceValue: strict({
      /**
       * The header's name.
       * @example name: 'Cache-Control'
       */
      name: token,
      /**
       * The regular expression that finds the values.
       * @example match: '^public$'
       */
      match: replaced,
      /**
       * What takes their place; `\\1` is the first group.
       * @example with: 'private'
       */
      with: template,
    }),
  }),
] as const

/** How the names of headers are compared. */
export type HeaderNameMatch = (typeof HEADER_NAME_MATCHES)[number]

export type HeaderActionInput = v.InferInput<(typeof HEADER_ACTIONS)[number]>

/** Changes headers, and the rules go on. */
export type HeaderAction =
  | { readonly setHeader: { readonly name: string; readonly value: Template } }
  | { readonly addHeader: { readonly name: string; readonly value: Template } }
  | { readonly delHeader: string | { readonly name: string; readonly match: HeaderNameMatch } }
  | { readonly replaceHeader: { readonly name: string } & Replacement }
  | { readonly replaceValue: { readonly name: string } & Replacement }

/** A value that matches becomes `with`, in which `\\1` is the first group (HAProxy: "replace-header"). */
export interface Replacement {
  readonly match: string
  readonly with: Template
}

export function resolveHeaderAction(input: HeaderActionInput): HeaderAction {
  if ('setHeader' in input) return { setHeader: resolveHeaderValue(input.setHeader) }
  if ('addHeader' in input) return { addHeader: resolveHeaderValue(input.addHeader) }
  if ('delHeader' in input) return input
  if ('replaceValue' in input) {
    const { name, ...replacement } = input.replaceValue
    return { replaceValue: { name, ...resolveReplacement(replacement) } }
  }
  const { name, ...replacement } = input.replaceHeader
  return { replaceHeader: { name, ...resolveReplacement(replacement) } }
}

export function resolveReplacement({ match, with: text }: { match: string; with: string }): Replacement {
  return { match, with: parseTemplate(text)! }
}

function resolveHeaderValue({ name, value }: { name: string; value: string }) {
  return { name: name.toLowerCase(), value: parseTemplate(value)! }
}
