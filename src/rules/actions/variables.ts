// Actions on variables. HAProxy: configuration manual 4.2 "http-request set-var", 7.3.1 "set-var".

import type { VariableCondition } from '../../config/rules/variable-action.ts'
import { compileSample, compileTemplate } from '../samples.ts'
import type { ActionMaker } from '../tools.ts'
import { lastOf } from '../values.ts'
import type { Value } from '../values.ts'
import { isOfProcess, readVariable, writeVariable } from '../variables.ts'

export const setVar: ActionMaker<'setVar'> = ({ setVar: { name, sample, text, when } }, tools) => {
  const find = sample ? compileSample(sample, tools) : compileTemplate(text, tools)
  const isShared = isOfProcess(name)
  return (transaction, view) => {
    const value = lastOf(find(transaction, view))
    if (value === undefined) return undefined
    if (when.length > 0) {
      const before = readVariable(name, transaction, view)
      if (!when.every((condition) => holds(condition, before, value, isShared))) return undefined
    }
    writeVariable(name, value, transaction, view)
    return undefined
  }
}

export const unsetVar: ActionMaker<'unsetVar'> = ({ unsetVar: name }) => {
  return (transaction, view) => void writeVariable(name, undefined, transaction, view)
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
