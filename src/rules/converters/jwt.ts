// JSON Web Tokens: what they hold, and whether a shared secret signed them. HAProxy: configuration manual 7.3.1 "jwt_verify".

import { hmac } from '@noble/hashes/hmac.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'

import { equalInConstantTime } from '../../credentials/constant-time.ts'
import { textOf, bytesOf } from '../../pattern/bytes.ts'
import type { Convert, ConverterMaker } from '../tools.ts'
import { toText } from '../values.ts'
import { decodedBase64Url, joinedOctets, octetsOf } from './encodings.ts'
import { ofText } from './inputs.ts'
import { query } from './json-query.ts'
import { valueOf } from './operand.ts'

/** As a whole, or `jwt_header_query($.alg)` of it. */
export const jwtHeaderQuery: ConverterMaker = (given) => partQuery(0, given)

export const jwtPayloadQuery: ConverterMaker = (given) => partQuery(1, given)

function partQuery(n: number, [path, type = '']: readonly string[]): Convert {
  return ofText((token) => {
    const parts = token.split('.')
    const decoded = parts.length < 2 || parts.length > 3 ? undefined : decodedBase64Url(parts[n]!)
    if (decoded === undefined) return undefined
    const text = textOf(decoded)
    return path === undefined || path === '' ? text : query(text, path, type)
  })
}

/** `jwt_verify(HS256,SECRET)`: 1: it is signed so, 0: it is not, -1: another algorithm, -3: it is no token. */
export const jwtVerify: ConverterMaker = ([algorithm = '', secret = '']) => {
  const nameOf = valueOf(algorithm)
  const secretOf = valueOf(secret)
  return (value, transaction, view) => {
    const name = nameOf(transaction, view)
    const key = secretOf(transaction, view)
    if (name === undefined || key === undefined) return undefined
    const hash = { HS256: sha256, HS384: sha384, HS512: sha512 }[toText(name)]
    if (!hash) return -1n
    const token = toText(value)
    const parts = token.split('.')
    const signature = parts.length === 3 ? decodedBase64Url(parts[2]!) : undefined
    if (signature === undefined) return -3n
    const signed = hmac(hash, octetsOf(bytesOf(toText(key))), octetsOf(token.slice(0, token.lastIndexOf('.'))))
    return equalInConstantTime(joinedOctets(signed), signature) ? 1n : 0n
  }
}
