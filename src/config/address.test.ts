// Held against ipaddr.js, which `limpet` uses for other things and a Worker has no room for.

import ipaddr from 'ipaddr.js'
import { describe, expect, it } from 'vitest'

import { parseAddress } from './address.ts'
import { canonicalAddress, clientNetwork, createNetworkTest, isNetwork, maskedBy, maskOf } from './network.ts'

const textOf = (text: string) => parseAddress(text)?.text

it.each([
  ['10.0.0.5', '10.0.0.5'],
  ['255.255.255.255', '255.255.255.255'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ['1:0:2:3:4:5:6:7', '1:0:2:3:4:5:6:7'],
  ['::', '::'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:201', '192.0.2.1'],
  ['64:ff9b::192.0.2.1', '64:ff9b::c000:201'],
  ['fe80::1%eth0', 'fe80::1%eth0'],
  // ipaddr.js takes this one for 192.0.2.1; inet_pton does not.
  ['::192.0.2.1', '::c000:201'],
])('%s is %s', (text, spelled) => {
  expect(textOf(text)).toBe(spelled)
  expect(textOf(spelled)).toBe(spelled)
})

it.each([
  '',
  '10.1',
  '0177.0.0.1',
  '010.0.0.1',
  '1.2.3.256',
  '1.2.3.4.5',
  '1.2.3.4\n',
  '1::2::3',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '::12345',
  '::1\n',
  ' ::1',
  '[::1]',
  '::1]/x[::1',
  '::1%',
  '::1%2/64',
  ':::',
  '::1.2.3',
  'abcd',
  'localhost',
])('%j is no address', (text) => {
  expect(textOf(text)).toBeUndefined()
})

describe('as ipaddr.js', () => {
  let state = 7
  const random = (below: number) => Math.floor(((state = (state * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31) * below)
  const pick = <T>(from: readonly T[]): T => from[random(from.length)]!
  const octet = () => pick([0, 1, 9, 10, 99, 127, 128, 192, 255, random(256)])
  const ipv4 = () => [octet(), octet(), octet(), octet()].join('.')
  const word = () =>
    pick([0, 0, 0, 1, 0xffff, random(0x1_0000)])
      .toString(16)
      .padStart(pick([1, 4]), '0')
  const ipv6 = () => {
    const words = Array.from({ length: 8 }, word)
    const from = random(8)
    const spelled = pick([
      words.join(':'),
      `${words.slice(0, from).join(':')}::${words.slice(from + 1 + random(7 - from)).join(':')}`,
      `${words.slice(0, 6).join(':')}:${ipv4()}`,
      `::ffff:${ipv4()}`,
    ])
    return pick([spelled, spelled, spelled.toUpperCase(), `${spelled}%eth1`])
  }
  const broken = () => {
    const text = pick([ipv4, ipv6])()
    const at = random(text.length)
    return text.slice(0, at) + pick(['', ':', '.', 'g', '0', '::', ' ']) + text.slice(at + random(2))
  }
  const theirs = (text: string) => {
    if (!text.includes(':') && !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined
    return ipaddr.isValid(text) ? ipaddr.process(text) : undefined
  }
  /** It reads these otherwise than resolvers. */
  const isOdd = (text: string) => /^::\d+\.|[\da-f]{5}|(^|[.:])0\d+(\.|$)|\.0\d|%\w*[^\w]/i.test(text)

  it('2,000 texts are addresses or none, and spelled in one way', () => {
    const read = { yes: 0, no: 0 }
    for (let i = 0; i < 2_000; i++) {
      const text = pick([ipv4, ipv6, ipv6, broken])()
      const known = theirs(text)
      if (known && isOdd(text)) continue
      read[known ? 'yes' : 'no'] += 1
      expect([text, textOf(text)]).toEqual([text, known?.toString()])
      expect([text, parseAddress(text)?.bytes]).toEqual([text, known?.toByteArray()])
    }
    expect(Math.min(read.yes, read.no)).toBeGreaterThan(100)
  })

  it('1,000 addresses lie in the same networks, and are masked alike', () => {
    const seen = { yes: 0, no: 0 }
    for (let i = 0; i < 1_000; i++) {
      const [text, network] = [pick([ipv4, ipv6])(), pick([ipv4, ipv6])().replace(/%.*/, '')]
      const known = theirs(text)
      const base = theirs(pick([network, text.replace(/%.*/, '')]))
      if (!known || !base) continue
      const prefix = random(base.toByteArray().length * 8 + 1)
      const written = `${base.toString()}/${prefix}`
      expect(isNetwork(written)).toBe(true)
      const isIn = known.kind() === base.kind() && (known as ipaddr.IPv4).match(base as ipaddr.IPv4, prefix)
      seen[isIn ? 'yes' : 'no'] += 1
      expect([text, written, createNetworkTest([written])(text)]).toEqual([text, written, isIn])
      if (known.kind() === base.kind()) {
        const masked = known.kind() === 'ipv4' ? maskedBy(text, maskOf(String(prefix), 4)) : clientNetwork(text, prefix)
        expect(createNetworkTest([`${masked}/${prefix}`])(text)).toBe(true)
        expect(masked).toBe(canonicalAddress(masked))
        expect(
          theirs(masked)!
            .toByteArray()
            .slice(Math.ceil(prefix / 8))
            .every((byte) => byte === 0),
        ).toBe(true)
      }
    }
    expect(Math.min(seen.yes, seen.no)).toBeGreaterThan(100)
  })
})
