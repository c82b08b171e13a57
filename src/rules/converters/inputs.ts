// What converters are given: a value cast to the type that they take.

import type { Convert } from '../tools.ts'
import { Bytes, toBytes, toInteger, toIp, toText } from '../values.ts'
import { bytesOf } from '../../pattern/bytes.ts'
import type { Ip, Value } from '../values.ts'

export function ofText(convert: (text: string) => Value | undefined): Convert {
  return (value) => convert(toText(value))
}

/** The bytes of its text. */
export function ofTextBytes(convert: (bytes: string) => Value | undefined): Convert {
  return (value) => convert(value instanceof Bytes ? value.bytes : bytesOf(toText(value)))
}

/** One character for each byte. */
export function ofBytes(convert: (bytes: string) => Value | undefined): Convert {
  return (value) => convert(toBytes(value))
}

export function ofInteger(convert: (integer: bigint) => Value | undefined): Convert {
  return (value) => {
    const integer = toInteger(value)
    return integer === undefined ? undefined : convert(integer)
  }
}

export function ofIp(convert: (ip: Ip) => Value | undefined): Convert {
  return (value) => {
    const ip = toIp(value)
    return ip && convert(ip)
  }
}
