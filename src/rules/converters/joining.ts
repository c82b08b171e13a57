// Texts joined and compared with variables. HAProxy: configuration manual 7.3.1.

import type { VariableCondition } from '../../config/rules/variable-conditions.ts'
import { equalInConstantTime } from '../../credentials/constant-time.ts'
import { assign } from '../assignment.ts'
import type { ConverterMaker } from '../tools.ts'
import { toBytes, toText } from '../values.ts'
import { readVariable, writeVariable } from '../variables.ts'
import { ofInteger } from './inputs.ts'

/** `concat(START,VARIABLE,END)`: what is not there is nothing. */
export const concat: ConverterMaker = ([start = '', name = '', end = '']) => {
  return (value, transaction, view) => {
    const variable = readVariable(name, transaction, view)
    return toText(value) + start + (variable === undefined ? '' : toText(variable)) + end
  }
}

/** As concat, but the delimiter only between two. */
export const addItem: ConverterMaker = ([delimiter = '', name = '', end = '']) => {
  return (value, transaction, view) => {
    const variable = readVariable(name, transaction, view)
    const item = (variable === undefined ? '' : toText(variable)) + end
    const before = toText(value)
    return before === '' || item === '' ? before + item : before + delimiter + item
  }
}

export const iif: ConverterMaker = ([yes = '', no = '']) => ofInteger((integer) => (integer === 0n ? no : yes))

/** Below 0: it is smaller than the variable, 0: the same, above 0: greater. */
export const strcmp: ConverterMaker = ([name = '']) => {
  return (value, transaction, view) => {
    const variable = readVariable(name, transaction, view)
    if (variable === undefined) return undefined
    const [a, b] = [toBytes(value), toBytes(variable)]
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      if (a[i] !== b[i]) return BigInt(a.charCodeAt(i) - b.charCodeAt(i))
    }
    return BigInt(a.length - b.length)
  }
}

/** How long it takes does not depend on where the two differ. */
export const secureMemcmp: ConverterMaker = ([name = '']) => {
  return (value, transaction, view) => {
    const variable = readVariable(name, transaction, view)
    if (variable === undefined) return undefined
    return equalInConstantTime(toBytes(value), toBytes(variable))
  }
}

export const setVar: ConverterMaker = ([name = '', ...conditions]) => {
  const when = conditions.filter((each) => each !== '') as VariableCondition[]
  return (value, transaction, view) => {
    assign(name, when, value, transaction, view)
    return value
  }
}

export const unsetVar: ConverterMaker = ([name = '']) => {
  return (value, transaction, view) => {
    writeVariable(name, undefined, transaction, view)
    return value
  }
}

/** As it came: there is nobody to show it to. */
export const debug: ConverterMaker = () => (value) => value
