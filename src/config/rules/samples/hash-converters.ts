// Hashes, digests, and the tokens that are signed with them. HAProxy: configuration manual 7.3.1.

import { row } from './converter-row.ts'
import type { ConverterRow } from './converter-row.ts'

export const HASH_CONVERTERS = {
  /** A hash of 32 bits; with the argument 1 its bits are spread. */
  crc32: row('bin', 'sint', 'integer?'),
  /** As `crc32`, by Castagnoli's polynomial. */
  crc32c: row('bin', 'sint', 'integer?'),
  /** As `crc32`, by another function. */
  djb2: row('bin', 'sint', 'integer?'),
  /** As `crc32`, by another function. */
  sdbm: row('bin', 'sint', 'integer?'),
  /** As `crc32`, by another function. */
  wt6: row('bin', 'sint', 'integer?'),
  /** A hash of 32 bits, with a seed. */
  xxh32: row('bin', 'sint', 'integer?'),
  /** A hash of 64 bits, with a seed. */
  xxh64: row('bin', 'sint', 'integer?'),
  /** A hash of 64 bits, with a seed. */
  xxh3: row('bin', 'sint', 'integer?'),
  /** Its SHA-1. */
  sha1: row('bin', 'bin'),
  /** Its SHA-2 of so many bits: 224, 256, 384 or 512. Without it: 256. */
  sha2: row('bin', 'bin', 'sha2?'),
  /** `digest(sha256)`: one of md5, sha1, sha224, sha256, sha384, sha512. */
  digest: row('bin', 'bin', 'digest'),
  /** `hmac(sha256,KEY)`: its authentication code; the key is base64, or a variable that holds it. */
  hmac: row('bin', 'bin', 'digest', 'base64Key'),
  /** The header of a JSON Web Token; `jwt_header_query($.alg)`: a value of it. */
  jwt_header_query: row('bin', 'str', 'any?', 'int?'),
  /** What a JSON Web Token says; `jwt_payload_query($.sub)`: a value of it. */
  jwt_payload_query: row('bin', 'str', 'any?', 'int?'),
  /** `jwt_verify(HS256,SECRET)`: 1 if the secret signed the token, 0 if not, below 0 if that cannot be told. */
  jwt_verify: row('bin', 'sint', 'jwtAlgorithm', 'text'),
} as const satisfies Record<string, ConverterRow>
