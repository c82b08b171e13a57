// The time, and chance. HAProxy: configuration manual 7.3.2.

import type { FetchMaker } from '../tools.ts'

const PER_SECOND: Readonly<Record<string, bigint>> = { s: 1n, ms: 1000n, us: 1_000_000n }

/** `date(OFFSET,UNIT)`: the offset is one of the unit, too. */
export const date: FetchMaker = ([offset = '', unit = '']) => {
  const perSecond = PER_SECOND[unit] ?? 1n
  const added = offset === '' ? 0n : BigInt(offset)
  return (_, { now }) => (BigInt(Math.floor(now() * 1000)) * perSecond) / 1_000_000n + added
}

export const dateUs: FetchMaker = () => {
  return (_, { now }) => BigInt(Math.floor(now() * 1000)) % 1_000_000n
}

/** Of 32 bits, or below the given number. */
export const rand: FetchMaker = ([below = '']) => {
  const range = below === '' ? undefined : BigInt(below)
  return (_, { random }) => {
    const bits = BigInt(Math.floor(random() * 2 ** 32))
    return range === undefined ? bits : BigInt.asUintN(64, bits * range) >> 32n
  }
}
