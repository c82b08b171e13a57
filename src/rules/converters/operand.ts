// Arguments that are a number, or a variable that holds one.

import { isVariableName } from '../../config/variable-name.ts'
import type { Transaction } from '../transaction.ts'
import { toInteger } from '../values.ts'
import type { Value } from '../values.ts'
import { readVariable } from '../variables.ts'
import type { View } from '../view.ts'

export function operandOf(argument: string): (transaction: Transaction, view: View) => bigint | undefined {
  if (!isVariableName(argument)) {
    const number = BigInt(argument.replace('+', ''))
    return () => number
  }
  return (transaction, view) => {
    const value = readVariable(argument, transaction, view)
    return value === undefined ? undefined : toInteger(value)
  }
}

/** A variable if the argument is named like one, else the text itself. */
export function valueOf(argument: string): (transaction: Transaction, view: View) => Value | undefined {
  if (!isVariableName(argument)) return () => argument
  return (transaction, view) => readVariable(argument, transaction, view)
}
