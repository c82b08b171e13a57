// What is known without a request. HAProxy: configuration manual 7.3.2.

import { parseAddress } from '../../config/address.ts'
import type { Fetch, FetchMaker } from '../tools.ts'
import { Bytes, Ip } from '../values.ts'
import type { Value } from '../values.ts'

const always =
  (value: Value): Fetch =>
  () =>
    value

export const alwaysTrue: FetchMaker = () => always(true)

export const alwaysFalse: FetchMaker = () => always(false)

export const one: FetchMaker = () => always(1n)

export const zero: FetchMaker = () => always(0n)

export const str: FetchMaker = ([text = '']) => always(text)

export const int: FetchMaker = ([integer = '']) => always(BigInt(integer.replace('+', '')))

export const bool: FetchMaker = ([truth]) => always(truth === 'true' || truth === '1')

export const ip: FetchMaker = ([address = '']) => always(new Ip(parseAddress(address)!.text))

export const bin: FetchMaker = ([digits = '']) => {
  const bytes = digits.replaceAll(/../g, (byte) => String.fromCharCode(Number.parseInt(byte, 16)))
  return always(new Bytes(bytes))
}

export const uuid: FetchMaker = () => () => crypto.randomUUID()
