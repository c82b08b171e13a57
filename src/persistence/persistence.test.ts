// Recall and remember together, against what HAProxy 2.6 does (in HAProxy's own cookie format).

import { describe, expect, it } from 'vitest'

import type { CookieConfig } from '../config/config.ts'
import type { Codec } from './codec.ts'
import { haproxyFormat, haproxyUndated } from './haproxy-format.ts'
import { recall } from './recall.ts'
import { applyCookieEdits, remember } from './remember.ts'
import { createSealed, importCookieKeys } from './sealed.ts'
import { cookieConfig, NOW_S, servers } from './testing.ts'

interface Visit {
  cookie?: string
  down?: string[]
  method?: string
  status?: number
  origin?: [string, string][]
  /** The server that answers; default: the wish, else B. */
  answers?: string | null
  https?: boolean
  nowS?: number
  codecs?: Codec[]
}

/** One request and its response; what the origin and the client see. */
async function visit(options: Partial<CookieConfig>, given: Visit = {}) {
  const config = cookieConfig(options)
  const codecs = given.codecs ?? [haproxyFormat]
  const nowS = given.nowS ?? NOW_S
  const recalled = await recall(config, codecs, given.cookie ?? null, servers(given.down), nowS)
  const answering = given.answers === undefined ? (recalled.wish ?? 'B') : given.answers
  const headers = new Headers(given.origin)
  const edits = await remember(
    config,
    codecs[0]!,
    recalled,
    {
      method: given.method ?? 'GET',
      status: given.status ?? 200,
      headers,
      serverCookie: answering,
      direct: recalled.wish !== undefined && recalled.wish === answering,
      https: given.https ?? false,
    },
    nowS,
  )
  applyCookieEdits(headers, config, edits)
  return { recalled, edits, setCookie: headers.getSetCookie(), cacheControl: headers.get('cache-control') }
}

describe('recall', () => {
  it.each([
    [undefined, 'none', undefined],
    ['SRV=A', 'valid', 'A'],
    ['SRV=X', 'invalid', undefined],
    ['SRV=', 'invalid', undefined],
    ['SRV="A"', 'invalid', undefined],
    ['SRV=a', 'invalid', undefined],
    ['SRV=AA', 'invalid', undefined],
    ['other=A', 'none', undefined],
    ['SRV=X; SRV=C', 'valid', 'C'],
    ['SRV=A|', 'valid', 'A'],
    ['SRV=A|xx', 'valid', 'A'],
    ['SRV=A|awDWq|awDWq', 'valid', 'A'],
  ] as const)('%s is %s', async (cookie, verdict, wish) => {
    const { recalled } = await visit({}, cookie === undefined ? {} : { cookie })
    expect(recalled.verdict).toBe(verdict)
    expect(recalled.wish).toBe(wish)
  })

  it('says down when the server may keep nobody, and lets another be chosen', async () => {
    const { recalled, setCookie } = await visit({}, { cookie: 'SRV=A', down: ['A'] })
    expect(recalled).toMatchObject({ verdict: 'down', wish: undefined })
    expect(setCookie).toEqual(['SRV=B; path=/'])
  })

  it.each([
    [false, 'x=1; SRV=A', undefined],
    [true, 'x=1; SRV=A', 'x=1'],
    [true, 'SRV=A', null],
    [true, 'SRV=A; SRV=C; x=1', 'x=1'],
    [true, 'SRV=unknown; x=1', 'x=1'],
    [true, 'x=1', undefined],
  ])('with indirect %s shows the origin %s as %s', async (indirect, cookie, cookieForOrigin) => {
    expect((await visit({ indirect }, { cookie })).recalled.cookieForOrigin).toBe(cookieForOrigin)
  })
})

describe('insert', () => {
  it('names the server to a client without a valid cookie, and only then', async () => {
    expect((await visit({})).setCookie).toEqual(['SRV=B; path=/'])
    expect((await visit({}, { cookie: 'SRV=X' })).setCookie).toEqual(['SRV=B; path=/'])
    expect((await visit({}, { cookie: 'SRV=A' })).setCookie).toEqual([])
  })

  it('writes the attributes in the order of HAProxy', async () => {
    const options = {
      domain: ['.example.com', '.foo.org'],
      httponly: true,
      secure: true,
      attr: ['SameSite=None', 'Priority=High'],
    }
    expect((await visit(options)).setCookie).toEqual([
      'SRV=B; path=/; domain=.example.com; domain=.foo.org; HttpOnly; Secure; SameSite=None; Priority=High',
    ])
  })

  it('is Secure on https only when secure is auto', async () => {
    expect((await visit({ secure: 'auto' }, { https: true })).setCookie[0]).toContain('; Secure')
    expect((await visit({ secure: 'auto' }, { https: false })).setCookie[0]).not.toContain('Secure')
  })

  it('names the server that answered after a redispatch, once', async () => {
    expect((await visit({}, { cookie: 'SRV=A', answers: 'C' })).setCookie).toEqual(['SRV=C; path=/'])
  })

  it("deletes the origin's own cookie of that name even when nothing takes its place", async () => {
    const origin: [string, string][] = [
      ['set-cookie', 'SRV=mine; path=/'],
      ['set-cookie', 'sid=1'],
      ['set-cookie', 'SRVX=2'],
    ]
    const { setCookie, edits } = await visit({}, { cookie: 'SRV=A', origin })
    expect(setCookie).toEqual(['sid=1', 'SRVX=2'])
    expect(edits.letter).toBe('D')
    expect((await visit({}, { origin })).setCookie).toEqual(['sid=1', 'SRVX=2', 'SRV=B; path=/'])
  })

  it("with preserve lets the origin's cookie pass and inserts none beside it", async () => {
    const origin: [string, string][] = [['set-cookie', 'SRV=; Max-Age=0']]
    const { setCookie, edits } = await visit({ preserve: true }, { origin })
    expect(setCookie).toEqual(['SRV=; Max-Age=0'])
    expect(edits.letter).toBe('P')
    expect((await visit({ preserve: true })).setCookie).toEqual(['SRV=B; path=/'])
  })

  it('with postonly speaks on POST alone', async () => {
    expect((await visit({ postonly: true })).setCookie).toEqual([])
    expect((await visit({ postonly: true }, { method: 'POST' })).setCookie).toEqual(['SRV=B; path=/'])
  })

  it('removes the cookie when the chosen server has none', async () => {
    expect((await visit({ httponly: true }, { answers: null })).setCookie).toEqual([
      'SRV=; Expires=Thu, 01-Jan-1970 00:00:01 GMT; path=/; HttpOnly',
    ])
  })
})

describe('nocache', () => {
  const etag: [string, string] = ['etag', '"x"']
  it.each([
    ['plain 200', {}, null],
    ['200 with ETag', { origin: [etag] }, 'private'],
    ['302 with ETag', { origin: [etag], status: 302 }, null],
    ['404 with ETag', { origin: [etag], status: 404 }, 'private'],
    ['POST with ETag', { origin: [etag], method: 'POST' }, null],
    ['POST that is public', { origin: [etag, ['cache-control', 'public']], method: 'POST' }, 'public, private'],
    ['max-age=60', { origin: [['cache-control', 'max-age=60']] }, 'max-age=60, private'],
    ['max-age=0', { origin: [etag, ['cache-control', 'max-age=0']] }, 'max-age=0'],
    [
      'max-age=0, s-maxage=9',
      { origin: [['cache-control', 'max-age=0, s-maxage=9']] },
      'max-age=0, s-maxage=9, private',
    ],
    ['no-store', { origin: [etag, ['cache-control', 'no-store']] }, 'no-store'],
    ['no-cache="x"', { origin: [etag, ['cache-control', 'no-cache="x"']] }, 'no-cache="x"'],
    ['Pragma: no-cache', { origin: [etag, ['pragma', 'no-cache']] }, null],
  ] as [string, Visit, string | null][])('%s', async (_, options, cacheControl) => {
    expect((await visit({ nocache: true }, options)).cacheControl).toBe(cacheControl)
    expect((await visit({ nocache: true }, { ...options, cookie: 'SRV=A' })).cacheControl ?? '').not.toMatch(
      /, private|^private/,
    )
  })
})

describe('maxidle and maxlife', () => {
  const both = { maxidleS: 1800, maxlifeS: 28_800 }
  const dated = (lastS: number, firstS?: number) =>
    haproxyFormat.encode('A', { lastS, firstS: firstS ?? null }) as string

  it('write dates in units of four seconds, rounded up (seen on HAProxy)', async () => {
    expect((await visit(both)).setCookie).toEqual(['SRV=B|awDWq|awDWq; path=/'])
    expect((await visit({ maxidleS: 1800 })).setCookie).toEqual(['SRV=B|awDWq; path=/'])
    expect((await visit(both, { nowS: NOW_S - 3 })).setCookie).toEqual(['SRV=B|awDWq|awDWq; path=/'])
  })

  it('refresh the last date, keep the first, and say nothing within the same four seconds', async () => {
    const cookie = `SRV=${dated(NOW_S - 100, NOW_S - 1000)}`
    const { setCookie, edits } = await visit(both, { cookie })
    expect(setCookie).toEqual([`SRV=${dated(NOW_S, NOW_S - 1000)}; path=/`])
    expect(edits.letter).toBe('U')
    expect((await visit(both, { cookie: `SRV=${dated(NOW_S, NOW_S)}` })).setCookie).toEqual([])
  })

  it.each([
    [1800, 0, 'valid'],
    [1804, 0, 'expired'],
    [0, 28_800, 'valid'],
    [0, 28_804, 'old'],
    [1804, 28_804, 'old'],
    [-86_400, 0, 'valid'],
    [-86_404, 0, 'expired'],
    [0, -86_404, 'old'],
  ])('idle for %d s and first seen %d s ago is %s', async (idle, life, verdict) => {
    const cookie = `SRV=${dated(NOW_S - idle, NOW_S - life)}`
    const { recalled, setCookie } = await visit(both, { cookie })
    expect(recalled.verdict).toBe(verdict)
    // Both dates are forgotten: the client begins anew.
    if (verdict !== 'valid') expect(setCookie).toEqual(['SRV=B|awDWq|awDWq; path=/'])
  })

  it('take a cookie without dates and add them', async () => {
    const { recalled, setCookie } = await visit(both, { cookie: 'SRV=A' })
    expect(recalled.verdict).toBe('valid')
    expect(setCookie).toEqual(['SRV=A|awDWq|awDWq; path=/'])
  })

  it('that were switched off drop the dates again', async () => {
    const { setCookie } = await visit({}, { cookie: `SRV=${dated(NOW_S - 100, NOW_S - 100)}` })
    expect(setCookie).toEqual(['SRV=A; path=/'])
  })

  it('keep the first date of a client whose server is unknown', async () => {
    const value = haproxyFormat.encode('X', { lastS: NOW_S - 4, firstS: NOW_S - 1000 }) as string
    expect((await visit(both, { cookie: `SRV=${value}` })).setCookie).toEqual([
      `SRV=${dated(NOW_S, NOW_S - 1000).replace('A', 'B')}; path=/`,
    ])
  })
})

describe('moving from HAProxy to sealed cookies', () => {
  const options = { format: 'sealed', accept: ['sealed', 'haproxy'] } as const
  const codecs = async () => [
    await createSealed(await importCookieKeys('a-key-of-enough-length'), 'app', 'SRV', ['A', 'B', 'C']),
    haproxyFormat,
  ]

  it('keeps the client on its server and gives it the new format, once', async () => {
    const both = await codecs()
    const first = await visit(options, { cookie: 'SRV=A', codecs: both })
    expect(first.recalled).toMatchObject({ verdict: 'valid', wish: 'A' })
    expect(first.setCookie).toHaveLength(1)
    const value = /^SRV=([\w-]{34});/.exec(first.setCookie[0]!)![1]
    const second = await visit(options, { cookie: `SRV=${value}`, codecs: both })
    expect(second.recalled).toMatchObject({ verdict: 'valid', wish: 'A' })
    expect(second.setCookie).toEqual([])
  })

  it('prefers a good cookie to a forged one of the same name, whatever their order', async () => {
    const sealedOnly = [(await codecs())[0]!]
    const good = await sealedOnly[0]!.encode('C', { lastS: null, firstS: null })
    for (const cookie of [`SRV=A; SRV=${good}`, `SRV=${good}; SRV=A`, `SRV=${good.slice(1)}, SRV=${good}`]) {
      const { recalled } = await visit({ format: 'sealed' }, { cookie, codecs: sealedOnly })
      expect(recalled).toMatchObject({ verdict: 'valid', wish: 'C' })
    }
  })
})

describe('the other modes', () => {
  const own: [string, string][] = [['set-cookie', 'SRV=x; Path=/app; HttpOnly']]

  it.each([
    ['passive', 'SRV=A', 'valid', undefined, ['SRV=x; Path=/app; HttpOnly'], 'P'],
    ['rewrite', 'SRV=A', 'valid', undefined, ['SRV=A; Path=/app; HttpOnly'], 'R'],
    ['rewrite', undefined, 'none', undefined, ['SRV=B; Path=/app; HttpOnly'], 'R'],
    ['prefix', 'SRV=A~1~2; y=1', 'valid', 'SRV=1~2; y=1', ['SRV=A~x; Path=/app; HttpOnly'], 'R'],
    ['prefix', 'SRV=Z~1', 'invalid', 'SRV=1', ['SRV=B~x; Path=/app; HttpOnly'], 'R'],
    ['prefix', 'SRV=A', 'valid', undefined, ['SRV=A~x; Path=/app; HttpOnly'], 'R'],
    ['prefix', 'SRV=A|awDWq~1', 'invalid', 'SRV=1', ['SRV=B~x; Path=/app; HttpOnly'], 'R'],
  ] as const)('%s with %s', async (mode, cookie, verdict, forOrigin, setCookie, letter) => {
    const codecs = mode === 'prefix' ? [haproxyUndated] : [haproxyFormat]
    const seen = await visit({ mode }, { ...(cookie === undefined ? {} : { cookie }), origin: own, codecs })
    expect(seen.recalled).toMatchObject({ verdict, cookieForOrigin: forOrigin })
    expect(seen.setCookie).toEqual(setCookie)
    expect(seen.edits.letter).toBe(letter)
  })

  it.each(['passive', 'rewrite', 'prefix'] as const)('%s adds nothing of its own', async (mode) => {
    const seen = await visit({ mode, nocache: true, httponly: true }, { origin: [['etag', 'x']] })
    expect(seen).toMatchObject({ setCookie: [], cacheControl: null, edits: { letter: 'N' } })
  })

  it("passive and indirect takes the origin's cookie from a client that has one", async () => {
    const options = { mode: 'passive', indirect: true } as const
    expect(await visit(options, { cookie: 'SRV=A', origin: own })).toMatchObject({ setCookie: [] })
    expect((await visit(options, { origin: own })).setCookie).toEqual(own.map(([, line]) => line))
  })

  it("leaves the origin's cookie alone when the server has no value", async () => {
    for (const mode of ['rewrite', 'prefix'] as const) {
      expect((await visit({ mode }, { origin: own, answers: null })).setCookie).toEqual(own.map(([, line]) => line))
    }
  })

  it('prefix and rewrite in their sealed forms come back', async () => {
    const keys = await importCookieKeys('a key of sixteen characters and more')
    const sealed = await createSealed(keys, 'app', 'SRV', ['A', 'B', 'C'])
    for (const mode of ['rewrite', 'prefix'] as const) {
      const options = { mode, format: 'sealed' } as const
      const { setCookie } = await visit(options, { origin: own, codecs: [sealed] })
      const cookie = setCookie[0]!.split(';')[0]!
      expect(cookie).not.toMatch(/=B/)
      const back = await visit(options, { cookie, codecs: [sealed] })
      expect(back.recalled).toMatchObject({ verdict: 'valid', wish: 'B' })
      if (mode === 'prefix') expect(back.recalled.cookieForOrigin).toBe('SRV=x')
    }
  })
})
