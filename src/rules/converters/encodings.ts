// Bytes as text, and back. HAProxy: configuration manual 7.3.1.

import type { ConverterMaker } from '../tools.ts'
import { Bytes } from '../values.ts'
import { ofBytes, ofInteger, ofText } from './inputs.ts'

export const hex: ConverterMaker = () => ofBytes((bytes) => hexOf(bytes))

/** Nothing if it is not hexadecimal as a whole; what is too long for 64 bits is -1. */
export const hex2i: ConverterMaker = () =>
  ofText((text) => {
    if (!/^[\dA-Fa-f]+$/.test(text)) return undefined
    return text.length > 16 ? -1n : BigInt.asIntN(64, BigInt(`0x${text}`))
  })

export const base64: ConverterMaker = () => ofBytes((bytes) => btoa(bytes))

export const b64dec: ConverterMaker = () => ofText((text) => asBytes(decodedBase64(text)))

export const ub64enc: ConverterMaker = () =>
  ofBytes((bytes) => btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))

export const ub64dec: ConverterMaker = () => ofText((text) => asBytes(decodedBase64Url(text)))

/** With its padding. Undefined: it is none. */
export function decodedBase64(text: string): string | undefined {
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text) ? atob(text) : undefined
}

/** Without padding. Undefined: it is none. */
export function decodedBase64Url(text: string): string | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined
  return atob(text.replaceAll('-', '+').replaceAll('_', '/'))
}

/** Big-endian numbers of so many bytes each. */
export const be2dec: ConverterMaker = ([separator = '', size = '1', isCut = '0']) =>
  ofBytes((bytes) =>
    chunks(bytes, Number(size), isCut)
      .map((chunk) => BigInt(`0x${hexOf(chunk)}`))
      .join(separator),
  )

export const be2hex: ConverterMaker = ([separator = '', size = '', isCut = '0']) =>
  ofBytes((bytes) =>
    Number(size) === 0 ? hexOf(bytes) : chunks(bytes, Number(size), isCut).map(hexOf).join(separator),
  )

/** The last may be shorter, unless such a one is to be cut. */
function chunks(bytes: string, size: number, isCut: string): readonly string[] {
  const found: string[] = []
  for (let i = 0; i < bytes.length; i += size) found.push(bytes.slice(i, i + size))
  return Number(isCut) === 0 ? found : found.filter((chunk) => chunk.length === size)
}

export const htonl: ConverterMaker = () =>
  ofInteger((integer) => {
    const low = Number(BigInt.asUintN(32, integer))
    return new Bytes(String.fromCharCode(low >>> 24, (low >>> 16) & 0xff, (low >>> 8) & 0xff, low & 0xff))
  })

/** `bytes(2,3)`: three bytes, without the first two. Nothing where there are none. */
export const bytes: ConverterMaker = ([offset = '0', length]) =>
  ofBytes((all) => {
    const start = Number(offset)
    if (start >= all.length) return undefined
    return new Bytes(length === undefined ? all.slice(start) : all.slice(start, start + Number(length)))
  })

function hexOf(octets: string): string {
  let text = ''
  for (let i = 0; i < octets.length; i++) text += octets.charCodeAt(i).toString(16).toUpperCase().padStart(2, '0')
  return text
}

function asBytes(decoded: string | undefined): Bytes | undefined {
  return decoded === undefined ? undefined : new Bytes(decoded)
}
