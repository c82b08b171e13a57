// One request at one backend: what rules, cookies and stick rules make of it and of the answer, and what the client is told when there
// is none.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { answers, hangs, refuses, resets } from '../testing.ts'
import { asking, discardable, own, post, requestWith, unreachable, works } from './testing.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: 1_800_000_000_000 }))
afterEach(() => void vi.useRealTimers())

const DOWN = { health: 'down' } as const

describe('a server that is down', () => {
  it.each([503, 404])('costs its clients a %i under onDown, and new ones nothing', async (onDown) => {
    const { held, ask } = await asking({ onDown })
    held.setStates({ 'app/s1': DOWN })
    expect(await ask(own('s1'))).toMatchObject({ status: onDown, sent: '' })
    expect(held.lines.at(-1)).toMatchObject({ termination: 'SC', verdict: 'DN', server: null })
    expect(await ask()).toMatchObject({ status: 200, sent: 's2' })
    expect(await ask(own('s3'))).toMatchObject({ status: 200, sent: 's3' })
  })

  it('costs a key’s clients the same', async () => {
    const stick = { stickTable: { type: 'string', size: 100, expire: '1h' }, stick: [{ on: 'req.hdr(x-user)' }] }
    const { held, ask } = await asking({ ...stick, cookie: undefined, onDown: 404 })
    const ann = () => requestWith({ 'x-user': 'ann' })
    expect((await ask(ann())).sent).toBe('s1')
    expect(await ask(ann())).toMatchObject({ status: 200, sent: 's1' })
    held.setStates({ 'app/s1': DOWN })
    expect(await ask(ann())).toMatchObject({ status: 404, sent: '' })
    expect(await ask()).toMatchObject({ status: 200 })
  })
})

describe('without a server that answers', () => {
  it('a client is told so in the words of who could not', async () => {
    for (const [serve, more, status, termination] of [
      [refuses, {}, 503, 'SC'],
      [hangs, { timeouts: { server: '1s' } }, 504, 'sH'],
      [discardable(777).serve, { retryOn: ['conn-failure'] }, 502, 'PH'],
    ] as const) {
      const { held, ask } = await asking({ retries: 0, ...more })
      held.servers.set('s1', serve)
      const answered = await ask()
      expect(answered.status).toBe(status)
      expect(answered.body).not.toContain('POST')
      expect(held.lines.at(-1)).toMatchObject({ termination, server: 's1', status })
      expect(held.tallies.get('frontend:main')!.counts.ereq).toBe(0)
    }
  })

  it('a client whose server is to blame for a timeout gets 504, whatever onDown says', async () => {
    const { held, ask } = await asking({ onDown: 404, retries: 0, timeouts: { server: '1s' } })
    held.servers.set('s1', hangs)
    expect((await ask(own('s1'))).status).toBe(504)
    held.servers.set('s1', resets)
    expect((await ask(own('s1'))).status).toBe(404)
    for (const server of ['s2', 's3']) held.servers.set(server, resets)
    expect((await ask()).status).toBe(503)
  })

  it('the server is noted that was asked last, and bytes are its own', async () => {
    const { held, ask } = await asking({}, {}, { countBytes: true })
    held.servers.set('s1', answers(200, { 'content-length': '4' }, 'four'))
    await ask()
    expect(held.tallies.get('server:app/s1')!.counts.bout).toBe(4)
  })
})

describe('response rules', () => {
  const denying = (status: number) => ({
    responseRules: [{ do: { deny: { status } } }],
  })

  it('see what the server answered', async () => {
    const { held, ask } = await asking({
      responseRules: [
        {
          if: { sample: 'status', values: '404' },
          do: { setHeader: { name: 'X-Missing', value: '%[res.hdr(x-why)]' } },
        },
      ],
    })
    held.servers.set('s1', answers(404, { 'x-why': 'gone' }))
    held.servers.set('s2', answers(200, { 'x-why': 'gone' }))
    expect((await ask()).headers.get('x-missing')).toBe('gone')
    expect((await ask()).headers.get('x-missing')).toBeNull()
  })

  it('that refuse an answer discard it, and set no cookie', async () => {
    const { held, ask } = await asking(denying(403))
    const { seen, serve } = discardable(200)
    held.servers.set('s1', serve)
    const { status, headers } = await ask()
    expect([status, headers.get('set-cookie'), seen.discarded]).toEqual([403, null, 1])
    expect(held.lines.at(-1)).toMatchObject({ termination: 'PH', server: 's1' })
    for (const key of ['backend:app', 'server:app/s1'] as const) expect(held.tallies.get(key)!.counts.dresp).toBe(1)
  })

  it('that answer themselves refuse nothing', async () => {
    const { held, ask } = await asking({ responseRules: [{ do: { return: { status: 200, body: 'mine' } } }] })
    const { body } = await ask()
    expect(body).toBe('mine')
    expect(held.tallies.get('backend:app')!.counts.dresp).toBe(0)
  })
})

describe('what a server learns of a request', () => {
  it('is its method, and a Host that rules have changed', async () => {
    const { held, ask } = await asking({ rules: [{ do: { setHeader: { name: 'Host', value: 'inner.example' } } }] })
    await ask(post())
    expect(held.sent[0]).toMatchObject({ method: 'POST', askedHost: 'www.example.com', host: 'server' })
    const { held: other, ask: asked } = await asking({ host: 'client' })
    await asked()
    expect(other.sent[0]).toMatchObject({ method: 'GET', host: 'client' })
    expect(held.sent[0]!.headers.get('host')).toBe('inner.example')
    expect(held.sent[0]!.url.host).toBe('inner.example')
  })

  it('is the last Host that could be sent where rules have made one that is none, which is told', async () => {
    const told: string[] = []
    const leftAlone = (backend: string, header: string) => void told.push(`${backend} ${header}`)
    const rules = [{ do: { setHeader: { name: 'Host', value: 'no host' } } }]
    const { held, ask } = await asking({ rules }, { leftAlone })
    await ask()
    expect(held.sent[0]!.headers.get('host')).toBe('www.example.com')
    expect(told).toEqual(['app host'])
    await (await asking({}, { leftAlone })).ask()
    expect(told.length).toBe(1)
  })

  it('is our cookie, too, where the header has bytes that would be lost, which is told', async () => {
    const told: string[] = []
    const leftAlone = (backend: string, header: string) => void told.push(`${backend} ${header}`)
    const { held, ask } = await asking({}, { leftAlone })
    const { get } = Headers.prototype
    // What the runtime makes of a byte that is no UTF-8.
    const reading = vi.spyOn(Headers.prototype, 'get').mockImplementation(function (this: Headers, name: string) {
      return name === 'cookie' ? 'SRV=s2; a=\ufffd' : get.call(this, name)
    })
    const visiting = vi.spyOn(Headers.prototype, 'forEach').mockImplementation(function (this: Headers, visit) {
      for (const name of this.keys()) visit(this.get(name)!, name, this)
    })
    expect((await ask(requestWith({ cookie: 'SRV=s2; a=?' }))).sent).toBe('s2')
    reading.mockRestore()
    visiting.mockRestore()
    expect(held.sent[0]!.headers.get('cookie')).toBe('SRV=s2; a=?')
    expect(told).toEqual(['app cookie'])
  })

  it('is nothing of our cookie, even on its way to another server', async () => {
    const { held, ask } = await asking({})
    held.servers.set('s1', resets)
    await ask(requestWith({ cookie: 'SRV=s1; a=b' }))
    expect(held.sent.map(({ headers }) => headers.get('cookie'))).toEqual(['a=b', 'a=b'])
  })
})

describe('the cookie', () => {
  it('is written for the server that answered, once', async () => {
    const { held, ask } = await asking({})
    held.servers.set('s1', resets)
    expect((await ask()).headers.getSetCookie()).toEqual([expect.stringMatching(/^SRV=s2;/)])
    expect(held.lines.at(-1)).toMatchObject({ verdict: 'NI' })
  })

  it('is Secure on https, and not on http', async () => {
    const { ask } = await asking({})
    const secure = await ask(new Request('https://www.example.com/'), { onCloudflare: true })
    expect(secure.headers.get('set-cookie')).toContain('Secure')
    expect((await ask()).headers.get('set-cookie')).not.toContain('Secure')
  })

  it('has its dates from the clock', async () => {
    const { held, ask } = await asking({ cookie: { name: 'SRV', format: 'haproxy', maxlife: '1h' } })
    const cookie = (await ask()).headers.get('set-cookie')!.split(';')[0]!
    const verdicts = []
    for (const laterMs of [0, 3_500_000, 200_000]) {
      vi.setSystemTime(Date.now() + laterMs)
      await ask(requestWith({ cookie }))
      verdicts.push(held.lines.at(-1)!.verdict[0])
    }
    expect(verdicts).toEqual(['V', 'V', 'O'])
  })

  it('is not written where ignore-persist holds, and none is read', async () => {
    const { held, ask } = await asking({ persistRules: [{ if: { path: '/free' }, do: 'ignore' }] })
    const free = () => new Request('http://www.example.com/free', { headers: { cookie: 'SRV=s3' } })
    const { sent, headers } = await ask(free())
    expect([sent, headers.get('set-cookie')]).toEqual(['s1', null])
    expect(held.lines.at(-1)).toMatchObject({ verdict: 'UN' })
  })

  it('has no letters in a backend without one', async () => {
    const { held, ask } = await asking({ cookie: undefined })
    const { headers } = await ask(own('s2'))
    expect(headers.get('set-cookie')).toBeNull()
    expect(held.lines.at(-1)).toMatchObject({ verdict: '--', server: 's1' })
  })

  it('has its letters where no server answers, too', async () => {
    const { held, ask } = await asking({ retries: 0 })
    for (const server of ['s1', 's2', 's3']) held.servers.set(server, refuses)
    await ask(own('s2'))
    expect(held.lines.at(-1)).toMatchObject({ verdict: 'VN', status: 503 })
  })
})

describe('a response that nothing changes', () => {
  it('is the very one that the server gave', async () => {
    const { held, ask } = await asking({})
    const response = new Response('as it is', { headers: { 'x-a': 'b' } })
    held.servers.set('s2', () => response)
    expect((await ask(own('s2'))).headers).toBe(response.headers)
    held.servers.set('s1', () => new Response('as it is'))
    expect((await ask()).headers.get('set-cookie')).toContain('SRV=s1')
  })
})

describe('a Location', () => {
  const located = async (ports: object, more: object, location = 'http://s1.example/next?a=b') => {
    const { held, ask } = await asking({ servers: one, ...more }, ports)
    held.servers.set('s1', answers(302, { location }))
    return (await ask()).headers.get('location')
  }
  const one = [{ name: 's1', url: 'http://s1.example' }]
  const cloudflare = { onCloudflare: true }

  it('that names the server is the client’s own host on Cloudflare, where the server saw its own name', async () => {
    expect(await located(cloudflare, { host: 'server' })).toBe('http://www.example.com/next?a=b')
    expect(await located(cloudflare, { host: 'server', cookie: undefined })).toBe('http://www.example.com/next?a=b')
  })

  it('is left alone elsewhere', async () => {
    expect(await located({}, { host: 'server' })).toBe('http://s1.example/next?a=b')
    expect(await located(cloudflare, { host: 'client' })).toBe('http://s1.example/next?a=b')
    expect(await located(cloudflare, { host: 'server' }, 'http://other.example/')).toBe('http://other.example/')
    expect(await located(cloudflare, { host: 'server' }, '/next')).toBe('/next')
  })
})

describe('a stick table that cannot be reached', () => {
  const stick = (more: object) => ({
    cookie: undefined,
    stickTable: { type: 'string', size: 100, expire: '1h', ...more },
    stick: [{ on: 'req.hdr(x-user)' }],
  })

  it('costs a 503 where it is strict', async () => {
    const { held, ask } = await asking(stick({ strict: true }), {}, {}, unreachable)
    expect(await ask(requestWith({ 'x-user': 'ann' }))).toMatchObject({ status: 503, sent: '' })
    expect(held.lines.at(-1)).toMatchObject({ termination: 'SC', stick: [{ verdict: 'unreachable' }] })
    expect((await ask()).status).toBe(200)
  })

  it('leaves a key to its hash where it is not: always one server, and not one for all', async () => {
    const { held, ask } = await asking(stick({}), {}, {}, unreachable)
    held.servers.set('s1', works)
    const first = []
    for (let i = 0; i < 12; i++) first.push((await ask(requestWith({ 'x-user': `user-${i}` }))).sent)
    expect(new Set(first).size).toBe(3)
    for (let i = 0; i < 12; i++) expect((await ask(requestWith({ 'x-user': `user-${i}` }))).sent).toBe(first[i])
    held.setStates({ 'app/s1': DOWN })
    for (let i = 0; i < 12; i++) expect((await ask(requestWith({ 'x-user': `user-${i}` }))).sent).not.toBe('s1')
  })
})
