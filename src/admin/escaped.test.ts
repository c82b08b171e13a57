import { expect, it } from 'vitest'

import { escaped, escapedKey } from './escaped.ts'

it('leaves nothing in a text that ends its line, moves a cursor or turns it round', () => {
  expect(escaped('Jürgen Müller, 田中 <x@example.com>')).toBe('Jürgen Müller, 田中 <x@example.com>')
  expect(escaped('a\nb\r\tc')).toBe('a\\x0ab\\x0d\\x09c')
  expect(escaped('\u001b[2J\u009b1m\u007f')).toBe('\\x1b[2J\\x9b1m\\x7f')
  expect(escaped('a\u2028b\u202ec\u2066d')).toBe('a\\u2028b\\u202ec\\u2066d')
})

it('finds each mark that turns a text round or ends its line', () => {
  // https://www.unicode.org/reports/tr9/, section 2: implicit marks, embeddings, overrides and isolates.
  const marks = ['\u061c', '\u200e', '\u200f', '\u2028', '\u2029', '\u202a', '\u202e', '\u2066', '\u2069']
  for (const mark of marks) {
    expect(escaped(`a${mark}b`)).toBe(`a\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}b`)
  }
})

it('writes a key so that it ends where its field does', () => {
  expect(escapedKey('abc-1_2.3:4')).toBe('abc-1_2.3:4')
  expect(escapedKey('a use=0 exp=1\n0x2: key=b')).toBe('a\\ use\\=0\\ exp\\=1\\n0x2:\\ key\\=b')
  expect(escapedKey('\u001b[31m\\"')).toBe('\\e[31m\\\\"')
  expect(escapedKey('é')).toBe('\\xc3\\xa9')
})
