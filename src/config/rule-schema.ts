// What an operator may write as a rule: conditions, actions, and the shorthand for hosts and paths.

import * as v from 'valibot'

import { bool, integer, name, networks, oneOf, strict, text, textList, token } from './fields.ts'
import { isRegularExpression } from './regular-expression.ts'
import { parseSample, parseTemplate, SAMPLE_TEXT } from './sample.ts'

/** HAProxy's match methods (configuration manual 7.1.3); `found`: any value, `bool`: not 0. */
export const MATCH_METHODS = ['str', 'beg', 'end', 'sub', 'dir', 'dom', 'reg', 'ip', 'int', 'found', 'bool'] as const
export type MatchMethod = (typeof MATCH_METHODS)[number]

const sample = v.pipe(
  v.string('must be a sample'),
  v.check((value) => parseSample(value) !== undefined, `must be ${SAMPLE_TEXT}`),
)
// eslint-disable-next-line no-control-regex -- control characters are what must be found
const ONE_LINE = /^[^\x00-\x08\x0a-\x1f\x7f]*$/
const oneLine = v.pipe(v.string('must be a string'), v.regex(ONE_LINE, 'would break the header: no control characters'))
const regularExpression = v.pipe(v.string('must be a string'), v.check(isRegularExpression, 'is no regular expression'))
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

const redirectCode = v.picklist([301, 302, 303, 307, 308], 'must be 301, 302, 303, 307 or 308')
export const redirectScheme = v.union(
  [oneOf(['http', 'https']), v.strictObject({ scheme: oneOf(['http', 'https']), code: v.optional(redirectCode) })],
  "must be 'https', 'http' or { scheme, code }",
)
const headerValue = strict({ name: token, value: template })
const body = v.pipe(v.string('must be a string'), v.maxLength(65_536, 'must have at most 65536 characters'))

const HEADER_ACTIONS = [
  v.strictObject({ setHeader: headerValue }),
  v.strictObject({ addHeader: headerValue }),
  v.strictObject({ delHeader: token }),
  v.strictObject({ replaceHeader: strict({ name: token, match: regularExpression, with: oneLine }) }),
] as const
const PATH_ACTIONS = [
  v.strictObject({ setPath: template }),
  v.strictObject({ replacePath: strict({ match: regularExpression, with: oneLine }) }),
] as const

export const responseRules = v.array(
  strict({
    if: v.optional(condition),
    do: v.union(
      HEADER_ACTIONS,
      'must be { setHeader: { name, value } }, { addHeader: { name, value } }, { delHeader: name } or ' +
        '{ replaceHeader: { name, match, with } }',
    ),
  }),
  'must be a list of { if, do }',
)

export const action = v.union(
  [
    v.strictObject({ useBackend: name }),
    v.strictObject({ redirectScheme }),
    v.strictObject({ deny: v.strictObject({ status: integer(400, 599) }) }),
    v.strictObject({
      redirect: strict({
        location: v.optional(template),
        prefix: v.optional(template),
        code: v.optional(redirectCode),
      }),
    }),
    v.strictObject({
      return: strict({ status: integer(200, 599), contentType: v.optional(text), body: v.optional(body) }),
    }),
    ...HEADER_ACTIONS,
    ...PATH_ACTIONS,
  ],
  'must be one action: { useBackend: name }, { redirectScheme: scheme }, { redirect: { location or prefix, code } }, ' +
    '{ deny: { status } }, { return: { status, contentType, body } }, { setHeader: { name, value } }, ' +
    '{ addHeader: { name, value } }, { delHeader: name }, { replaceHeader: { name, match, with } }, ' +
    '{ setPath: path } or { replacePath: { match, with } }',
)
export const rule = v.union(
  [
    v.strictObject({ if: v.optional(condition), do: action }),
    v.strictObject({ hosts: v.optional(textList), paths: v.optional(textList), backend: name }),
  ],
  'must be { if: condition, do: action }, or the shorthand { hosts, paths, backend }',
)

export type ActionInput = v.InferInput<typeof action>
export type RuleInput = v.InferInput<typeof rule>
export type ResponseRuleInput = v.InferInput<typeof responseRules>[number]
