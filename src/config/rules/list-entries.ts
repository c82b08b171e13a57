// What the keys and values of maps and lists must be for those who look them up. The validator and commands say so in words of their own.

import { isNetwork, networksOf } from '../network.ts'

/** For `ip`: an address or a network, or several. */
export function isNetworkKey(key: string): boolean {
  return networksOf([key]).every(isNetwork)
}

export function isIntegerValue(value: string): boolean {
  return INTEGER.test(value)
}

export function isAddressValue(value: string): boolean {
  return isNetwork(value) && !value.includes('/')
}

const INTEGER = /^[+-]?\d{1,19}$/
