// Arithmetic, bits and truth, in integers of 64 bits with a sign that stop at their ends. HAProxy: configuration manual 7.3.1.

import type { Convert, ConverterMaker } from '../tools.ts'
import { MAX_INTEGER, saturated, toInteger } from '../values.ts'
import type { Value } from '../values.ts'
import { operandOf } from './operand.ts'
import { ofInteger } from './inputs.ts'

function calculating([operand = '']: readonly string[], calculate: (a: bigint, b: bigint) => Value): Convert {
  const other = operandOf(operand)
  return (value, transaction, view) => {
    const a = toInteger(value)
    const b = other(transaction, view)
    return a === undefined || b === undefined ? undefined : calculate(a, b)
  }
}

export const add: ConverterMaker = (given) => calculating(given, (a, b) => saturated(a + b))

export const sub: ConverterMaker = (given) => calculating(given, (a, b) => saturated(a - b))

export const mul: ConverterMaker = (given) => calculating(given, (a, b) => saturated(a * b))

/** By 0: the largest integer. */
export const div: ConverterMaker = (given) => calculating(given, (a, b) => (b === 0n ? MAX_INTEGER : saturated(a / b)))

/** By 0: 0. */
export const mod: ConverterMaker = (given) => calculating(given, (a, b) => (b === 0n ? 0n : a % b))

export const and: ConverterMaker = (given) => calculating(given, (a, b) => a & b)

export const or: ConverterMaker = (given) => calculating(given, (a, b) => a | b)

export const xor: ConverterMaker = (given) => calculating(given, (a, b) => a ^ b)

export const cpl: ConverterMaker = () => ofInteger((integer) => ~integer)

export const neg: ConverterMaker = () => ofInteger((integer) => saturated(-integer))

export const bool: ConverterMaker = () => ofInteger((integer) => integer !== 0n)

export const not: ConverterMaker = () => ofInteger((integer) => integer === 0n)

export const even: ConverterMaker = () => ofInteger((integer) => (integer & 1n) === 0n)

export const odd: ConverterMaker = () => ofInteger((integer) => (integer & 1n) === 1n)
