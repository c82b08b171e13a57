// Variables: values that rules keep under a name (configuration manual 2.8, 7.3.2 "var"). The scope that a name begins with says how long.

import type { Rule } from '../config/rules/rule.ts'
import { createRules } from './rules.ts'
import type { Tools } from './tools.ts'
import type { Transaction } from './transaction.ts'
import type { Value } from './values.ts'
import type { View } from './view.ts'

export function readVariable(name: string, { variables }: Transaction, view: View): Value | undefined {
  if (isOfProcess(name)) return view.processVariables.get(name)
  return isInScope(name, view) ? variables?.get(name) : undefined
}

/** Undefined: the variable is no longer set. */
export function writeVariable(name: string, value: Value | undefined, transaction: Transaction, view: View): void {
  if (!isInScope(name, view)) return
  const variables = isOfProcess(name) ? view.processVariables : (transaction.variables ??= new Map())
  if (value === undefined) variables.delete(name)
  else variables.set(name, value)
}

/** Shared by all requests. */
export function isOfProcess(name: string): boolean {
  return name.startsWith('proc.')
}

/** Those of the request are gone once there is a response, those of the response are not there before. */
function isInScope(name: string, { response }: View): boolean {
  if (name.startsWith('req.')) return response === undefined
  return !name.startsWith('res.') || response !== undefined
}

/** No request is there yet: the samples of such rules ask for none (config/cross-checks/variables.ts). */
const NO_REQUEST = { variables: undefined } as Transaction

export function createProcessVariables(
  rules: readonly Rule[],
  view: Omit<View, 'processVariables'>,
  tools: Tools,
): View['processVariables'] {
  const processVariables: View['processVariables'] = new Map()
  if (rules.length > 0) createRules(rules, tools)(NO_REQUEST, { ...view, processVariables })
  return processVariables
}
