// What an operator may write as a rule: conditions, actions, and the shorthand for hosts and paths.

import * as v from 'valibot'

import { bool, integer, name, networks, oneOf, strict, text, textList, token } from '../fields.ts'
import { pattern } from '../pattern-field.ts'
import { MATCH_METHODS } from './match-methods.ts'
import type { MatchMethod } from './match-methods.ts'
import { parseSample, parseTemplate, SAMPLE_TEXT } from './sample.ts'

export const sample = v.pipe(
  v.string('must be a sample'),
  v.check((value) => parseSample(value) !== undefined, `must be ${SAMPLE_TEXT}`),
)
// eslint-disable-next-line no-control-regex -- control characters are what must be found
const ONE_LINE = /^[^\x00-\x08\x0a-\x1f\x7f]*$/
const oneLine = v.pipe(v.string('must be a string'), v.regex(ONE_LINE, 'would break the header: no control characters'))
/** What `\\1` stands for is asked of it. */
const replaced = pattern({ keepsGroups: true })
const template = v.pipe(
  v.string('must be a string'),
  v.regex(ONE_LINE, 'would break the header: no control characters'),
  v.check(
    (value) => parseTemplate(value) !== undefined,
    `must be text; %[...] holds ${SAMPLE_TEXT}; %% is a percent sign`,
  ),
)

export type ConditionInput =
  | { all: ConditionInput[] }
  | { any: ConditionInput[] }
  | { not: ConditionInput }
  | { host: string | string[] }
  | { path: string | string[] }
  | { pathBeg: string | string[] }
  | { pathEnd: string | string[] }
  | { method: string | string[] }
  | { scheme: 'http' | 'https' }
  | { src: string | string[] }
  | { hdr: { name: string; value?: string | string[] | undefined } }
  | {
      sample: string
      match?: MatchMethod | undefined
      values?: string | string[] | undefined
      ignoreCase?: boolean | undefined
    }

export const condition: v.GenericSchema<ConditionInput> = v.union(
  [
    v.strictObject({ all: v.array(v.lazy(() => condition)) }),
    v.strictObject({ any: v.array(v.lazy(() => condition)) }),
    v.strictObject({ not: v.lazy(() => condition) }),
    v.strictObject({ host: textList }),
    v.strictObject({ path: textList }),
    v.strictObject({ pathBeg: textList }),
    v.strictObject({ pathEnd: textList }),
    v.strictObject({ method: textList }),
    v.strictObject({ scheme: oneOf(['http', 'https']) }),
    v.strictObject({ src: networks }),
    v.strictObject({ hdr: v.strictObject({ name: token, value: v.optional(textList) }) }),
    v.strictObject({
      sample,
      match: v.optional(oneOf(MATCH_METHODS)),
      values: v.optional(textList),
      ignoreCase: v.optional(bool),
    }),
  ],
  'must be one condition: { all: [...] }, { any: [...] }, { not: ... }, { host }, { path }, { pathBeg }, { pathEnd }, ' +
    "{ method }, { scheme: 'http' | 'https' }, { src: network }, { hdr: { name, value } } or { sample, match, values }",
)

/** A name, or text with samples that makes one. */
const backendName = v.union(
  [name, v.pipe(template, v.includes('%[', 'must be the name of a backend'))],
  'must be the name of a backend, or text with %[...] that makes one',
)
/** `name` or `name=value`, of which no browser makes another attribute. */
const cookiePair = v.pipe(
  v.string('must be a string'),
  v.regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]+(?:=[\x21-\x3a\x3c-\x7e]*)?$/, 'must be a cookie such as name=value'),
)
const redirectCode = v.picklist([301, 302, 303, 307, 308], 'must be 301, 302, 303, 307 or 308')
export const redirectScheme = v.union(
  [oneOf(['http', 'https']), v.strictObject({ scheme: oneOf(['http', 'https']), code: v.optional(redirectCode) })],
  "must be 'https', 'http' or { scheme, code }",
)
const headerValue = strict({ name: token, value: template })
const LONGEST_BODY = 65_536
const body = v.pipe(
  v.string('must be a string'),
  v.maxLength(LONGEST_BODY, `must have at most ${LONGEST_BODY} characters`),
)
const bodyTemplate = v.pipe(
  body,
  v.check(
    (value) => parseTemplate(value) !== undefined,
    `must be text; %[...] holds ${SAMPLE_TEXT}; %% is a percent sign`,
  ),
)
const realm = v.pipe(oneLine, v.regex(/^[^"\\]*$/, 'must not have quotes or backslashes'))
const HEADERS_TEXT = 'must be an object of header names and values'
const replyEntries = {
  contentType: v.optional(v.pipe(text, v.regex(ONE_LINE, 'would break the header: no control characters'))),
  headers: v.optional(
    v.record(token, v.union([template, v.array(template)], 'must be a value or a list of values'), HEADERS_TEXT),
  ),
  body: v.optional(body),
  bodyTemplate: v.optional(bodyTemplate),
}

/** What is answered in place of a status of the balancer's own. */
export const errors = v.record(
  v.pipe(v.string(), v.regex(/^[45]\d\d$/, 'must be a status from 400 to 599')),
  strict({ status: v.optional(integer(200, 599)), ...replyEntries }),
  "must be an object such as { '503': { body: '...' } }",
)
export type ErrorsInput = v.InferInput<typeof errors>
export type ReplyInput = ErrorsInput[string]

const HEADER_ACTIONS = [
  v.strictObject({ setHeader: headerValue }),
  v.strictObject({ addHeader: headerValue }),
  v.strictObject({ delHeader: token }),
  v.strictObject({ replaceHeader: strict({ name: token, match: replaced, with: template }) }),
] as const
const PATH_ACTIONS = [
  v.strictObject({ setPath: template }),
  v.strictObject({ setQuery: template }),
  v.strictObject({ replacePath: strict({ match: replaced, with: template }) }),
  v.strictObject({ replacePathq: strict({ match: replaced, with: template }) }),
] as const

const ANSWER_ACTIONS = [
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

export const responseRules = v.array(
  strict({
    if: v.optional(condition),
    do: v.union(
      [...HEADER_ACTIONS, ...ANSWER_ACTIONS],
      'must be { setHeader: { name, value } }, { addHeader: { name, value } }, { delHeader: name }, ' +
        '{ replaceHeader: { name, match, with } }, { deny: { status, contentType, headers, body } }, { return: { status, contentType, headers, body } } ' +
        'or { redirect: { location or prefix, code } }',
    ),
  }),
  'must be a list of { if, do }',
)

export const action = v.union(
  [
    v.strictObject({ useBackend: backendName }),
    v.strictObject({ redirectScheme }),
    ...ANSWER_ACTIONS,
    v.strictObject({ disableL7Retry: v.literal(true, 'must be true') }),
    v.strictObject({ auth: strict({ realm: v.optional(realm) }) }),
    ...HEADER_ACTIONS,
    ...PATH_ACTIONS,
  ],
  'must be one action: { useBackend: name }, { redirectScheme: scheme }, { redirect: { location or prefix, code } }, ' +
    '{ deny: { status, contentType, headers, body } }, { return: { status, contentType, headers, body } }, { auth: { realm } }, { disableL7Retry: true }, { setHeader: { name, value } }, ' +
    '{ addHeader: { name, value } }, { delHeader: name }, { replaceHeader: { name, match, with } }, ' +
    '{ setPath: path }, { setQuery: query }, { replacePath: { match, with } } or { replacePathq: { match, with } }',
)
export const rule = v.union(
  [
    v.strictObject({ if: v.optional(condition), do: action }),
    v.strictObject({ hosts: v.optional(textList), paths: v.optional(textList), backend: name }),
  ],
  'must be { if: condition, do: action }, or the shorthand { hosts, paths, backend }',
)

export type ActionInput = v.InferInput<typeof action>
export type RedirectSchemeInput = v.InferInput<typeof redirectScheme>
export type HeaderActionInput = v.InferInput<(typeof HEADER_ACTIONS)[number]>
export type RuleInput = v.InferInput<typeof rule>
export type ResponseRuleInput = v.InferInput<typeof responseRules>[number]
