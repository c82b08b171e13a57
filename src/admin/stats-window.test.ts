// HAProxy's statistics page as it is asked for: who sees it, in which form, and what its form changes.

import { describe, expect, it } from 'vitest'

import { createThrottle, MAX_FAILURES } from '../flow/throttle.ts'
import type { Ledger } from '../health/ledger.ts'
import type { StatsAccess } from '../proxy/stats-access.ts'
import { createStatsWindow } from './stats-window.ts'
import type { StatsWindowOptions } from './stats-window.ts'
import { NOW_MS, scripted, tableOf } from './testing.ts'

const TOKEN = 'the-admin-token-of-this'
const LOOK = 'the-token-that-looks-on'
const SECRET = `${TOKEN},ann/user:${LOOK}`
const BASIC_BOB = `Basic ${btoa('bob:hunter2')}`
const OPEN: StatsAccess = { who: 'open', realm: 'numbers', mayChange: true }

interface Ask {
  readonly access?: Partial<StatsAccess>
  readonly headers?: Readonly<Record<string, string>>
  readonly method?: string
  readonly body?: string
  readonly clientAddress?: string
}

function start(options: Partial<StatsWindowOptions> = {}, happened?: (ledger: Ledger) => void) {
  const { operations, calls } = scripted(happened, { tables: async () => [tableOf({ k: 1 })] })
  const accounts = [{ name: 'bob', password: 'hunter2' }]
  const written = { uri: '/stats', accounts, scope: [], refreshS: null, showsLegends: true, ...options }
  const page = createStatsWindow(
    written,
    operations,
    createThrottle(() => NOW_MS),
  )
  const ask = async (path: string, { access = {}, headers = {}, method = 'GET', body, clientAddress }: Ask = {}) => {
    const url = new URL(path, 'https://www.example.com')
    const request = new Request(url, { method, headers, ...(body === undefined ? {} : { body }) })
    const response = await page.answer({
      request,
      url,
      clientAddress: clientAddress ?? '192.0.2.1',
      secret: SECRET,
      access: { ...OPEN, ...access },
    })
    return { status: response.status, text: await response.text(), headers: response.headers }
  }
  const post = (form: string, more: Ask = {}) => ask(written.uri, { method: 'POST', body: form, ...more })
  return { page, ask, post, calls }
}

it.each([
  ['/stats', '/stats', true],
  ['/stats', '/stats;csv', true],
  ['/stats', '/stats?x', true],
  ['/stats', '/stats-of-today', true],
  ['/stats', '/stat', false],
  ['/stats', '/x/stats', false],
  ['/haproxy?stats', '/haproxy?stats;csv', true],
  ['/haproxy?stats', '/haproxy', false],
])('%s is a prefix: of %s %s', (uri, path, matches) => {
  expect(start({ uri }).page.matches(new URL(path, 'https://www.example.com'))).toBe(matches)
})

describe('who sees it', () => {
  it('nobody, when it says so, whatever he brings', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` }
    expect((await start().ask('/stats', { access: { who: 'nobody' }, headers })).status).toBe(403)
  })

  it.each([
    ['a token', `Bearer ${TOKEN}`],
    ['a token as a password', `Basic ${btoa(`x:${TOKEN}`)}`],
    ['a name and password', BASIC_BOB],
  ])('for a login, who has %s', async (_, authorization) => {
    expect((await start().ask('/stats', { access: { who: 'login' }, headers: { authorization } })).status).toBe(200)
  })

  it('for a login, nobody else: 401 in the page’s realm, and 429 after ten guesses', async () => {
    const { ask } = start()
    const login = { who: 'login' } as const
    const { status, headers, text } = await ask('/stats', { access: login })
    expect([status, headers.get('www-authenticate')]).toEqual([401, 'Basic realm="numbers"'])
    expect(text).not.toContain('s1')
    const wrong = { access: login, headers: { authorization: `Basic ${btoa('bob:guess')}` } }
    for (let i = 0; i < MAX_FAILURES; i++) expect((await ask('/stats', wrong)).status).toBe(401)
    const blocked = await ask('/stats', wrong)
    expect([blocked.status, blocked.headers.get('retry-after')]).toEqual([429, '60'])
  })

  it('everybody when it is open, and what else he sends is no guess', async () => {
    const { ask } = start()
    const headers = { authorization: `Basic ${btoa('somebody:else')}` }
    for (let i = 0; i < MAX_FAILURES + 2; i++) expect((await ask('/stats', { headers })).status).toBe(200)
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is no way to ask for it', async (method) => {
    const { status, headers } = await start().ask('/stats', { method })
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
  })
})

describe('what it shows', () => {
  const DOWN = (ledger: Ledger) => {
    ledger.setHealth('app/s1', 'down', 1)
    ledger.setState('both/a1', 'maint', 1)
  }
  const csvOf = async (path: string, options: Partial<StatsWindowOptions> = {}) => {
    const { text } = await start(options, DOWN).ask(path)
    return text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(',').slice(0, 2).join('/'))
      .join(' ')
  }
  const ALL = 'www/FRONTEND both/FRONTEND both/a1 both/a2 both/BACKEND app/s1 app/s2 app/b1 app/BACKEND'

  it.each([
    ['/stats;csv', ALL],
    ['/stats;csv;up', 'www/FRONTEND both/FRONTEND app/s2 app/b1 app/BACKEND'],
    ['/stats;no-maint;csv', ALL.replace('both/a1 ', '')],
    ['/stats;csv;scope=bo', 'both/FRONTEND both/a1 both/a2 both/BACKEND'],
    ['/stats;csv;scope=none', ''],
  ])('%s: %s', async (path, names) => {
    expect(await csvOf(path)).toBe(names)
  })

  it('no proxy outside its scope, whatever is asked for', async () => {
    expect(await csvOf('/stats;csv', { scope: ['both'] })).toBe('both/FRONTEND both/a1 both/a2 both/BACKEND')
    expect(await csvOf('/stats;csv;scope=app', { scope: ['both'] })).toBe('')
    const { text } = await start({ scope: ['both'] }, DOWN).ask('/stats')
    expect(text).toContain('id="row-both/a1"')
    expect(text).not.toMatch(/row-app|row-Frontend-www/)
  })

  it('as CSV, typed, JSON or a page that no cache keeps', async () => {
    const { ask } = start()
    for (const [path, type, begins] of [
      ['/stats;csv', 'text/plain', /^# pxname/],
      ['/stats;typed', 'text/plain', /^F\.2\.0\.0\.pxname\.1:KNS:str:www\n/],
      ['/stats;json', 'application/json', /^\[\[\{"objType":"Frontend"/],
      ['/stats', 'text/html; charset=utf-8', /^<!doctype html>/],
    ] as const) {
      const { text, headers } = await ask(path)
      expect(text).toMatch(begins)
      expect([headers.get('content-type'), headers.get('cache-control')]).toEqual([type, 'no-cache, no-store'])
    }
  })

  it('where servers are only with legends', async () => {
    expect((await start().ask('/stats;csv')).text).toContain('192.0.2.2:81')
    expect((await start({ showsLegends: false }).ask('/stats;csv')).text).not.toContain('192.0.2.2')
  })

  it('nothing that another site may frame, and no script but its own', async () => {
    const { ask } = start()
    const nonces = new Set<string>()
    for (let i = 0; i < 2; i++) {
      const { text, headers } = await ask('/stats')
      const policy = headers.get('content-security-policy')!
      const [, nonce] = /script-src 'nonce-([^']+)'/.exec(policy)!
      nonces.add(nonce!)
      expect(text).toContain(`<script nonce="${nonce}">`)
      expect(policy).toBe(
        `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
      )
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('same-origin')
    }
    expect(nonces.size).toBe(2)
  })

  it.each([
    ['/stats', null, 5],
    ['/stats', 30, 30],
    ['/stats;norefresh', 30, 0],
  ])('%s with refresh %s refreshes itself each %d s', async (path, refreshS, seconds) => {
    expect((await start({ refreshS }).ask(path)).text).toContain(`data-refresh="${seconds}"`)
  })

  it('what became of a form once, and what else was asked for each time', async () => {
    const { text } = await start().ask('/stats;up;st=DONE')
    expect(text).toContain('data-uri="/stats;up"')
    expect(text).toContain('class="outcome">Done.</p>')
  })

  it('what may be done only to whoever may do it', async () => {
    const hasButtons = async (ask: Ask) => (await start().ask('/stats', ask)).text.includes('name="action"')
    expect(await hasButtons({})).toBe(true)
    expect(await hasButtons({ access: { mayChange: false } })).toBe(false)
    expect(await hasButtons({ access: { who: 'login' }, headers: { authorization: BASIC_BOB } })).toBe(true)
    const asBob = { who: 'login', mayChange: false } as const
    expect(await hasButtons({ access: asBob, headers: { authorization: BASIC_BOB } })).toBe(false)
    expect(await hasButtons({ access: asBob, headers: { authorization: `Bearer ${TOKEN}` } })).toBe(true)
    // A token has its own level.
    expect(await hasButtons({ headers: { authorization: `Bearer ${LOOK}` } })).toBe(false)
  })
})

describe('its form', () => {
  it.each<[string, object]>([
    ['ready', { state: 'ready' }],
    ['drain', { state: 'drain' }],
    ['maint', { state: 'maint' }],
    ['enable', { state: 'ready' }],
    ['disable', { state: 'maint' }],
    ['hrunn', { health: 'up' }],
    ['hnolb', { health: 'stopping' }],
    ['hdown', { health: 'down' }],
    ['start', { weight: 1 }],
    ['stop', { weight: 0 }],
    ['weight&weight=0', { weight: 0 }],
    ['weight&weight=256', { weight: 256 }],
  ])('action %s changes each chosen server to %j, and is answered with where to look', async (action, change) => {
    const { post, calls } = start()
    const { status, headers } = await post(`b=app&s=s1&s=b1&action=${action}`)
    expect([status, headers.get('location')]).toEqual([303, '/stats;st=DONE'])
    expect(calls).toEqual([
      ['change', 'app', 's1', change, '192.0.2.1'],
      ['change', 'app', 'b1', change, '192.0.2.1'],
    ])
  })

  it.each([
    ['', 'ERRP'],
    ['b=app&s=s1', 'ERRP'],
    ['b=app&s=s1&action=', 'ERRP'],
    ['b=app&s=s1&action=shutdown', 'ERRP'],
    ['b=app&s=s1&action=constructor', 'ERRP'],
    ['s=s1&action=maint', 'ERRP'],
    ['b=none&s=s1&action=maint', 'ERRP'],
    ['b=www&s=s1&action=maint', 'ERRP'],
    ['b=app&action=maint', 'NONE'],
    ['b=app&s=s1&action=weight', 'ERRP'],
    ['b=app&s=s1&action=weight&weight=', 'ERRP'],
    ['b=app&s=s1&action=weight&weight=257', 'ERRP'],
    ['b=app&s=s1&action=weight&weight=-1', 'ERRP'],
    ['b=app&s=s1&action=weight&weight=1e2', 'ERRP'],
    [`b=app&s=s1&action=maint&x=${'x'.repeat(65_536)}`, 'EXCD'],
  ])('%.60s changes nothing: %s', async (form, outcome) => {
    const { post, calls } = start()
    const { status, headers } = await post(form)
    expect([status, headers.get('location')]).toEqual([303, `/stats;st=${outcome}`])
    expect(calls).toEqual([])
  })

  it.each([
    ['b=app&s=none&action=maint', 'ERRP'],
    ['b=app&s=s1&s=none&action=maint', 'PART'],
    ['b=%234&s=s1&action=maint', 'DONE'],
  ])('%s: %s', async (form, outcome) => {
    expect((await start().post(form)).headers.get('location')).toBe(`/stats;st=${outcome}`)
  })

  it.each<[string, Ask]>([
    ['another site', { headers: { origin: 'https://evil.example' } }],
    ['another site, as the browser says', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['whoever may only look', { access: { mayChange: false } }],
    ['a token that may only look', { headers: { authorization: `Bearer ${LOOK}` } }],
    [
      'an account that may only look',
      { access: { who: 'login', mayChange: false }, headers: { authorization: BASIC_BOB } },
    ],
  ])('from %s changes nothing', async (_, more) => {
    const { post, calls } = start()
    const { status, headers } = await post('b=app&s=s1&action=maint', more)
    expect([status, headers.get('location')]).toEqual([303, '/stats;st=DENY'])
    expect(calls).toEqual([])
  })

  it('is not read of whoever does not log in', async () => {
    const { post, calls } = start()
    expect((await post('b=app&s=s1&action=maint', { access: { who: 'login' } })).status).toBe(401)
    expect((await post('b=app&s=s1&action=maint', { access: { who: 'nobody' } })).status).toBe(403)
    expect(calls).toEqual([])
  })

  it.each<[Ask, string]>([
    [{ clientAddress: '2001:db8::1' }, '2001:db8::1'],
    [{ clientAddress: '' }, 'anybody'],
    [{ headers: { authorization: `Bearer ${TOKEN}` } }, 'admin'],
    [{ access: { who: 'login' }, headers: { authorization: BASIC_BOB } }, 'bob'],
  ])('%j is in the name of %s', async (more, who) => {
    const { post, calls } = start()
    await post('b=app&s=s1&action=maint', more)
    expect(calls).toEqual([['change', 'app', 's1', { state: 'maint' }, who]])
  })

  it('asks first what would leave a backend empty, and then does it', async () => {
    // Its only candidates are s1 and b1; both/a2 tracks s1.
    const { post, calls } = start()
    const form = 'b=app&s=s1&s=b1&action=maint&weight=7'
    const { status, text } = await post(`${form}&ask=1`)
    const page = text.replaceAll(/\s+/g, ' ')
    expect([status, calls]).toEqual([200, []])
    expect(page).toContain('This leaves backend app without a server for new clients</b>: s1, b1 are its last')
    expect(page).toContain('Nothing was changed yet.')
    expect(page).toContain('<input type="hidden" name="b" value="app" />')
    expect(page).toContain('<input type="hidden" name="weight" value="7" />')
    expect(page).toContain('<input type="hidden" name="s" value="s1" /><input type="hidden" name="s" value="b1" />')
    expect(page).toContain('<button name="action" value="maint">Do it all the same</button>')
    // Behind the question there is no second one: the button sends no `ask`.
    const question = /<form method="post" action="\/stats" class="question">.*?<\/form>/.exec(page)![0]
    expect(question).not.toContain('name="ask"')
    expect((await post(form)).headers.get('location')).toBe('/stats;st=DONE')
    expect(calls).toHaveLength(2)
  })

  it('does not ask what leaves one, nor whoever may not do it', async () => {
    const { post, calls } = start()
    expect((await post('b=app&s=s1&action=maint&ask=1')).status).toBe(303)
    expect(calls).toHaveLength(1)
    expect((await post('b=app&s=s1&s=b1&action=maint&ask=1', { access: { mayChange: false } })).status).toBe(303)
    expect(calls).toHaveLength(1)
  })

  it('leads back to an address with a question mark', async () => {
    const { headers } = await start({ uri: '/haproxy?stats' }).post('b=app&s=s1&action=maint')
    expect(headers.get('location')).toBe('/haproxy?stats;st=DONE')
  })
})
