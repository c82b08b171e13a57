import { expect, it } from 'vitest'

import { BUCKETS, bucketsOf, createAddressBuckets, armOf } from './arm.ts'

const NAMES = Array.from({ length: 300 }, (_, i) => [`r${i}`, `2026-11-${i}`, `v1.${i}.0`][i % 3]!)
const PERCENTS = Array.from({ length: 101 }, (_, i) => i / 100)

function clientsOf(share: number, canary: string): Set<number> {
  return new Set(Array.from({ length: BUCKETS }, (_, i) => i).filter((bucket) => armOf(share, canary, bucket)))
}

it('a share has as many buckets as it says, and every larger one has them, too', () => {
  for (const name of NAMES) {
    let smaller: Set<number> = new Set()
    for (const share of PERCENTS) {
      const clients = clientsOf(share, name)
      expect(clients.size).toBe(bucketsOf(share))
      expect([...smaller].filter((bucket) => !clients.has(bucket))).toEqual([])
      smaller = clients
    }
  }
})

it('a share is rounded to 256ths: 0 is nobody, more is one bucket at least, and 1 is everybody', () => {
  expect([0, 0.0001, 0.001, 0.01, 0.1, 0.25, 0.5, 0.999, 1].map(bucketsOf)).toEqual([0, 1, 1, 3, 26, 64, 128, 256, 256])
})

it('the first clients of a canary are those of the next as often as chance has it', () => {
  const successors = Array.from({ length: 100 }, (_, i) => [`r${i}`, `r${i + 1}`] as const)
  const overlaps = successors.map(([one, next]) => {
    const clients = clientsOf(0.1, next)
    return [...clientsOf(0.1, one)].filter((bucket) => clients.has(bucket)).length / BUCKETS
  })
  const mean = overlaps.reduce((sum, each) => sum + each, 0) / overlaps.length
  expect(mean).toBeLessThanOrEqual(0.015)
  expect(mean).toBeGreaterThan(0.005)
})

it('no bucket is among the first 10 % of canaries more often than others', () => {
  const hits = Array.from({ length: BUCKETS }, () => 0)
  for (const name of NAMES) for (const bucket of clientsOf(0.1, name)) hits[bucket]! += 1
  // 300 times 26 of 256: 30.5 each, with a deviation of 5.2.
  expect(Math.min(...hits)).toBeGreaterThan(10)
  expect(Math.max(...hits)).toBeLessThan(52)
})

it('a canary has the same order in every isolate and every version of this program', () => {
  const first = (canary: string) => [...clientsOf(0.02, canary)]
  expect([first('2026-11-25'), first('r2'), first('ä')]).toMatchInlineSnapshot(`
    [
      [
        23,
        28,
        177,
        203,
        205,
      ],
      [
        0,
        16,
        53,
        134,
        200,
      ],
      [
        34,
        154,
        180,
        200,
        220,
      ],
    ]
  `)
})

it('an address has one bucket, an IPv6 network of /64 one, and another key draws others', async () => {
  const [bucketOf, other] = await Promise.all(
    ['a-key-of-sixteen-c', 'another-of-sixteen'].map(async (text) => {
      const algorithm = { name: 'HMAC', hash: 'SHA-256' }
      return createAddressBuckets(
        await crypto.subtle.importKey('raw', new TextEncoder().encode(text), algorithm, false, ['sign']),
      )
    }),
  )
  const addresses = Array.from({ length: 512 }, (_, i) => `192.0.${i >> 8}.${i & 255}`)
  const drawn = await Promise.all(addresses.map((address) => bucketOf!(address)))
  expect(drawn.every((bucket) => Number.isInteger(bucket) && bucket >= 0 && bucket < BUCKETS)).toBe(true)
  expect(new Set(drawn).size).toBeGreaterThan(180)
  expect(addresses.map((address) => bucketOf!(address))).toEqual(drawn)
  expect(await Promise.all(addresses.map((address) => other!(address)))).not.toEqual(drawn)
  expect(await bucketOf!('2001:db8::1')).toBe(await bucketOf!('2001:db8::ffff:1'))
})
