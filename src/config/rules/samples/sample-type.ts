// The types of HAProxy's samples, and which becomes which by itself. HAProxy: configuration manual 7.3.

/**
 * `bool`: true or false. `sint`: a signed integer of 64 bits. `ip`: an address. `str`: text. `bin`: bytes. `meth`: a method.
 * `any`: known when there is a value, as of a variable.
 */
export type SampleType = 'bool' | 'sint' | 'ip' | 'str' | 'bin' | 'meth' | 'any'

const CASTS: Readonly<Record<SampleType, readonly SampleType[]>> = {
  any: ['bool', 'sint', 'ip', 'str', 'bin', 'meth'],
  bool: ['sint', 'str', 'bin'],
  sint: ['bool', 'ip', 'str', 'bin'],
  ip: ['sint', 'str', 'bin'],
  str: ['bool', 'sint', 'ip', 'bin', 'meth'],
  bin: ['str', 'meth'],
  meth: ['str', 'bin'],
}

export function isCastable(from: SampleType, to: SampleType): boolean {
  return from === to || to === 'any' || CASTS[from].includes(to)
}
