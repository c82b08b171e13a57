// Variables: values that rules keep under a name (configuration manual 2.8, 7.3.2 "var"). The scope that a name begins with says how long.

import type { Transaction } from './transaction.ts'
import type { Value } from './values.ts'
import type { View } from './view.ts'

export function readVariable(name: string, { variables }: Transaction, { processVariables }: View): Value | undefined {
  return isOfProcess(name) ? processVariables.get(name) : variables?.get(name)
}

/** Undefined: the variable is no longer set. */
export function writeVariable(name: string, value: Value | undefined, transaction: Transaction, view: View): void {
  const variables = isOfProcess(name) ? view.processVariables : (transaction.variables ??= new Map())
  if (value === undefined) variables.delete(name)
  else variables.set(name, value)
}

function isOfProcess(name: string): boolean {
  return name.startsWith('proc.')
}
