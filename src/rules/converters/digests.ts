// Digests and authentication codes. HAProxy: configuration manual 7.3.1 "digest", "hmac", "sha1", "sha2".

import { hmac as hmacOf } from '@noble/hashes/hmac.js'
import { md5, sha1 as sha1Of } from '@noble/hashes/legacy.js'
import { sha224, sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { CHash } from '@noble/hashes/utils.js'

import type { Convert, ConverterMaker } from '../tools.ts'
import { Bytes, toBytes, toText } from '../values.ts'
import { decodedBase64, joinedOctets, octetsOf } from './encodings.ts'
import { ofBytes } from './inputs.ts'
import { valueOf } from './operand.ts'

/** By the names of config/rules/samples/argument.ts. */
const hashOf = (name: string): CHash => ({ md5, sha1: sha1Of, sha224, sha256, sha384, sha512 })[name.toLowerCase()]!

function digesting(name: string): Convert {
  const hash = hashOf(name)
  return ofBytes((bytes) => new Bytes(joinedOctets(hash(octetsOf(bytes)))))
}

export const sha1: ConverterMaker = () => digesting('sha1')

export const sha2: ConverterMaker = ([bits = '256']) => digesting(`sha${bits}`)

export const digest: ConverterMaker = ([name = '']) => digesting(name)

/** The key: in base64, or a variable that holds it so. */
export const hmac: ConverterMaker = ([name = '', key = '']) => {
  const hash = hashOf(name)
  const keyOf = valueOf(key)
  return (value, transaction, view) => {
    const written = keyOf(transaction, view)
    const secret = written === undefined ? undefined : decodedBase64(toText(written))
    if (secret === undefined) return undefined
    return new Bytes(joinedOctets(hmacOf(hash, octetsOf(secret), octetsOf(toBytes(value)))))
  }
}
