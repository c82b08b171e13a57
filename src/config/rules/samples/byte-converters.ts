// Bytes as hexadecimal digits, base64 and numbers, and parts of them. HAProxy: configuration manual 7.3.1.

import { row } from './converter-row.ts'
import type { ConverterRow } from './converter-row.ts'

function sizeNeeded([separator, size, isCut]: readonly string[]): string | undefined {
  // To HAProxy an empty number ends the list: nothing may follow it.
  const isUsed = Boolean(separator) || Number(isCut ?? 0) !== 0 || (size === '' && isCut !== undefined)
  return isUsed && Number(size ?? 0) === 0 ? 'a number of bytes from 1 on, such as be2hex(:,2)' : undefined
}

export const BYTE_CONVERTERS = {
  /** In hexadecimal digits. */
  hex: row('bin', 'str'),
  /** The number that hexadecimal digits are. */
  hex2i: row('str', 'sint'),
  /** In base64. */
  base64: row('bin', 'str'),
  /** What base64 stands for. */
  b64dec: row('str', 'bin'),
  /** In base64url, without padding. */
  ub64enc: row('bin', 'str'),
  /** What base64url without padding stands for. */
  ub64dec: row('str', 'bin'),
  /** `be2dec(:,2)`: the numbers of so many bytes each, a separator between them. */
  be2dec: row('bin', 'str', 'any', 'width', 'zeroOrOne?'),
  /** `be2hex(:,2)`: in hexadecimal digits, a separator behind so many bytes. */
  be2hex: { ...row('bin', 'str', 'any?', 'count?', 'zeroOrOne?'), together: sizeNeeded },
  /** `bytes(2,3)`: three bytes, without the first two. */
  bytes: row('bin', 'bin', 'count', 'count?'),
  /** Its lowest 32 bits as four bytes, the highest first. */
  htonl: row('sint', 'bin'),
} as const satisfies Record<string, ConverterRow>
