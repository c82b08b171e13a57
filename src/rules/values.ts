// What samples are made of at work. HAProxy's types (config/rules/samples/sample-type.ts) as JavaScript's: bool is boolean, sint bigint,
// str and meth string, bin Bytes, ip Ip.

import type { SampleType } from '../config/rules/samples/sample-type.ts'
import { addressOf, parseAddress } from '../config/address.ts'
import { bytesOf, textOf } from '../pattern/bytes.ts'

export type Value = boolean | bigint | string | Bytes | Ip

export class Bytes {
  /** One character for each. */
  readonly bytes: string

  constructor(bytes: string) {
    this.bytes = bytes
  }
}

export class Ip {
  /** In its canonical spelling. */
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** Nothing, one value, or several, as of a header with several lines. One of several may be none, as of an address that cannot be read. */
export type Found = Value | undefined | readonly (Value | undefined)[]

export function listOf(found: Found): readonly Value[] {
  if (Array.isArray(found)) return found.filter((value) => value !== undefined)
  return found === undefined ? NONE : [found as Value]
}

const NONE: readonly Value[] = []

/** Where one value is wanted: the last, as in HAProxy. */
export function lastOf(found: Found): Value | undefined {
  return Array.isArray(found) ? found.at(-1) : (found as Value | undefined)
}

export function toText(value: Value): string {
  switch (typeof value) {
    case 'string':
      return value
    case 'boolean':
      return value ? '1' : '0'
    case 'bigint':
      return String(value)
    default:
      return value instanceof Ip ? value.text : textOf(value.bytes)
  }
}

/** One character for each byte; of integers, and of truth, there are eight. */
export function toBytes(value: Value): string {
  if (value instanceof Bytes) return value.bytes
  if (typeof value === 'bigint' || typeof value === 'boolean') return binary(bytesOfInteger(BigInt(value)))
  return value instanceof Ip ? binary(parseAddress(value.text)!.bytes) : bytesOf(toText(value))
}

/** Undefined: it is none. */
export function toInteger(value: Value): bigint | undefined {
  switch (typeof value) {
    case 'bigint':
      return value
    case 'boolean':
      return value ? 1n : 0n
    case 'string':
      return value === '' ? undefined : readInteger(value)
    default: {
      const bytes = value instanceof Ip ? parseAddress(value.text)!.bytes : undefined
      return bytes?.length === 4 ? bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n) : undefined
    }
  }
}

export function toBoolean(value: Value): boolean | undefined {
  if (typeof value === 'boolean') return value
  const integer = value instanceof Ip ? undefined : toInteger(value)
  return integer === undefined ? undefined : integer !== 0n
}

/** Undefined: it is none. */
export function toIp(value: Value): Ip | undefined {
  if (value instanceof Ip) return value
  if (typeof value === 'bigint') return new Ip(addressOf(bytesOfInteger(value).slice(4)).text)
  const parsed = typeof value === 'string' ? parseAddress(value) : undefined
  return parsed && new Ip(parsed.text)
}

/** As HAProxy does where a type is wanted that a value does not have; undefined: there is none. */
export function cast(value: Value, type: SampleType): Value | undefined {
  switch (type) {
    case 'bool':
      return toBoolean(value)
    case 'sint':
      return toInteger(value)
    case 'ip':
      return toIp(value)
    case 'bin':
      return value instanceof Bytes ? value : new Bytes(toBytes(value))
    case 'str':
    case 'meth':
      return toText(value)
    case 'any':
      return value
  }
}

export const MIN_INTEGER = -(2n ** 63n)
export const MAX_INTEGER = 2n ** 63n - 1n

/** Within 64 bits, where arithmetic of HAProxy stops. */
export function saturated(integer: bigint): bigint {
  return integer > MAX_INTEGER ? MAX_INTEGER : integer < MIN_INTEGER ? MIN_INTEGER : integer
}

/** The digits that a text begins with, behind a sign; 0 if there are none. */
function readInteger(text: string): bigint {
  const [digits = '0'] = /^[+-]?\d{1,400}/.exec(text) ?? []
  return saturated(BigInt(digits.startsWith('+') ? digits.slice(1) : digits))
}

/** Eight, the highest first. */
function bytesOfInteger(integer: bigint): readonly number[] {
  const unsigned = BigInt.asUintN(64, integer)
  return [56n, 48n, 40n, 32n, 24n, 16n, 8n, 0n].map((shift) => Number((unsigned >> shift) & 0xffn))
}

function binary(bytes: readonly number[]): string {
  return String.fromCharCode(...bytes)
}
