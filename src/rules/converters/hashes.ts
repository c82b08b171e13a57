// HAProxy's hashes: numbers for balancing and counting, no secrets. HAProxy: configuration manual 7.3.1.

import { avalanche } from '../../hash/avalanche.ts'
import * as hashes from '../../hash/string-hash.ts'
import { xxh3 as xxh3Of } from '../../hash/xxh3.ts'
import { xxh32 as xxh32Of } from '../../hash/xxh32.ts'
import { xxh64 as xxh64Of } from '../../hash/xxh64.ts'
import type { Convert, ConverterMaker } from '../tools.ts'
import { octetsOf } from './encodings.ts'
import { ofBytes } from './inputs.ts'

/** The argument: 1 spreads the bits. */
function hashing(hash: (bytes: string) => number, [isSpread = '0']: readonly string[]): Convert {
  return Number(isSpread) === 0
    ? ofBytes((bytes) => BigInt(hash(bytes)))
    : ofBytes((bytes) => BigInt(avalanche(hash(bytes))))
}

export const crc32: ConverterMaker = (given) => hashing(hashes.crc32, given)

export const crc32c: ConverterMaker = (given) => hashing(hashes.crc32c, given)

export const djb2: ConverterMaker = (given) => hashing(hashes.djb2, given)

export const sdbm: ConverterMaker = (given) => hashing(hashes.sdbm, given)

export const wt6: ConverterMaker = (given) => hashing(hashes.wt6, given)

/** Of the seed the lowest 32 bits count. */
export const xxh32: ConverterMaker = ([seed = '0']) => {
  const number = Number(BigInt.asUintN(32, BigInt(seed)))
  return ofBytes((bytes) => BigInt(xxh32Of(octetsOf(bytes), number)))
}

export const xxh64: ConverterMaker = ([seed = '0']) =>
  ofBytes((bytes) => BigInt.asIntN(64, xxh64Of(bytes, BigInt(seed))))

export const xxh3: ConverterMaker = ([seed = '0']) => ofBytes((bytes) => BigInt.asIntN(64, xxh3Of(bytes, BigInt(seed))))
