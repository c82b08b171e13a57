// Actions that change headers of requests or responses: input and result. HAProxy: configuration manual
// 4.2 "http-request set-header", "http-request replace-header" and the like.

import * as v from 'valibot'

import { strict, token } from '../fields.ts'
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
     * Removes every header of that name.
     * @example delHeader: 'X-Powered-By'
     */
    delHeader: token,
  }),
  v.strictObject({
    /** Replaces part of a header's value. */
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
] as const

export type HeaderActionInput = v.InferInput<(typeof HEADER_ACTIONS)[number]>

/** Changes headers, and the rules go on. */
export type HeaderAction =
  | { readonly setHeader: { readonly name: string; readonly value: Template } }
  | { readonly addHeader: { readonly name: string; readonly value: Template } }
  | { readonly delHeader: string }
  | { readonly replaceHeader: { readonly name: string } & Replacement }

/** A value that matches becomes `with`, in which `\\1` is the first group (HAProxy: "replace-header"). */
export interface Replacement {
  readonly match: string
  readonly with: Template
}

export function resolveHeaderAction(input: HeaderActionInput): HeaderAction {
  if ('setHeader' in input) return { setHeader: resolveHeaderValue(input.setHeader) }
  if ('addHeader' in input) return { addHeader: resolveHeaderValue(input.addHeader) }
  if ('delHeader' in input) return input
  const { name, ...replacement } = input.replaceHeader
  return { replaceHeader: { name, ...resolveReplacement(replacement) } }
}

export function resolveReplacement({ match, with: text }: { match: string; with: string }): Replacement {
  return { match, with: parseTemplate(text)! }
}

function resolveHeaderValue({ name, value }: { name: string; value: string }) {
  return { name: name.toLowerCase(), value: parseTemplate(value)! }
}
