// A value within a JSON document. HAProxy: configuration manual 7.3.1 "json_query".

import { MAX_INTEGER, MIN_INTEGER } from '../values.ts'
import type { Value } from '../values.ts'
import type { Convert, ConverterMaker } from '../tools.ts'
import { ofText } from './inputs.ts'

/** `json_query($.a.b[0],int)`: texts, numbers and truth; with `int` a number without its fraction. */
export const jsonQuery: ConverterMaker = ([path = '', type = '']) => querying(path, type)

export function querying(path: string, type: string): Convert {
  return ofText((text) => query(text, path, type))
}

export function query(text: string, path: string, type: string): Value | undefined {
  if (!PATH.test(path)) return undefined
  let found: unknown
  try {
    found = JSON.parse(text)
  } catch {
    return undefined
  }
  for (const key of keysOf(path)) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, key)) return undefined
    found = (found as Record<string, unknown>)[key]
  }
  if (typeof found === 'string' || typeof found === 'boolean') return found
  return typeof found === 'number' ? numberOf(found, type === 'int') : undefined
}

const PATH = /^\$(?:\.(?:\\.|[^.[\\])+|\[(?:\d+|'[^']*'|"[^"]*")\])*$/

/** `$.a.my\.key[0]` is `a`, `my.key`, `0`. Also `['a']`. */
function keysOf(path: string): readonly string[] {
  const steps = path.replace(/^\$/, '').matchAll(/\.((?:\\.|[^.[\\])+)|\[(?:(\d+)|'([^']*)'|"([^"]*)")\]/g)
  return Array.from(steps, ([, name, index, single, double]) =>
    name === undefined ? (index ?? single ?? double)! : name.replaceAll(/\\(.)/g, '$1'),
  )
}

function numberOf(number: number, isCut: boolean): Value | undefined {
  if (!Number.isInteger(number) && !isCut) return sixDigits(number)
  const integer = BigInt(Math.trunc(number))
  if (integer > MAX_INTEGER || integer < MIN_INTEGER) return isCut ? undefined : sixDigits(number)
  return integer
}

/** As printf's %g writes it. */
function sixDigits(number: number): string {
  const exponent = Number(number.toExponential(5).split('e')[1])
  if (exponent >= -4 && exponent < 6) return String(Number(number.toPrecision(6)))
  const [digits, power] = number.toExponential(5).split('e')
  const sign = power!.startsWith('-') ? '-' : '+'
  return `${String(Number(digits))}e${sign}${power!.replace(/^[+-]/, '').padStart(2, '0')}`
}
