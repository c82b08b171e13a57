import { describe, expect, it } from 'vitest'

import { UNVERIFIED } from '../persistence/codec.ts'
import { NO_DATES } from '../persistence/dates.ts'
import type { Dates } from '../persistence/dates.ts'
import { createSealed, importCookieKeys } from '../persistence/sealed.ts'
import { createPinCodec, datesOfPin, readPinUnverified } from './pin.ts'
import type { Pin, PinCodec } from './pin.ts'

const OLD = 'an-old-key-of-enough-length'
const NEW = 'a-new-key-of-enough-length!'
const NOW_S = 1_800_000_000
const DATED: Dates = { lastS: NOW_S, firstS: NOW_S - 400 }
const LAST: Dates = { lastS: NOW_S, firstS: null }

async function codec(keys = NEW, backends = ['app'], cookie = 'RELEASE', releases = ['r1', 'r2']): Promise<PinCodec> {
  return createPinCodec(await importCookieKeys(keys), backends, cookie, releases)
}

async function opened(reader: PinCodec, value: string): Promise<Pin | undefined> {
  const pin = reader.decode(value)
  return pin === UNVERIFIED ? reader.verify(value) : pin
}

describe('a pin', () => {
  it.each([
    [NO_DATES, 35],
    [LAST, 40],
    [DATED, 46],
  ])('says again what was sealed, with %j in %i characters', async (dates, length) => {
    for (const bucket of [0, 1, 127, 255]) {
      const value = await (await codec()).encode('r2', bucket, dates)
      expect(value).toMatch(/^[A-Za-z0-9_-]+$/)
      expect(value).toHaveLength(length)
      expect(await opened(await codec(), value)).toEqual({ release: 'r2', bucket, dates })
      expect(readPinUnverified(value)).toEqual({ bucket, dates })
    }
  })

  it('is the same bytes today as tomorrow', async () => {
    const one = await codec()
    expect(await Promise.all([NO_DATES, LAST, DATED].map((dates) => one.encode('r1', 7, dates))))
      .toMatchInlineSnapshot(`
      [
        "IP8stxFEhg26B63jBI880dMH0g6AM-m6-_c",
        "If8stxFEhg26B2tJ0gDkx8NLos3hYAhn-RKal-83",
        "I_8stxFEhg26B2tJ0gBrSdBwjpRq94KTB4GX1ysv3EDPCQ",
      ]
    `)
  })

  it('is sealed and opened once: then it is there at once', async () => {
    const one = await codec()
    const value = await one.encode('r1', 3, DATED)
    expect(one.encode('r1', 3, DATED)).toBe(value)
    expect(one.decode(value)).toEqual({ release: 'r1', bucket: 3, dates: DATED })
    const reader = await codec()
    expect(reader.decode(value)).toBe(UNVERIFIED)
    const pin = await reader.verify(value)
    expect(reader.decode(value)).toBe(pin)
  })

  it('is refused with any one character changed, cut or added', async () => {
    for (const dates of [NO_DATES, LAST, DATED]) {
      const value = await (await codec()).encode('r1', 9, dates)
      const reader = await codec()
      for (let i = 0; i < value.length; i++) {
        for (const other of ['A', 'B', 'z', '_', '-', '=', '%']) {
          if (value[i] === other) continue
          expect(await opened(reader, value.slice(0, i) + other + value.slice(i + 1))).toBeUndefined()
        }
        expect(await opened(reader, value.slice(0, i))).toBeUndefined()
      }
      for (const more of ['A', '=', ' ', '|awDWq']) expect(await opened(reader, value + more)).toBeUndefined()
    }
  })

  it.each(['', 'r1', 'A', '\u0000', 'é'.repeat(35), 'I'.repeat(35), 'I'.repeat(40), 'I'.repeat(46), 'E'.repeat(8192)])(
    'is not %j',
    async (value) => {
      expect(await opened(await codec(), value)).toBeUndefined()
      expect(await (await codec()).verify(value)).toBeUndefined()
    },
  )

  it('of random bytes is refused', async () => {
    const reader = await codec()
    let seed = 1
    const next = () => (seed = (seed * 48_271) % 2_147_483_647)
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
    for (let i = 0; i < 2000; i++) {
      const length = [35, 40, 46, next() % 60][i % 4]!
      // Half of them begin as a pin does.
      const begin = i % 2 === 0 ? ['I', 'I', 'I'][i % 3]! : ''
      const value =
        begin + Array.from({ length: Math.max(0, length - begin.length) }, () => letters[next() % 64]).join('')
      expect(await opened(reader, value)).toBeUndefined()
    }
  })

  it('of another backend, cookie or key is nothing; of a former name of the backend it counts', async () => {
    const value = await (await codec()).encode('r1', 5, LAST)
    expect(await opened(await codec(NEW, ['other']), value)).toBeUndefined()
    expect(await opened(await codec(NEW, ['app'], 'OTHER'), value)).toBeUndefined()
    expect(await opened(await codec(OLD), value)).toBeUndefined()
    const renamed = await codec(NEW, ['shop', 'app'])
    expect(await opened(renamed, value)).toEqual({ release: 'r1', bucket: 5, dates: LAST })
    expect(await renamed.encode('r1', 5, LAST)).toBe(await (await codec(NEW, ['shop'])).encode('r1', 5, LAST))
  })

  it('of a release that has left the list keeps its bucket', async () => {
    const value = await (await codec()).encode('r1', 5, DATED)
    const reader = await codec(NEW, ['app'], 'RELEASE', ['r2', 'r3'])
    expect(await opened(reader, value)).toEqual({ release: null, bucket: 5, dates: DATED })
    expect(await opened(await codec(`${OLD}, ${NEW}`, ['shop', 'app'], 'RELEASE', ['r2']), value)).toMatchObject({
      release: null,
      bucket: 5,
    })
  })

  it('and a server’s cookie are never taken for each other, whatever their names', async () => {
    const keys = await importCookieKeys(NEW)
    const sealed = await createSealed(keys, 'app', 'RELEASE', ['r1'])
    const pins = await codec()
    for (const dates of [NO_DATES, LAST, DATED]) {
      expect(await opened(pins, await sealed.encode('r1', dates))).toBeUndefined()
      const value = await pins.encode('r1', 0, dates)
      expect(sealed.decode(value) ?? (await sealed.verify(value))).toBeUndefined()
    }
  })

  it('is signed with the first key, and read with all', async () => {
    const old = await (await codec(OLD)).encode('r2', 1, DATED)
    const during = await codec(`${NEW}, ${OLD}`)
    expect((await opened(during, old))?.release).toBe('r2')
    const fresh = await during.encode('r2', 1, DATED)
    expect((await opened(await codec(NEW), fresh))?.release).toBe('r2')
    expect(await opened(await codec(OLD), fresh)).toBeUndefined()
  })
})

describe('dates of a pin', () => {
  const limits = (maxidleS: number | null, maxlifeS: number | null) => ({ maxidleS, maxlifeS })
  it.each([
    ['are none without limits', limits(null, null), NO_DATES, NO_DATES],
    [
      'go up in eighths of maxidle',
      limits(1800, null),
      NO_DATES,
      { lastS: Math.ceil(NOW_S / 225) * 225, firstS: null },
    ],
    [
      'and of hours',
      limits(1800, 86_400),
      NO_DATES,
      { lastS: Math.ceil(NOW_S / 225) * 225, firstS: Math.ceil(NOW_S / 3600) * 3600 },
    ],
    [
      'keep the first',
      limits(1800, 86_400),
      { lastS: 5, firstS: 3600 },
      { lastS: Math.ceil(NOW_S / 225) * 225, firstS: 3600 },
    ],
    [
      'forget the first without maxlife',
      limits(1800, null),
      { lastS: 5, firstS: 3600 },
      { lastS: Math.ceil(NOW_S / 225) * 225, firstS: null },
    ],
    [
      'without maxidle stay what they are',
      limits(null, 86_400),
      { lastS: 3600, firstS: 3600 },
      { lastS: 3600, firstS: 3600 },
    ],
    [
      'of a long maxidle go up in half days',
      limits(30 * 86_400, null),
      NO_DATES,
      { lastS: Math.ceil(NOW_S / 43_200) * 43_200, firstS: null },
    ],
    ['of a short one in seconds', limits(4, null), NO_DATES, { lastS: NOW_S, firstS: null }],
  ])('%s', (_, config, known, dates) => {
    expect(datesOfPin(config, known, NOW_S)).toEqual(dates)
  })
})
