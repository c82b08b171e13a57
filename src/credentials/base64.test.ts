import { describe, expect, it } from 'vitest'

import { fromBase64, fromBase64Url, toBase64, toBase64Url } from './base64.ts'

describe('base64url', () => {
  it.each([
    [[], ''],
    [[0xfb], '-w'],
    [[0xff, 0xef], '_-8'],
    [[0xfb, 0xff, 0xbf], '-_-_'],
    [[0x66, 0x6f, 0x6f, 0x62], 'Zm9vYg'],
  ])('writes %j as %s, and reads it', (bytes, text) => {
    expect(toBase64Url(Uint8Array.from(bytes))).toBe(text)
    expect(fromBase64Url(text)).toEqual(Uint8Array.from(bytes))
  })

  it.each(['a', 'é', 'Zm9v!', 'Zm9vYg=a'])('does not read %s', (text) => {
    expect(fromBase64Url(text)).toBeUndefined()
  })
})

it('writes what Node writes, whatever the length', () => {
  for (let length = 0; length < 50; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + length * 7) & 0xff)
    expect([toBase64(bytes), toBase64Url(bytes)]).toEqual([
      Buffer.from(bytes).toString('base64'),
      Buffer.from(bytes).toString('base64url'),
    ])
    expect(toBase64Url(bytes, length >> 1)).toBe(Buffer.from(bytes.subarray(0, length >> 1)).toString('base64url'))
  }
})

it('reads base64 with its padding, and not what base64url has in its place', () => {
  expect(fromBase64('/+8=')).toEqual(Uint8Array.of(0xff, 0xef))
  expect(fromBase64('_-8')).toBeUndefined()
})
