// Actions that change headers of requests or responses: what may be written, and what becomes of it. HAProxy: configuration manual
// 4.2 "http-request set-header", "http-request replace-header" and their like.

import * as v from 'valibot'

import { strict, token } from '../fields.ts'
import { pattern } from '../pattern-field.ts'
import { template } from './sample-fields.ts'
import { parseTemplate } from './sample.ts'
import type { Template } from './sample.ts'

/** What `\\1` stands for is asked of it. */
export const replaced = pattern({ keepsGroups: true })
const headerValue = strict({
  /** The header's name. */
  name: token,
  /** The header's value, with samples in `%[...]`. */
  value: template,
})

export const HEADER_ACTIONS = [
  v.strictObject({
    /** Sets a header, in place of all of that name. */
    setHeader: headerValue,
  }),
  v.strictObject({
    /** Adds a header beside those of that name. */
    addHeader: headerValue,
  }),
  v.strictObject({
    /** Removes every header of that name. */
    delHeader: token,
  }),
  v.strictObject({
    /** Changes the values of a header where a pattern matches them. */
    replaceHeader: strict({
      /** The header's name. */
      name: token,
      /** The pattern, a regular expression as PCRE2 reads it. */
      match: replaced,
      /** What takes the place of what matches, with samples in `%[...]`; `\\1` is the first group. */
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
