// What stands in the parentheses of fetches and converters: of which kind, whether it may be left out, and what must be true of all
// together.

import { addressBytes, isNetwork } from '../../network.ts'
import { isVariableName } from '../../variable-name.ts'
import { VARIABLE_CONDITIONS } from '../variable-conditions.ts'

/** Behind a kind, `?`: the argument may be left out or empty; `!`: it may be left out only. KINDS says what one must be. */
export type ArgumentKind = keyof typeof KINDS
export type Takes = readonly (ArgumentKind | `${ArgumentKind}${'?' | '!'}`)[]
/** What is missing from arguments that are right one by one; undefined: nothing. */
export type Together = (given: readonly string[]) => string | undefined

const isBase64 = (text: string) => text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
const isMask = (text: string, bytes: number) => addressBytes(text)?.length === bytes
const isBits = (most: number) => (text: string) => /^\d{1,3}$/.test(text) && Number(text) <= most
const isName = (text: string) => text !== ''

/** What an argument of the kind must be, and whether a text is one. */
const KINDS = {
  text: ['a text', isName],
  any: ['a text', () => true],
  integer: ['a number', (text: string) => /^[+-]?\d{1,19}$/.test(text)],
  operand: [
    'a number, or a variable such as txn.n',
    (text: string) => /^[+-]?\d{1,19}$/.test(text) || isVariableName(text),
  ],
  occurrence: ['a number from -10', (text: string) => /^(?:-0*(?:10|\d)|\+?\d{1,9})$/.test(text)],
  character: ['one character', (text: string) => text.length <= 1],
  method: ['a method', (text: string) => /^[\w!#$%&'*+.^`|~-]+$/.test(text)],
  uuidVersion: ['4', (text: string) => text === '4'],
  ipv4: ['an IPv4 address', (text: string) => addressBytes(text) !== undefined && !text.includes(':')],
  ipv6: ['an IPv6 address', (text: string) => addressBytes(text) !== undefined && text.includes(':')],
  position: ['a number other than 0', (text: string) => /^-?[1-9]\d{0,3}$/.test(text)],
  count: ['a number from 0 on', (text: string) => /^\d{1,9}$/.test(text)],
  zeroOrOne: ['0 or 1', (text: string) => /^[+-]?0+$|^\+?0*1$/.test(text)],
  width: ['1 to 8', (text: string) => /^[1-8]$/.test(text)],
  mask4: ['the mask of a network: 0 to 32, or 255.255.255.0', (text: string) => isBits(32)(text) || isMask(text, 4)],
  mask6: ['the mask of a network: 0 to 128, or ffff:ffff::', (text: string) => isBits(128)(text) || isMask(text, 16)],
  bool: ['true or false', (text: string) => /^(?:true|false|1|0)$/.test(text)],
  pattern: ['an expression', isName],
  flags: ['i, g, or both', (text: string) => /^[ig]{0,2}$/.test(text)],
  unit: ['s, ms or us', (text: string) => /^(?:s|ms|us)$/.test(text)],
  sink: ['buf0, stdout or stderr: rings are not available', (text: string) => /^(?:buf0|stdout|stderr)$/.test(text)],
  int: ['int', (text: string) => text === 'int'],
  jsonCode: ['ascii, utf8, utf8s, utf8p or utf8ps', (text: string) => /^(?:ascii|utf8s?|utf8ps?)$/.test(text)],
  urlPart: ['query', (text: string) => text === 'query'],
  sha2: ['224, 256, 384 or 512', (text: string) => /^(?:224|256|384|512)$/.test(text)],
  digest: [
    'md5, sha1, sha224, sha256, sha384 or sha512',
    (text: string) => /^(?:md5|sha1|sha224|sha256|sha384|sha512)$/i.test(text),
  ],
  base64Key: ['base64, or a variable that holds it', (text: string) => isVariableName(text) || isBase64(text)],
  jwtAlgorithm: [
    'HS256, HS384 or HS512, or a variable that holds it: signatures by certificates are not available',
    (text: string) => isVariableName(text) || /^HS(?:256|384|512)$/.test(text),
  ],
  hex: ['bytes, two hexadecimal digits each', (text: string) => /^(?:[0-9A-Fa-f]{2})+$/.test(text)],
  address: ['an address', (text: string) => isNetwork(text) && !text.includes('/')],
  variable: ['a variable: proc, sess, txn, req, res or check, a dot, a name', (text: string) => isVariableName(text)],
  variableOrNone: ['a variable or empty', (text: string) => text === '' || isVariableName(text)],
  backend: ['the name of a backend', isName],
  frontend: ['the name of a frontend', isName],
  server: ['a server such as app/s1, or s1 of the own backend', (text: string) => /^[^/]+(?:\/[^/]+)?$/.test(text)],
  condition: [
    `one of ${VARIABLE_CONDITIONS.join(', ')}`,
    (text: string) => VARIABLE_CONDITIONS.some((each) => each === text),
  ],
  map: ['the name of a map', isName],
  table: ['the name of a stick table', isName],
  scNumber: ['0, 1 or 2', (text: string) => /^[0-2]$/.test(text)],
  arrayIndex: ['a number from 0 to 99', (text: string) => /^\d{1,2}$/.test(text)],
  userlist: ['the name of a userlist', isName],
} as const satisfies Record<string, readonly [words: string, is: (text: string) => boolean]>

/** What an argument of each kind must be. */
export const ARGUMENT_WORDS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(KINDS).map(([kind, [words]]) => [kind, words]),
)

export function kindOf(taken: Takes[number]): ArgumentKind {
  return taken.replace(/[?!]$/, '') as ArgumentKind
}

/** What is wrong with the arguments of `name`; undefined: nothing. */
export function argumentsProblem(
  name: string,
  given: readonly string[],
  { takes, together }: { readonly takes: Takes; readonly together?: Together },
): string | undefined {
  const most = takes.length
  const least = takes.filter((each) => !/[?!]$/.test(each)).length
  if (given.length > most || given.length < least) {
    const wanted = least === most ? String(most) : `${least} to ${most}`
    return most === 0 ? `'${name}' takes no argument` : `'${name}' takes ${wanted} argument${most === 1 ? '' : 's'}`
  }
  const wrong = given.findIndex((text, i) => {
    const taken = takes[i]!
    return !KINDS[kindOf(taken)][1](text) && !(taken.endsWith('?') && text === '')
  })
  if (wrong !== -1) return `'${given[wrong]}' in ${name}(…) must be ${KINDS[kindOf(takes[wrong]!)][0]}`
  const missing = together?.(given)
  return missing && `${name}(…) needs ${missing}`
}
