// Recall and remember together, against what HAProxy 2.6 does (in HAProxy's own cookie format).

import { describe, expect, it } from 'vitest'

import type { CookieConfig } from '../config/config.ts'
import { fieldsOf } from '../http/fields.ts'
import type { MutableFields } from '../http/fields.ts'
import type { Codec } from './codec.ts'
import { haproxyFormat, haproxyUndated } from './haproxy-format.ts'
import { MAX_CHECKS, NOT_RECALLED, recall, VERDICT_LETTER } from './recall.ts'
import type { ReadableCookie } from './recall.ts'
import { applyCookieEdits, NO_EDITS, remember } from './remember.ts'
import { createSealed, importCookieKeys } from './sealed.ts'
import { cookieConfig, NOW_S, servers } from './testing.ts'

interface Visit {
  cookie?: string
  down?: string[]
  persistsDown?: boolean
  method?: string
  status?: number
  origin?: [string, string][]
  /** The server that answers; default: the wish, else B. */
  answers?: string | null
  https?: boolean
  nowS?: number
  codecs?: Codec[]
  former?: ReadableCookie[]
}

/** Node's Headers refuse what workerd's read of a byte that is no UTF-8. */
class UndecodedHeaders extends Headers {
  readonly #lines: [string, string][]
  constructor(lines: readonly [string, string][]) {
    super()
    this.#lines = [...lines]
  }
  override getSetCookie() {
    return this.#lines.filter(([name]) => name === 'set-cookie').map(([, line]) => line)
  }
  override get(name: string) {
    return this.#lines.find(([each]) => each === name)?.[1] ?? null
  }
  override has(name: string) {
    return this.get(name) !== null
  }
  override append(name: string, line: string) {
    this.#lines.push([name, line])
  }
  override delete(name: string) {
    this.#lines.splice(0, Infinity, ...this.#lines.filter(([each]) => each !== name))
  }
}

function headersOf(lines: [string, string][]): MutableFields {
  return fieldsOf(lines.some(([, line]) => line.includes('\ufffd')) ? new UndecodedHeaders(lines) : new Headers(lines))
}

/** One request and its response; what the origin and the client see. */
async function visit(options: Partial<CookieConfig>, given: Visit = {}) {
  const config = cookieConfig(options)
  const codecs = given.codecs ?? [haproxyFormat]
  const nowS = given.nowS ?? NOW_S
  const among = servers(given.down, given.persistsDown)
  const recalled = await recall(config, codecs, given.cookie ?? null, among, nowS, given.former)
  const answering = given.answers === undefined ? (recalled.wish ?? 'B') : given.answers
  const headers = headersOf(given.origin ?? [])
  const forOrigin = recalled.cookieForOrigin === undefined ? given.cookie : (recalled.cookieForOrigin ?? undefined)
  const edits = await remember(
    config,
    codecs[0]!,
    recalled,
    {
      method: given.method ?? 'GET',
      status: given.status ?? 200,
      headers,
      requestHeaders: headersOf(forOrigin === undefined ? [] : [['cookie', forOrigin]]),
      serverCookie: answering,
      direct: recalled.wish !== undefined && recalled.wish === answering,
      https: given.https ?? false,
    },
    nowS,
  )
  applyCookieEdits(headers, config, edits)
  return { recalled, edits, setCookie: headers.all('set-cookie'), cacheControl: headers.get('cache-control') }
}

describe('recall', () => {
  it("has HAProxy's letter for each verdict", () => {
    const letters = { none: 'N', invalid: 'I', down: 'D', valid: 'V', expired: 'E', old: 'O', unused: 'U' }
    expect(VERDICT_LETTER).toEqual(letters)
  })

  it.each([
    [undefined, 'none', undefined],
    ['SRV=A', 'valid', 'A'],
    ['SRV=X', 'invalid', undefined],
    ['SRV=', 'invalid', undefined],
    ['SRV="A"', 'invalid', undefined],
    ['SRV=a', 'invalid', undefined],
    ['SRV=AA', 'invalid', undefined],
    ['SRV=A~x', 'invalid', undefined],
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

  it.each(['SRV=A; SRV=X', 'SRV=X; SRV=A', 'SRV=; SRV=A; SRV=X'])('knows of %s the best', async (cookie) => {
    expect((await visit({}, { cookie, down: ['A'] })).recalled.verdict).toBe('down')
    expect((await visit({}, { cookie: `${cookie}; SRV=C`, down: ['A'] })).recalled.wish).toBe('C')
  })

  it('sends a client to its server that is down where that is wanted, of two the first', async () => {
    const down = { down: ['A', 'C'], persistsDown: true }
    expect((await visit({}, { cookie: 'SRV=A; SRV=C', ...down })).recalled).toMatchObject({
      verdict: 'down',
      wish: 'A',
    })
    expect((await visit({}, { cookie: 'SRV=A; SRV=B', ...down })).recalled).toMatchObject({
      verdict: 'valid',
      wish: 'B',
    })
    expect((await visit({}, { cookie: 'SRV=X', ...down })).recalled).toMatchObject({
      verdict: 'invalid',
      wish: undefined,
    })
  })

  it('takes the first of several servers with one cookie that may be used, or else the first', async () => {
    const one = (down: readonly string[], persistsDown = false) => ({
      named: () => ['A', 'B'],
      servable: (name: string) => !down.includes(name),
      persistsDown: () => persistsDown,
    })
    const wishOf = async (...given: Parameters<typeof one>) =>
      (await recall(cookieConfig(), [haproxyFormat], 'SRV=x', one(...given), NOW_S)).wish
    expect([await wishOf([]), await wishOf(['A'])]).toEqual(['A', 'B'])
    expect([await wishOf(['A', 'B']), await wishOf(['A', 'B'], true)]).toEqual([undefined, 'A'])
  })

  it.each<[CookieConfig['mode'], string, string | undefined]>([
    ['insert', 'x=1, SRV=A, y=2', 'x=1; SRV=A; y=2'],
    ['rewrite', 'x=1, SRV=A, y=2', 'x=1; SRV=A, y=2'],
    ['passive', 'SRV=A, y=2', undefined],
    ['prefix', 'SRV=A~v, y=2', 'SRV=v, y=2'],
  ])(
    'takes two lines apart where a cookie shows that there were two: in mode %s %s is %s',
    async (mode, cookie, expected) => {
      const codecs = [mode === 'prefix' ? haproxyUndated : haproxyFormat]
      expect((await visit({ mode }, { cookie, codecs })).recalled.cookieForOrigin).toBe(expected)
    },
  )

  it('keeps no cookie from the origin that may be its own', async () => {
    for (const mode of ['rewrite', 'passive'] as const) {
      const { recalled } = await visit({ mode, indirect: true }, { cookie: 'SRV=A; x=1' })
      expect(recalled).toMatchObject({ wish: 'A', cookieForOrigin: undefined })
    }
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

  it("knows the origin's own cookie by its whole name", async () => {
    const originOf = (...lines: string[]) => ({ origin: lines.map((line): [string, string] => ['set-cookie', line]) })
    expect((await visit({}, { cookie: 'SRV=A', ...originOf('SRV =mine', 'sid=1') })).setCookie).toEqual(['sid=1'])
    expect((await visit({ name: 'S' }, { cookie: 'S=A', ...originOf('S=mine', 'sid=1') })).setCookie).toEqual(['sid=1'])
    const nameless = originOf('SRV', 'sid=1')
    expect((await visit({ name: 'SR' }, { cookie: 'SR=A', ...nameless })).setCookie).toEqual(['SRV', 'sid=1'])
  })

  it('writes nothing to a client that another rule sent to its server, and that had no cookie', async () => {
    for (const config of [cookieConfig(), cookieConfig({ format: 'sealed' })]) {
      const answered = {
        method: 'GET',
        status: 200,
        headers: headersOf([]),
        requestHeaders: headersOf([]),
        serverCookie: 'A',
        direct: true,
        https: false,
      }
      expect(await remember(config, haproxyFormat, NOT_RECALLED, answered, NOW_S)).toEqual(NO_EDITS)
    }
    expect(applyCookieEdits(headersOf([['set-cookie', 'SRV=x']]), cookieConfig(), NO_EDITS)).toBe(true)
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

  it.each<[string, Partial<CookieConfig>, string, string | undefined]>([
    ['no date is wanted, and the one that is there has passed', {}, 'A|awDWp', 'A'],
    ['no first date is wanted', { maxidleS: 1800 }, 'A|awDWq|awDWq', 'A|awDWq'],
    ['no last date is wanted, but it is there', { maxlifeS: 28_800 }, 'A|awDWq|awDWq', undefined],
    ['a last date is missing', { maxidleS: 1800 }, 'A', 'A|awDWq'],
    ['both dates are missing', { maxlifeS: 28_800 }, 'A', 'A|awDWq|awDWq'],
    ['a first date is missing', { maxlifeS: 28_800 }, 'A|awDWq', 'A|awDWq|awDWq'],
    ['nothing is missing', { maxidleS: 1800 }, 'A|awDWq', undefined],
  ])('write the cookie anew where %s: %j, %s', async (_, options, had, given) => {
    const { setCookie } = await visit(options, { cookie: `SRV=${had}` })
    expect(setCookie).toEqual(given === undefined ? [] : [`SRV=${given}; path=/`])
  })

  it('of which only maxlife is wanted are both written', async () => {
    expect((await visit({ maxlifeS: 28_800 })).setCookie).toEqual(['SRV=B|awDWq|awDWq; path=/'])
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

  it('understands both formats in whatever order they are accepted', async () => {
    const [sealed] = await codecs()
    const [other] = await codecs()
    for (const dates of [
      { lastS: null, firstS: null },
      { lastS: NOW_S, firstS: null },
    ]) {
      const cookie = `SRV=${await other!.encode('C', dates)}`
      for (const order of [
        [sealed!, haproxyFormat],
        [haproxyFormat, sealed!],
      ]) {
        const { recalled } = await visit({ ...options, maxidleS: 1800 }, { cookie, codecs: order })
        expect(recalled).toMatchObject({ verdict: 'valid', wish: 'C', format: 'sealed' })
      }
    }
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

describe('forged cookies of the name before the good one, as a sibling domain can set them', () => {
  const keys = () => importCookieKeys('a key of sixteen characters and more')
  const dated = { lastS: NOW_S - 100, firstS: NOW_S - 400 }
  const limits = { format: 'sealed', maxidleS: 1800, maxlifeS: 28_800 } as const
  const sealed = async () => createSealed(await keys(), 'app', 'SRV', ['A', 'B', 'C'])
  /** Everything but the signature is right. */
  const forge = (value: string, n: number) => value.slice(0, -6) + n.toString(36).padStart(6, '0')
  const counting = (codec: Codec) => {
    const checked: string[] = []
    const verify = (value: string) => {
      checked.push(value)
      return codec.verify(value)
    }
    return { codec: { ...codec, verify }, checked }
  }

  it.each([
    ['plain words', () => 's1'],
    ['values that are too long', () => 'x'.repeat(100)],
    ['values of another layout', (value: string) => `${value}AA`],
    ['values that are no base64url', (value: string) => `${value.slice(0, -1)}=`],
  ])('do not cost the client its server: %s cost no check', async (_, forged) => {
    const good = await (await sealed()).encode('C', dated)
    const cookie = [...Array.from({ length: 500 }, () => `SRV=${forged(good)}`), `SRV=${good}`].join('; ')
    const { codec, checked } = counting(await sealed())
    const { recalled } = await visit(limits, { cookie, codecs: [codec] })
    expect(recalled).toMatchObject({ verdict: 'valid', wish: 'C' })
    expect(checked).toEqual([good])
  })

  it('do not cost the client its server: as many well-formed ones as a browser keeps', async () => {
    const good = await (await sealed()).encode('C', dated)
    const forged = Array.from({ length: 179 }, (_, n) => `SRV=${forge(good, n)}`)
    const cookie = [...forged, `SRV=${good}`].join('; ')
    for (const others of [[], [haproxyFormat]]) {
      const { recalled } = await visit(limits, { cookie, codecs: [await sealed(), ...others] })
      expect(recalled).toMatchObject({ verdict: 'valid', wish: 'C' })
    }
  })

  it('behind the good one are not checked', async () => {
    const good = await (await sealed()).encode('C', dated)
    const { codec, checked } = counting(await sealed())
    const cookie = [good, forge(good, 1), forge(good, 2)].map((value) => `SRV=${value}`).join('; ')
    expect((await visit(limits, { cookie, codecs: [codec] })).recalled.wish).toBe('C')
    expect(checked).toEqual([good])
  })

  it('cost a bounded number of checks, however many there are, and each value one', async () => {
    const good = await (await sealed()).encode('C', dated)
    const forged = Array.from({ length: 3000 }, (_, n) => `SRV=${forge(good, n)}`)
    const many = counting(await sealed())
    expect((await visit(limits, { cookie: forged.join('; '), codecs: [many.codec] })).recalled.verdict).toBe('invalid')
    expect(many.checked).toHaveLength(MAX_CHECKS)
    const same = counting(await sealed())
    const cookie = `${`SRV=${forge(good, 1)}; `.repeat(3000)}SRV=${good}`
    expect((await visit(limits, { cookie, codecs: [same.codec] })).recalled.wish).toBe('C')
    expect(same.checked).toHaveLength(2)
  })

  it('cost no check at all once the good one is known, wherever it stands', async () => {
    const good = await (await sealed()).encode('C', dated)
    const { codec, checked } = counting(await sealed())
    await visit(limits, { cookie: `SRV=${good}`, codecs: [codec] })
    expect(checked).toHaveLength(1)
    const forged = Array.from({ length: 3000 }, (_, n) => `SRV=${forge(good, n)}`)
    const { recalled } = await visit(limits, { cookie: [...forged, `SRV=${good}`].join('; '), codecs: [codec] })
    expect(recalled.wish).toBe('C')
    expect(checked).toHaveLength(1)
  })

  it("do not matter in HAProxy's format, whose values cost no check", async () => {
    const cookie = `${'SRV=forged; '.repeat(3000)}SRV=C`
    expect((await visit({}, { cookie })).recalled).toMatchObject({ verdict: 'valid', wish: 'C' })
  })

  it('do not matter when the good one needs no check: without dates', async () => {
    const good = await (await sealed()).encode('C', { lastS: null, firstS: null })
    const cookie = `${`SRV=${good.slice(1)}A; `.repeat(3000)}SRV=${good}`
    const { codec, checked } = counting(await sealed())
    expect((await visit({ format: 'sealed' }, { cookie, codecs: [codec] })).recalled.wish).toBe('C')
    expect(checked).toEqual([])
  })
})

describe('a cookie with a former name', () => {
  const options = { name: 'SRV-api', formerly: ['SRV'], indirect: true }
  const former = [{ name: 'SRV', codecs: [haproxyFormat] }]

  it('is read, is kept from the origin, and the client gets one with the new name', async () => {
    const seen = await visit(options, { cookie: 'SRV=A; x=1', former })
    expect(seen.recalled).toMatchObject({ verdict: 'valid', wish: 'A', isFormer: true, cookieForOrigin: 'x=1' })
    expect(seen.setCookie).toEqual(['SRV-api=A; path=/'])
    expect(seen.edits.letter).toBe('U')
  })

  it('says nothing once there is a new one, and again when the new one is worth nothing', async () => {
    const both = await visit(options, { cookie: 'SRV=A; SRV-api=B', former })
    expect(both.recalled).toMatchObject({ wish: 'B', isFormer: false, cookieForOrigin: null })
    expect(both.setCookie).toEqual([])
    const stale = await visit(options, { cookie: 'SRV-api=gone; SRV=C', former })
    expect(stale.recalled).toMatchObject({ verdict: 'valid', wish: 'C' })
    expect(stale.setCookie).toEqual(['SRV-api=C; path=/'])
  })

  it('comes after a new one that has to be verified first', async () => {
    const keys = await importCookieKeys('a key of sixteen characters and more')
    const limits = { format: 'sealed', accept: ['sealed', 'haproxy'], maxidleS: 1800 } as const
    const dates = { lastS: NOW_S, firstS: null }
    const writes = await createSealed(keys, 'app', 'SRV-api', ['A', 'B', 'C'])
    const reads = await createSealed(keys, 'app', 'SRV-api', ['A', 'B', 'C'])
    const cookie = `SRV=A; SRV-api=${await writes.encode('B', dates)}`
    const seen = await visit({ ...options, ...limits }, { cookie, codecs: [reads, haproxyFormat], former })
    expect(seen.recalled).toMatchObject({ wish: 'B', isFormer: false })
    expect(seen.setCookie).toEqual([])
  })

  it('that is sealed is verified as what it was', async () => {
    const keys = await importCookieKeys('a key of sixteen characters and more')
    const limits = { ...options, format: 'sealed', maxidleS: 1800 } as const
    const old = () => createSealed(keys, 'app', 'SRV', ['A', 'B', 'C'])
    const current = await createSealed(keys, 'app', 'SRV-api', ['A', 'B', 'C'])
    const value = await (await old()).encode('C', { lastS: NOW_S, firstS: null })
    const readers = { codecs: [current], former: [{ name: 'SRV', codecs: [await old()] }] }
    expect((await visit(limits, { cookie: `SRV=${value}`, ...readers })).recalled.wish).toBe('C')
    expect((await visit(limits, { cookie: `SRV-api=${value}`, ...readers })).recalled.verdict).toBe('invalid')
  })
})

describe("other applications' cookies", () => {
  it.each([
    ['pref=lang=de, theme=dark', undefined],
    ['pref=lang=de, theme=dark; SRV=A', 'pref=lang=de, theme=dark'],
    ['q="a, b=1"; SRV=A', 'q="a, b=1"'],
    ['a=1;b=2;  c={"b":"x;y"}; SRV=A', 'a=1;b=2;  c={"b":"x;y"}'],
  ])('%s reach the origin byte for byte', async (cookie, forOrigin) => {
    expect((await visit({ indirect: true }, { cookie })).recalled.cookieForOrigin).toBe(forOrigin)
    for (const mode of ['insert', 'prefix', 'rewrite', 'passive'] as const) {
      expect((await visit({ mode }, { cookie })).recalled.cookieForOrigin).toBeUndefined()
    }
  })
})

describe('bytes that a Worker cannot read (U+FFFD in their place)', () => {
  const LOST = 'name=Jos\ufffd'

  it('are not lost: the Cookie header stays as it is, with our cookie in it, and that is told', async () => {
    for (const options of [{ indirect: true }, { indirect: true, formerly: ['OLD'] }]) {
      const { recalled } = await visit(options, { cookie: `${LOST}; SRV=A` })
      expect(recalled).toMatchObject({ verdict: 'valid', cookieForOrigin: undefined, isLeftAlone: true })
    }
    expect((await visit({}, { cookie: `${LOST}, SRV=A` })).recalled.cookieForOrigin).toBeUndefined()
    expect((await visit({ indirect: true }, { cookie: LOST })).recalled.isLeftAlone).toBe(false)
    expect((await visit({}, { cookie: `${LOST}; SRV=A` })).recalled).toMatchObject({ wish: 'A', isLeftAlone: false })
  })

  it('are given up for the session in mode prefix', async () => {
    const { recalled } = await visit({ mode: 'prefix' }, { cookie: `${LOST}; SRV=A~x` })
    expect(recalled).toMatchObject({ cookieForOrigin: `${LOST}; SRV=x`, isLeftAlone: false })
  })

  it('are not lost in Set-Cookie: what replaces a line follows it', async () => {
    const origin: [string, string][] = [
      ['set-cookie', 'SRV=x; Path=/app'],
      ['set-cookie', LOST],
    ]
    const lines = origin.map(([, line]) => line)
    expect((await visit({}, { origin })).setCookie).toEqual([...lines, 'SRV=B; path=/'])
    expect((await visit({ mode: 'rewrite' }, { origin })).setCookie).toEqual([...lines, 'SRV=B; Path=/app'])
    expect((await visit({ mode: 'prefix' }, { origin })).setCookie).toEqual([...lines, 'SRV=B~x; Path=/app'])
    const set = headersOf(origin)
    const edits = { letter: 'R', editOrigins: () => 'B', setCookie: null, addPrivate: false } as const
    expect(applyCookieEdits(set, cookieConfig(), edits)).toBe(false)
    expect(applyCookieEdits(headersOf(origin.slice(0, 1)), cookieConfig(), edits)).toBe(true)
  })
})

describe('skipCacheable', () => {
  const control = (value: string): [string, string] => ['cache-control', value]
  const options = { skipCacheable: true, nocache: true, indirect: true }
  const isPinned = async (given: Visit) =>
    (await visit(options, given)).setCookie.some((line) => line.startsWith('SRV='))

  it.each([
    ['public, max-age=31536000, immutable', false],
    ['immutable', false],
    ['max-age=31536000, immutable', false],
    ['max-age=0, immutable', true],
    ['public, max-age=60', false],
    ['max-age=60, public', false],
    ['PUBLIC, Max-Age=60', false],
    ['public,max-age=60', false],
    ['public, max-age="60"', false],
    ['public, s-maxage=300', false],
    ['public, max-age=0, s-maxage=300', false],
    // What a shared cache may not reuse without asking.
    ['public, max-age=0', true],
    ['public, max-age=60, s-maxage=0', true],
    ['public', true],
    ['public, max-age=60, max-age=0', true],
    ['public, max-age=soon', true],
    ['public, max-age=-1', true],
    ['public, max-age=60s', true],
    ['max-age=soon, immutable', true],
    ['public, max-age=60, stale-while-revalidate=0', false],
    ['public, max-age', true],
    ['max-age=60', true],
    ['s-maxage=300', true],
    ['private, max-age=60, immutable', true],
    ['public, max-age=60, private', true],
    ['public, private="set-cookie", max-age=60', true],
    ['public, max-age=60, no-store', true],
    ['public, max-age=60, no-cache', true],
    ['no-cache', true],
    ['', true],
    // Words that only look like it.
    ['publicly, max-age=60', true],
    ['x-immutable', true],
    ['ext="a, public, max-age=60, b"', true],
    ['public, ext="max-age=60"', true],
    ['ext="a, public, max-age=60', true],
    [String.raw`ext="\", immutable, "`, true],
  ])('a new client of an answer with "%s" gets a cookie: %s', async (value, expected) => {
    const origin = value === '' ? [] : [control(value)]
    for (const method of ['GET', 'HEAD']) expect(await isPinned({ origin, method })).toBe(expected)
    const { cacheControl } = await visit(options, { origin })
    if (!expected) expect(cacheControl).toBe(value)
  })

  const shared: [string, string][] = [control('public, max-age=60')]
  it.each<[string, Visit, boolean]>([
    ['nothing else', {}, false],
    ['the session that the origin begins with it', { origin: [...shared, ['set-cookie', 'sid=1']] }, true],
    ['a cookie of the application', { cookie: 'sid=1' }, true],
    ['a cookie of the application beside a stale one of ours', { cookie: 'SRV=gone; sid=1' }, true],
    ['a stale cookie of ours alone', { cookie: 'SRV=gone' }, false],
    ['a good cookie of ours alone', { cookie: 'SRV=A' }, false],
    ['a cookie of ours whose server is down', { cookie: 'SRV=A', down: ['A'] }, false],
    ['a POST', { method: 'POST' }, true],
    ['a PUT', { method: 'PUT' }, true],
    ['Vary: *', { origin: [...shared, ['vary', '*']] }, true],
    ['Vary: Cookie', { origin: [...shared, ['vary', 'cookie']] }, false],
    ['a 404', { status: 404 }, false],
    ['a 304', { status: 304 }, false],
  ])('with %s', async (_, given, expected) => {
    expect(await isPinned({ origin: shared, ...given })).toBe(expected)
  })

  it('knows a cookie of ours that the origin sees, too, under its former names', async () => {
    const shown = { ...options, indirect: false, formerly: ['OLD'] }
    const isPinnedWith = async (cookie: string) => (await visit(shown, { origin: shared, cookie })).setCookie.length > 0
    expect(await isPinnedWith('SRV=gone')).toBe(false)
    expect(await isPinnedWith('SRV=gone; OLD=x')).toBe(false)
    expect(await isPinnedWith('OLD=x')).toBe(false)
    expect(await isPinnedWith('SRV=gone; sid=1')).toBe(true)
  })

  it("is not HAProxy's way: there everybody gets a cookie", async () => {
    const seen = await visit({ nocache: true }, { origin: [control('public, max-age=31536000, immutable')] })
    expect(seen.setCookie).toEqual(['SRV=B; path=/'])
    expect(seen.cacheControl).toBe('public, max-age=31536000, immutable, private')
  })

  it('keeps what a client has: its cookie is neither renewed nor taken away by a file', async () => {
    const dated = { ...options, maxidleS: 1800 }
    const cookie = `SRV=${haproxyFormat.encode('A', { lastS: NOW_S - 100, firstS: null }) as string}`
    expect((await visit(dated, { cookie, origin: shared })).setCookie).toEqual([])
    expect((await visit(dated, { cookie })).setCookie).toHaveLength(1)
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

  it.each([
    ['rewrite', 'SRV=x', 'SRV=B'],
    ['rewrite', 'SRV=', 'SRV=B'],
    ['rewrite', 'SRV= x ; Path=/', 'SRV=B; Path=/'],
    ['prefix', 'SRV=x', 'SRV=B~x'],
    ['prefix', 'SRV= x ; Path=/; a=b', 'SRV=B~x; Path=/; a=b'],
  ] as const)('%s makes of %s %s', async (mode, line, expected) => {
    expect((await visit({ mode }, { origin: [['set-cookie', line]] })).setCookie).toEqual([expected])
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
