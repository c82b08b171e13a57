// A text as it stands within the quotes of a JSON string. HAProxy: configuration manual 7.3.1 "json".

import type { ConverterMaker } from '../tools.ts'
import { ofTextBytes } from './inputs.ts'

const SHORT: Readonly<Record<number, string>> = {
  0x08: '\\b',
  0x09: '\\t',
  0x0a: '\\n',
  0x0c: '\\f',
  0x0d: '\\r',
  0x22: '\\"',
  0x2f: '\\/',
  0x5c: '\\\\',
}

/** `ascii`, the default: a byte is a character. `utf8`: with `s` errors are left out, else nothing is left; with `p` overlong forms are taken. */
export const json: ConverterMaker = ([code = 'ascii']) => {
  const isUtf8 = code.startsWith('utf8')
  const skips = code.includes('s')
  const takesOverlong = code.includes('p')
  return ofTextBytes((bytes) => {
    let text = ''
    for (let i = 0; i < bytes.length;) {
      const read = isUtf8
        ? characterAt(bytes, i)
        : { point: bytes.charCodeAt(i), length: 1, isOverlong: false, isWrong: false }
      i += read.length
      if (read.isWrong || read.point > 0xffff || (read.isOverlong && !takesOverlong)) {
        if (!skips) return undefined
      } else text += escaped(read.point)
    }
    return text
  })
}

function escaped(point: number): string {
  const short = SHORT[point]
  if (short !== undefined) return short
  return point >= 0x20 && point < 0x7f ? String.fromCharCode(point) : `\\u${point.toString(16).padStart(4, '0')}`
}

function characterAt(bytes: string, at: number) {
  const first = bytes.charCodeAt(at)
  if (first < 0x80) return { point: first, length: 1, isOverlong: false, isWrong: false }
  const size = first >= 0xf0 && first < 0xf8 ? 4 : first >= 0xe0 ? 3 : 2
  const isStart = first >= 0xc0 && first < 0xf8
  if (!isStart) return { point: 0, length: 1, isOverlong: false, isWrong: true }
  let point = first & (0xff >> (size + 1))
  let length = 1
  while (length < size && (bytes.charCodeAt(at + length) & 0xc0) === 0x80) {
    point = (point << 6) | (bytes.charCodeAt(at + length) & 0x3f)
    length++
  }
  const isOverlong = point < [0, 0, 0x80, 0x800, 0x10000][size]!
  const isSurrogate = point >= 0xd800 && point < 0xe000
  return { point, length, isOverlong, isWrong: length < size || isSurrogate }
}
