import { describe, expect, it } from 'vitest'

import { NO_DATES } from '../persistence/dates.ts'
import { importCookieKeys } from '../persistence/sealed.ts'
import { createPinCodec } from './pin.ts'
import { recallPin } from './recall-pin.ts'

const KEY = 'a-key-of-enough-length-here'
const NOW_S = 1_800_000_000
const FRESH = { lastS: NOW_S, firstS: NOW_S }
const CONFIG = { name: 'RELEASE', maxidleS: 1800, maxlifeS: 86_400 }

async function pins(releases = ['r1', 'r2']) {
  return createPinCodec(await importCookieKeys(KEY), ['app'], 'RELEASE', releases)
}

async function recalled(header: string | null, config = CONFIG) {
  const isServed = (release: string) => release !== 'r2'
  return recallPin(config, await pins(), header, isServed, NOW_S)
}

const forged = `RELEASE=${'I'.repeat(46)}`

describe('a pin is', () => {
  it('none without a cookie of the name', async () => {
    expect(await recalled(null)).toMatchObject({ verdict: 'none', cookieForOrigin: undefined })
    expect(await recalled('XRELEASE=1; a=RELEASE')).toMatchObject({ verdict: 'none', cookieForOrigin: undefined })
  })

  it('valid, and cut out of what the server gets', async () => {
    const value = await (await pins()).encode('r1', 77, FRESH)
    expect(await recalled(`a=1; RELEASE=${value}; b=2`)).toEqual({
      verdict: 'valid',
      release: 'r1',
      bucket: 77,
      dates: FRESH,
      cookieForOrigin: 'a=1; b=2',
      isLeftAlone: false,
    })
    expect(await recalled(`RELEASE=${value}`)).toMatchObject({ verdict: 'valid', cookieForOrigin: null })
  })

  it('left where writing the header again would lose bytes', async () => {
    const value = await (await pins()).encode('r1', 77, FRESH)
    const found = await recalled(`a=\ufffd; RELEASE=${value}`)
    expect(found).toMatchObject({ verdict: 'valid', cookieForOrigin: undefined, isLeftAlone: true })
  })

  it.each([
    ['expired after maxidle', { lastS: NOW_S - 1801, firstS: NOW_S - 1801 }, 'expired'],
    ['valid at maxidle', { lastS: NOW_S - 1800, firstS: NOW_S - 1800 }, 'valid'],
    ['expired after maxlife', { lastS: NOW_S, firstS: NOW_S - 86_401 }, 'expired'],
    ['expired if its date is days ahead', { lastS: NOW_S + 90_000, firstS: NOW_S }, 'expired'],
    ['valid without dates', NO_DATES, 'valid'],
  ])('%s, and keeps its bucket', async (_, dates, verdict) => {
    const value = await (await pins()).encode('r1', 200, dates)
    const found = await recalled(`RELEASE=${value}`)
    expect(found).toMatchObject({ verdict, bucket: 200, release: verdict === 'valid' ? 'r1' : undefined })
  })

  it('void once its release has ended or left the list, and keeps its bucket', async () => {
    const ended = await (await pins()).encode('r2', 5, FRESH)
    expect(await recalled(`RELEASE=${ended}`)).toMatchObject({
      verdict: 'void',
      bucket: 5,
      release: undefined,
      dates: NO_DATES,
    })
    const gone = await (await pins(['r0'])).encode('r0', 6, FRESH)
    expect(await recalled(`RELEASE=${gone}`)).toMatchObject({ verdict: 'void', bucket: 6, release: undefined })
  })

  it('the best of several, of which eight are looked at', async () => {
    const [valid, ended] = await Promise.all(['r1', 'r2'].map(async (name) => (await pins()).encode(name, 9, FRESH)))
    const good = `RELEASE=${valid}`
    const over = `RELEASE=${ended}`
    const all = (...cookies: string[]) => recalled(cookies.join('; '))
    expect(await all(forged, over, good)).toMatchObject({ verdict: 'valid', release: 'r1' })
    expect(await all(good, over, forged)).toMatchObject({ verdict: 'valid', release: 'r1' })
    expect(await all(forged, over)).toMatchObject({ verdict: 'void', bucket: 9 })
    const noise = Array.from({ length: 7 }, (_, i) => `RELEASE=junk${i}`)
    expect(await all(...noise, good)).toMatchObject({ verdict: 'valid', cookieForOrigin: null })
    expect(await all(...noise, forged, good)).toMatchObject({
      verdict: 'invalid',
      bucket: undefined,
      cookieForOrigin: null,
    })
  })

  it('known at once when it was seen before', async () => {
    const codec = await pins()
    const header = `RELEASE=${await codec.encode('r1', 9, FRESH)}`
    expect(recallPin(CONFIG, codec, header, () => true, NOW_S)).not.toBeInstanceOf(Promise)
    const other = await pins()
    const first = recallPin(CONFIG, other, header, () => true, NOW_S)
    expect(first).toBeInstanceOf(Promise)
    await first
    expect(recallPin(CONFIG, other, header, () => true, NOW_S)).not.toBeInstanceOf(Promise)
  })
})
