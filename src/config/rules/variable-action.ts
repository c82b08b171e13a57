// Actions that keep a value under a name: input and result. HAProxy: configuration manual 4.2 "http-request set-var", 7.3.1 "set-var".

import * as v from 'valibot'

import { listOf, oneOf, strict } from '../fields.ts'
import { isVariableName } from '../variable-name.ts'
import { sample, template } from './samples/sample-fields.ts'
import { parseSample } from './samples/sample.ts'
import type { Sample } from './samples/sample.ts'
import { parseTemplate } from './samples/template.ts'
import type { Template } from './samples/template.ts'
import { VARIABLE_CONDITIONS } from './variable-conditions.ts'
import type { VariableCondition } from './variable-conditions.ts'

const variable = v.pipe(
  v.string('must be the name of a variable'),
  v.check(isVariableName, 'must be a variable: proc, sess, txn, req or res, a dot, and a name such as txn.host'),
)
const condition = oneOf(VARIABLE_CONDITIONS)
const when = v.union(
  [condition, listOf(condition, 'must be a list of conditions')],
  'must be conditions such as ifnotset',
)

const assignmentEntries = strict({
  /**
   * The variable. `txn.` lasts as long as the request and its response, `req.` and `res.` as long as the one or the other, `sess.` as
   * long as the request, `proc.` as long as the process or isolate, for all requests.
   * @example name: 'txn.host'
   */
  name: variable,
  /**
   * The sample whose value it gets, with its type; nothing changes if there is none.
   * @example value: 'req.hdr(host),lower'
   */
  value: v.optional(sample),
  /**
   * The text that it gets, in place of `value`.
   * @example text: '%[src]:%[method]'
   */
  text: v.optional(template),
  /**
   * What must hold of the variable (`ifexists`, `ifnotexists`, `ifset`, `ifnotset`, `ifgt` and `iflt`: it is greater or less than the
   * new value) or of the new value (`ifempty`, `ifnotempty`). Without it: nothing.
   * @example when: 'ifnotset'
   */
  when: v.optional(when),
})

/** What `setVar` says, wherever it stands. */
export const assignment = v.pipe(
  assignmentEntries,
  v.check(({ value, text }) => (value === undefined) !== (text === undefined), 'needs either a value or a text'),
)

export const VARIABLE_ACTIONS = [
  v.strictObject({
    /**
     * Sets a variable, which later rules read with `var(txn.host)`.
     * @example setVar: { name: 'txn.host', value: 'req.hdr(host)' }
     */
    setVar: assignment,
  }),
  v.strictObject({
    /**
     * Removes a variable.
     * @example unsetVar: 'txn.host'
     */
    unsetVar: variable,
  }),
] as const

export type AssignmentInput = v.InferInput<typeof assignment>
export type VariableActionInput = v.InferInput<(typeof VARIABLE_ACTIONS)[number]>

export interface Assignment {
  readonly name: string
  /** Null: it gets the text. */
  readonly sample: Sample | null
  readonly text: Template
  readonly when: readonly VariableCondition[]
}

/** Changes what later rules read of variables. */
export type VariableAction = { readonly setVar: Assignment } | { readonly unsetVar: string }

export function resolveVariableAction(input: VariableActionInput): VariableAction {
  return 'unsetVar' in input ? input : { setVar: resolveAssignment(input.setVar) }
}

export function resolveAssignment({ name, value, text = '', when: conditions }: AssignmentInput): Assignment {
  return {
    name,
    sample: value === undefined ? null : parseSample(value)!,
    text: parseTemplate(text)!,
    when: typeof conditions === 'string' ? [conditions] : (conditions ?? []),
  }
}
