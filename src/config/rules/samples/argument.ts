// What stands in the parentheses of fetches and converters: of which kind, and whether it may be left out.

import { parseAddress } from '../../address.ts'
import { isNetwork } from '../../network.ts'

/**
 * `text`: any. `integer`: a number. `position`: a number other than 0, counted from the end if negative. `bits4`, `bits6`: the length of a
 * network. `backend`, `frontend`, `server`, `map`, `userlist`, `table`: the name of one that there is. `variable`: `txn.name` and its like. `hex`:
 * bytes, two digits each. `address`: IPv4 or IPv6. `bool`: true or false. `occurrence`: which of several; 0 is all. A `?` behind it: may be left out.
 */
export type ArgumentKind = keyof typeof KINDS
export type Takes = readonly (ArgumentKind | `${ArgumentKind}?`)[]

const VARIABLE = /^(?:proc|sess|txn|req|res|check)\.[A-Za-z0-9_.]+$/
const isBits = (most: number) => (text: string) => /^\d{1,3}$/.test(text) && Number(text) <= most
const isName = (text: string) => text !== ''

/** What an argument of the kind must be, and whether a text is one. */
const KINDS = {
  text: ['a text', isName],
  any: ['a text', () => true],
  integer: ['a number', (text: string) => /^[+-]?\d{1,19}$/.test(text)],
  operand: [
    'a number, or a variable such as txn.n',
    (text: string) => /^[+-]?\d{1,19}$/.test(text) || VARIABLE.test(text),
  ],
  occurrence: ['a number from -10', (text: string) => /^(?:-0*(?:10|\d)|\+?\d{1,9})$/.test(text)],
  character: ['one character', (text: string) => text.length <= 1],
  truth: ['true, false, 1 or 0', (text: string) => /^(?:true|false|1|0)$/.test(text)],
  unit: ['s, ms or us', (text: string) => /^(?:s|ms|us)$/.test(text)],
  uuidVersion: ['4', (text: string) => text === '4'],
  ipv4: ['an IPv4 address', (text: string) => parseAddress(text) !== undefined && !text.includes(':')],
  ipv6: ['an IPv6 address', (text: string) => parseAddress(text) !== undefined && text.includes(':')],
  position: ['a number other than 0', (text: string) => /^-?[1-9]\d{0,3}$/.test(text)],
  bits4: ['0 to 32', isBits(32)],
  bits6: ['0 to 128', isBits(128)],
  bool: ['true or false', (text: string) => /^(?:true|false|yes|no|1|0)$/.test(text)],
  hex: ['bytes, two hexadecimal digits each', (text: string) => /^(?:[0-9A-Fa-f]{2})+$/.test(text)],
  address: ['an address', (text: string) => isNetwork(text) && !text.includes('/')],
  variable: ['a variable: proc, sess, txn, req, res or check, a dot, a name', (text: string) => VARIABLE.test(text)],
  backend: ['the name of a backend', isName],
  frontend: ['the name of a frontend', isName],
  server: ['the name of a server, or of a backend, a slash and the name', isName],
  table: ['the name of a backend with a stick table', isName],
  map: ['the name of a map', isName],
  userlist: ['the name of a userlist', isName],
} as const satisfies Record<string, readonly [words: string, is: (text: string) => boolean]>

export function isVariableName(text: string): boolean {
  return VARIABLE.test(text)
}

export function kindOf(taken: Takes[number]): ArgumentKind {
  return taken.replace('?', '') as ArgumentKind
}

/** What is wrong with the arguments of `name`; undefined: nothing. */
export function argumentsProblem(name: string, given: readonly string[], takes: Takes): string | undefined {
  const most = takes.length
  const least = takes.filter((each) => !each.endsWith('?')).length
  if (given.length > most || given.length < least) {
    const wanted = least === most ? String(most) : `${least} to ${most}`
    return most === 0 ? `'${name}' takes no argument` : `'${name}' takes ${wanted} argument${most === 1 ? '' : 's'}`
  }
  const wrong = given.findIndex((text, i) => {
    const taken = takes[i]!
    return !KINDS[kindOf(taken)][1](text) && !(taken.endsWith('?') && text === '')
  })
  return wrong === -1 ? undefined : `'${given[wrong]}' in ${name}(…) must be ${KINDS[kindOf(takes[wrong]!)][0]}`
}
