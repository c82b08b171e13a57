// Arithmetic, bits and truth of numbers. HAProxy: configuration manual 7.3.1.

import { row } from './converter-row.ts'
import type { ConverterRow } from './converter-row.ts'

export const NUMBER_CONVERTERS = {
  /** Plus a number, or a variable that holds one; as all arithmetic it stops at the ends of 64 bits. */
  add: row('sint', 'sint', 'operand'),
  /** Minus a number or a variable. */
  sub: row('sint', 'sint', 'operand'),
  /** Times a number or a variable. */
  mul: row('sint', 'sint', 'operand'),
  /** Divided by a number or a variable, without a fraction; by 0 it is the largest integer. */
  div: row('sint', 'sint', 'operand'),
  /** What a division leaves; by 0 it is 0. */
  mod: row('sint', 'sint', 'operand'),
  /** Its negative. */
  neg: row('sint', 'sint'),
  /** The bits that both have. */
  and: row('sint', 'sint', 'operand'),
  /** The bits that either has. */
  or: row('sint', 'sint', 'operand'),
  /** The bits that one of them has. */
  xor: row('sint', 'sint', 'operand'),
  /** Every bit turned. */
  cpl: row('sint', 'sint'),
  /** True unless it is 0. */
  bool: row('sint', 'bool'),
  /** True if it is 0. */
  not: row('sint', 'bool'),
  /** True of an even number. */
  even: row('sint', 'bool'),
  /** True of an odd number. */
  odd: row('sint', 'bool'),
} as const satisfies Record<string, ConverterRow>
