// A variable gets a value, if the conditions hold under which it shall. HAProxy: configuration manual 4.2 "http-request set-var".

import type { VariableCondition } from '../config/rules/variable-conditions.ts'
import type { Transaction } from './transaction.ts'
import type { Value } from './values.ts'
import { isOfProcess, readVariable, writeVariable } from './variables.ts'
import type { View } from './view.ts'

export function assign(
  name: string,
  when: readonly VariableCondition[],
  value: Value,
  transaction: Transaction,
  view: View,
): void {
  if (when.length > 0) {
    const before = readVariable(name, transaction, view)
    const isShared = isOfProcess(name)
    if (!when.every((condition) => holds(condition, before, value, isShared))) return
  }
  writeVariable(name, value, transaction, view)
}

/** `isShared`: of the process: such variables exist from the start. */
function holds(condition: VariableCondition, before: Value | undefined, value: Value, isShared: boolean): boolean {
  switch (condition) {
    case 'ifexists':
      return before !== undefined || isShared
    case 'ifnotexists':
      return before === undefined && !isShared
    case 'ifset':
      return before !== undefined
    case 'ifnotset':
      return before === undefined
    case 'ifempty':
      return isEmpty(value)
    case 'ifnotempty':
      return !isEmpty(value)
    // Only numbers are compared: any other two pass.
    case 'ifgt':
      return typeof before !== 'bigint' || typeof value !== 'bigint' || before > value
    case 'iflt':
      return typeof before !== 'bigint' || typeof value !== 'bigint' || before < value
  }
}

function isEmpty(value: Value): boolean {
  return value === '' || (typeof value === 'object' && 'bytes' in value && value.bytes === '')
}
