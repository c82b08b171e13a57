// Which server a key goes to, key by key, is HAProxy's choice. Recorded from HAProxy 2.6.12 with servers a to e of weights 3, 2, 1, 1, 4:
// a letter for each key.

import { describe, expect, it } from 'vitest'

import { resolveConfig } from '../config/resolve.ts'
import type { BackendInput } from '../config/options/backend.ts'
import { addressBytes } from '../config/network.ts'
import { typeOf, parseSample } from '../config/rules/samples/sample.ts'
import type { SampleType } from '../config/rules/samples/sample-type.ts'
import { createPolicy } from './create-policy.ts'
import * as policies from './policies.ts'
import { createPool } from './pool.ts'
import { requestOf, seeded } from './testing.ts'
import type { HashRequest } from './hash-key.ts'

const WEIGHTS = { a: 3, b: 2, c: 1, d: 1, e: 4 }

function policyOf(
  input: Pick<BackendInput, 'balance' | 'hashType' | 'hashFunction' | 'hashAvalanche' | 'hashBalanceFactor'>,
) {
  const servers = Object.entries(WEIGHTS).map(([name, weight]) => ({ name, weight, url: 'http://127.0.0.1:9000' }))
  const [backend] = resolveConfig({ defaults: 'haproxy', backends: [{ name: 'app', servers, ...input }] }).backends
  const pool = createPool(backend!)
  const policy = createPolicy(backend!, { random: seeded(1), randomStart: false }, policies)
  return (request: HashRequest) => policy.pick(pool.candidates(), new Set(), request)!
}

/** As the rules' engine makes them of a value of the type. */
function bytesOf(text: string, type: SampleType): string {
  if (type === 'ip') return String.fromCharCode(...addressBytes(text)!)
  return type === 'sint' || type === 'bool' ? String.fromCharCode(0, 0, 0, 0, 0, 0, 0, Number(text)) : text
}

/** `hash-type`, and what became of `/key-0`, `/key-1` ... with `balance uri`. */
const BY_URI: readonly (readonly [string, string])[] = [
  [
    'map-based sdbm',
    'baedeabeacbeacebaedeaedeabeaceeacebaedeaedeabeacebacebaedeabdeabeacebacebaedeabeeabeacebaeebaedeabeabeacebaedeaedeabeaceeacebaedeaedeabeacebacebaedeabdeabeacebacebaedeabeeabeacebaeebaedeabeaabeacebaedabeacebaedbaedeabeacbeacebaedeaedeabeaceeacebaedeaedeabeacebacebaedeabdeabeacebacebaedeabeeabeacebae',
  ],
  [
    'map-based sdbm avalanche',
    'abaaeeedbaebbeabeeeebaeeadaaebaeaeeceeebadaebeeeeeebeaaeececadeeeeeeaaadacbeeeeacbaedadebbedabebeeeeadaceadebaeddecaaecacdeebcabaedccacdaaeeaaeaebeeacebebabeebeeadeabdeabbeeeeadbeeeeaaadbdeeeeedecbaebecbeadbabeedeaedcbaaeadaaebaaeaaeeaaccebbbbaddaaaebecbbaddcbdeaaecbadeeeedeeabbaebcbeeaebaeaceeeaaeb',
  ],
  [
    'map-based djb2',
    'abeacebaedbaedeabeacbaedeabeacbaedeabeacbaedeabeacbaedeabeacbaedeabeacbaedeabeacbaedeabeacbaedeabeaceabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebaeeabeacebae',
  ],
  [
    'map-based djb2 avalanche',
    'aeeeeeeaaebeaeebabeacaaeeeeadaabaeaaedbeaeeeabceabbeaaedeaeeecdeecbedebaeceeaaaaaebdbbeecdeebeaecaeabadaeeaaabeeeecededbccaeabecaeeadbaeeceaebbeeaeabeadbabaeeaeabaaeadbeaaecceeecbdebeedceaaabedebebaabaeeceeceeeeedabeaeeeeebaeecedebaaeeabeaeedebeacabecbeaccabaaeecbeebcaecbedecbaabecbcbeecebeceacaaeec',
  ],
  [
    'map-based wt6',
    'edaabeebbeeaaeebbecebbececceceebadeaecaeaaaaeeaabbbebedbcbaeeedabaababebadeaecaeaaaaaaaaeeaaaaadddeeeeecadbaadbabababaeacbdaaeeeaedcdcdcdceaeaabeaabeadebbededebeeeaeeeaeeaaeacababeedebcaecaeabebceedaceabeacebbeaeebcabeebeceadebcabbedcebeeaebeadebaeeceadeaeaaeeeeaaeeebcaddeabaceaaaacebedeeeceadaaeabc',
  ],
  [
    'map-based wt6 avalanche',
    'eaeebbaebeeeacdabeeabccdebeaeaaaeebebabeabecdebaadadeeeeabececaedbabeeaaeebebabeebbeaceaabeeecbabbcdebbeaeadbbcebabcadaecbaeaeaeebacbaeedaeaeebedcdbabedebeeedeedceeaabeebeabaaecaebeaaeacbeedebdeaabebebccbeeceeebdbbeeeecbaeccbedaacceadeeecceeceebeaacbcacacabeeaeeeaabdaaaebececeaaaebbeccabbaacdbaaaeda',
  ],
  [
    'map-based crc32',
    'aeaeeabcdebdcdaabaecbadabbcbceabdecacdbeabecacbebbeecbbacabaeeceecccbedeeabeeaeaeddeaaaeebbdaaadaaeeabbbbcaddeacedaecaaeeaabbddacbeaaabdeeaeecebcbbdecebbcbaeccbebbdeceebbeecbbacebaceeaeadeeaeaaaaeaddeaeaeedeeaebeeeaeeadaeaecdeabedbeebbbebeeeceaaeeedeebeaaebbabadbabebceaeadaeededacbeedbabddedbacdeaea',
  ],
  [
    'map-based crc32 avalanche',
    'bbeedecaaaeeeabeeaaeeadeacaeaeeeeeeaaaeebeeaeaeaebeeebcbaaeededaebedbeebdbedbecbbddebeaaaeabeaaaeeecabebaaacbdeeeabbebaaaecabbbecebebbeeecebeeaeeaceeebaeaeebeebbdeeecaaeaddbbeaabdebeecaaeeeeacaebedacceaadaeadaedeebbeaaeeeabacaeeaaeeadebeeacebacaaeaaadeaebbadeeedeabebadeeaeaaebeaaddebbccabacdaeecdacb',
  ],
  [
    'consistent',
    'eddeabaeaaeedebdabedcaaeabcaaabaaeabaeaadaeeaacabeadeeaeeacaeadaabaeaaaeabeedcbdecbaceaaecaddaeaabacadebbeebedabaacaebedeabcdeadeaaeaeebecbeedebebbaaaeaacbaaaedaedeebbabcebaaacceaebbedebbcedaceaaebbeaecebaeeebaabaaaaeadcaeeeaedaaaabbeebeedaaeccedebeeeeeaebbeacacaaaeecccaaeabdaeeaecedaecdeeaacedaabbc',
  ],
  [
    'consistent sdbm',
    'ddddddddddeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeebbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  ],
  [
    'consistent sdbm avalanche',
    'eddeabaeaaeedebdabedcaaeabcaaabaaeabaeaadaeeaacabeadeeaeeacaeadaabaeaaaeabeedcbdecbaceaaecaddaeaabacadebbeebedabaacaebedeabcdeadeaaeaeebecbeedebebbaaaeaacbaaaedaedeebbabcebaaacceaebbedebbcedaceaaebbeaecebaeeebaabaaaaeadcaeeeaedaaaabbeebeedaaeccedebeeeeeaebbeacacaaaeecccaaeabdaeeaecedaecdeeaacedaabbc',
  ],
  [
    'consistent djb2',
    'bbbbbbbbbbaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaadddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',
  ],
  [
    'consistent djb2 avalanche',
    'eeaacbedeabaaedeacaeabebeecdcbaaeabaedcaababeaaaabceaabeedaaaeaebaebbaaadeeceeaeaaeceebbbcecbeaaeacdaedaaabebebdeeeaaaaabaaabbaabadacccddbbaaeaaeaeeeeaabeaadaabaeeeebaceecbbdaeadaaaeecdedebbbeaeaceecbeaeeebaabeeddecceaaaeeeaecadeccaceeaaeaedcdcaaadbbdaabcbbdeeaebebcbbacecbebcaebaaaedeeeeaaebeeeadbbe',
  ],
  [
    'consistent wt6',
    'aaaaaaaaaaeeadeeadaeeeeeeeeeeeeeeeeeeeeebadcaaaaaaeeadeeadaeaaaaaaaaaaeeeeeeeeeecbddaaaaaaeeadeeadaebeeaeeaaaecaaceaeecbbeeaeeaaaecaaceaeecbaaaaeeebeabebbeebaaaaaaaeeebeabebbeebaaaeebeaaaaaabacbaebeaaaeaeceaaaeaeaeceaaaeaeaeceaaaeaeaeceaaaeaeaeceaaaeaeaeceaaaeaeaeceaaaeaeaeceaaaeaeaeceaaaeaeaeceaaae',
  ],
  [
    'consistent wt6 avalanche',
    'baabddaeecbaeacebabeeebaaadebadebdcbbdedcaebacbdeaecabeaeececbabcaabaadebdcbbdededebcaaebdcabbebbeeaaaababcceadaeadaeeacbaabbecaaabaaeebecaabacaeeaeeeeeaeaaaeeeebbaaedeabdabeadebaeaaccaeeeebceedeebdedadaacaeebbaecdaedebeeabebbbceaeabacaaaaeeaabeaeaeedaabaceedbabebaeeccaeaabbcaeabbaeaebaebbcbaaeeecbc',
  ],
  [
    'consistent crc32',
    'eeeaadebebeaeeeebeedbdbebaceecaeedaebdbadabadabeeecbaaeeeaacaabeeceeeddceeaeaaaeeecebbeaeeaaeaebadeeaaaeeadaeeeeecbeaaeeeaeeaacbcebedabadaedbdaeedaeadcebabebdeebeeaeeeabbaebaebaaeeaaeeeebbdeaabeaceebedaceeecdebbaabbededeecaaeaabbeeedeebaeaedaeeeaacebebeabeeabbdeaedaacacabcaacaaaacabeeaeddaaacaacbaec',
  ],
  [
    'consistent crc32 avalanche',
    'dbebbbaeccaeeddeeebbaacbcaaceacaaacdaadecbbdaceeeaaaabbeaebbbbdbaeaadeadeebaeebabaaaadbaeebaeebeaaebaaeabaeabbeebbeebeaaadadeabadaeebebeacaeeaaeaaabebeebaaaacaaecaebeeabbdbaeecebabdbaebaeadebabeaeaeceeebadcedeeedaaecabbeaaabaaeadaeabeecdabbeaeeecebdeaeccadacaeedaeabeaaeeaaebeacebaeaeaedeaeeaaaaaaebe',
  ],
]

/** `hash-type`, and what became of 127.0.0.1, 127.37.101.2, 127.74.202.3 ... with `balance source`. */
const BY_SOURCE: readonly (readonly [string, string])[] = [
  [
    'map-based djb2',
    'deaeababebababbebebecaeaededecacacaedeaeaeebebebaababebebaeaeaecececacdededeaaeaebebeabababababaebebececaedededacaeaeaeaeaeabebebabaabebebeeaeaedecacacaededeaeaaebebebbababebabaeaebececacdedededaeaeae',
  ],
  [
    'map-based djb2 avalanche',
    'adbbeeecdcaaebebaaeaebaabdacbabaedaaabaebacceeeaeaeaeedcabebacdbbedabcebbceeccaeeeeceddabebcecaaeeccaedaceeacaeeaeaeecaaeaeaeeaadbecaebeebeceaecceeeeabaeeaebabcceceeadbecceeaaeebdbebeeeebebacbaaeaceaa',
  ],
  [
    'consistent djb2',
    'eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
  ],
  [
    'consistent djb2 avalanche',
    'bcedcaeeeeebeababdeaecbbaeeebcbceecabaeeaeaeaeaeadeeabeeeeeaebbddeeebaebaceadaaaeaabaabbdbedeecedeabeeedaaaeaaaabcaaaaaaaaaaaabaadaaeedeeeaaaeaaaebaeadaebacaebeaebaeaadceabecaedbaaaaadaeaebbaabeeadeaa',
  ],
]

/** A sample, `hash-type`, what the sample finds, and where it goes. */
const BY_SAMPLE: readonly (readonly [string, string, (n: number) => string | undefined, string])[] = [
  [
    'req.hdr(x)',
    'map-based crc32',
    (n) => `Key-${n * 7}`,
    'ecbeeeeaaeeeeeaaceaeebaeeabaaeadaeadaaeeeeceaeadaeadebecaaee',
  ],
  ['req.hdr(x)', 'consistent', (n) => `Key-${n * 7}`, 'beaaeceabbeeebdcabeeacacecadbbcbbeebceadbedaaceceaabceaabaab'],
  [
    'req.hdr(x),length',
    'map-based crc32',
    (n) => String(`Key-${n * 7}`.length),
    'bbeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
  ],
  [
    'req.hdr(x),length',
    'consistent',
    (n) => String(`Key-${n * 7}`.length),
    'aabbbbbbbbbbbbbddddddddddddddddddddddddddddddddddddddddddddd',
  ],
  ['src', 'map-based crc32', addressOf, 'adbaecaeeeabaababeceaaaeeebeeeeeaebeaceaedbcbeaeeadeeabbdbda'],
  ['src', 'consistent', addressOf, 'eeaebbabeaeecaebeaaaebabaabbaeaeaaaeeaebacecebbebabbedaeaeee'],
  ['ssl_fc', 'map-based crc32', () => '0', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'],
  ['ssl_fc', 'consistent', () => '0', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
  ['req.hdr(none)', 'map-based crc32', () => undefined, 'abeacebaedeabeacebaedeabeacebaedeabeacebaedeabeacebaedeabeac'],
  ['req.hdr(none)', 'consistent', () => undefined, 'cdaaedaeeeacedbeadaaaeecadabecaaaaababceaaccebceaaeeaaeaaaeb'],
  [
    'src,ipmask(24)',
    'map-based crc32',
    (n) => addressOf(n).replace(/\d+$/, '0'),
    'bcbaaeabeacabaebaeddabdceeadceeabadabaacaeebaaaaeaaaeacabaac',
  ],
  [
    'src,ipmask(24)',
    'consistent',
    (n) => addressOf(n).replace(/\d+$/, '0'),
    'ceaebeaeaabceabaadcebcaebebaebeecaaaebcaeedbeaaeceebbebcadaa',
  ],
  [
    'url_param(id),url_dec',
    'map-based crc32',
    (n) => `v ${n}`,
    'beaaddbbdcbbcaeaedadeecdbaebaedeeaaceeceebecaeeeeaeabeaeeebc',
  ],
  [
    'url_param(id),url_dec',
    'consistent',
    (n) => `v ${n}`,
    'cdeeaeaadeaaeaaebcaaaebbaecaeebaeecceeeeaeebbdbeccabaaeabead',
  ],
  ['nbsrv(b0)', 'map-based crc32', () => '5', 'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb'],
  ['nbsrv(b0)', 'consistent', () => '5', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
]

function addressOf(n: number): string {
  return `127.${(n * 37) % 256}.${(n * 101) % 256}.${1 + (n % 250)}`
}

function hashOptions(hashType: string) {
  const [type, name, modifier] = hashType.split(' ')
  return {
    hashType: type as BackendInput['hashType'],
    hashFunction: name as BackendInput['hashFunction'],
    hashAvalanche: modifier === undefined ? undefined : true,
  }
}

describe("keys go where HAProxy's go", () => {
  it.each(BY_URI)('balance uri, hash-type %s', (hashType, servers) => {
    const pick = policyOf({ balance: 'uri', ...hashOptions(hashType) })
    const letters = Array.from(servers, (_, n) => pick(requestOf({ url: `http://h/key-${n}` })).server.name)
    expect(letters.join('')).toBe(servers)
  })

  it.each(BY_SOURCE)('balance source, hash-type %s', (hashType, servers) => {
    const pick = policyOf({ balance: 'source', ...hashOptions(hashType) })
    const letters = Array.from(servers, (_, n) => pick(requestOf({ clientAddress: addressOf(n) })).server.name)
    expect(letters.join('')).toBe(servers)
  })

  it.each(BY_SAMPLE)('balance hash %s, hash-type %s', (sample, hashType, valueOf, servers) => {
    const pick = policyOf({ balance: `hash ${sample}`, ...hashOptions(hashType) })
    const letters = Array.from(servers, (_, n) => {
      const value = valueOf(n)
      return pick(requestOf(value === undefined ? {} : { sample: bytesOf(value, typeOf(parseSample(sample)!)) })).server
        .name
    })
    expect(letters.join('')).toBe(servers)
  })
})

/** `hash-type`, the factor, and the servers of `/0`, `/1`, `/2`, `/3`, `/0` ..., none of which was answered. */
const BOUNDED: readonly (readonly [string, number, string])[] = [
  ['consistent', 101, 'aeecebaedaeceabedaebaebeabedaebaeceadebaebaeceadebaecaeceabe'],
  ['consistent', 150, 'aeeeaeaeeaecaeeaaeeaeaeeaeaeaeeaebeaaeeaeaeaeeaeaeaeeaecaeea'],
  ['consistent', 200, 'aeeaeaeaeaeaaeeaaeeaaaeaeaeaeaeaaeeaaeeaaeeaaaeaeaeaeaeaaeea'],
  ['consistent crc32 avalanche', 125, 'ceadeeaeeaeaceadeeaebeaaceadceadeeaaeeaeceaaceadeeadeeaacead'],
  ['map-based', 150, 'abeaabeaabeaabeaabeaabeaabeaabeaabeaabeaabeaabeaabeaabeaabea'],
]

it.each(BOUNDED)(
  'hash-type %s, hash-balance-factor %i: busy servers are passed over as HAProxy does',
  (hashType, factor, servers) => {
    const pick = policyOf({ balance: 'uri', ...hashOptions(hashType), hashBalanceFactor: factor })
    const letters = Array.from(servers, (_, n) => {
      const member = pick(requestOf({ url: `http://h/${n % 4}` }))
      member.inFlight += 1
      return member.server.name
    })
    expect(letters.join('')).toBe(servers)
  },
)
