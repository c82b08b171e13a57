// What converters are given: a value cast to the type that they take.

import type { Convert } from '../tools.ts'
import { toBytes, toInteger, toIp, toText } from '../values.ts'
import type { Ip, Value } from '../values.ts'

export function ofText(convert: (text: string) => Value | undefined): Convert {
  return (value) => convert(toText(value))
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
