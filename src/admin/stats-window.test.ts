// HAProxy's statistics page as it is asked for: who sees it, and in which form. What it changes is stats-window-form.test.ts's.

import { describe, expect, it } from 'vitest'

import { MAX_FAILURES } from '../credentials/throttle.ts'
import type { ServerRegistry } from '../health/server-registry.ts'
import type { StatsWindowOptions } from './stats-window.ts'
import { BASIC_BOB, LOOK, openWindow, TOKEN } from './testing.ts'
import type { StatsAsk } from './testing.ts'

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
  expect(openWindow({ uri }).page.matches(path)).toBe(matches)
})

describe('who sees it', () => {
  it('nobody, when it says so, whatever he brings', async () => {
    const headers = { authorization: `Bearer ${TOKEN}` }
    expect((await openWindow().ask('/stats', { access: { who: 'nobody' }, headers })).status).toBe(403)
  })

  it.each([
    ['a token', `Bearer ${TOKEN}`],
    ['a token as a password', `Basic ${btoa(`x:${TOKEN}`)}`],
    ['a name and password', BASIC_BOB],
  ])('for a login, who has %s', async (_, authorization) => {
    expect((await openWindow().ask('/stats', { access: { who: 'login' }, headers: { authorization } })).status).toBe(
      200,
    )
  })

  it('for a login, nobody else: 401 in the page’s realm, and 429 after ten guesses', async () => {
    const { ask } = openWindow()
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
    const { ask } = openWindow()
    const headers = { authorization: `Basic ${btoa('somebody:else')}` }
    for (let i = 0; i < MAX_FAILURES + 2; i++) expect((await ask('/stats', { headers })).status).toBe(200)
  })

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s is no way to ask for it', async (method) => {
    const { status, headers } = await openWindow().ask('/stats', { method })
    expect([status, headers.get('allow')]).toEqual([405, 'GET, HEAD, POST'])
  })
})

describe('what it shows', () => {
  const DOWN = (registry: ServerRegistry) => {
    registry.setHealth('app/s1', 'down', 1)
    registry.setState('both/a1', 'maint', 1)
  }
  const csvOf = async (path: string, options: Partial<StatsWindowOptions> = {}) => {
    const { text } = await openWindow(options, DOWN).ask(path)
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
    const { text } = await openWindow({ scope: ['both'] }, DOWN).ask('/stats')
    expect(text).toContain('id="row-both/a1"')
    expect(text).not.toMatch(/row-app|row-Frontend-www/)
  })

  it('as CSV, typed, JSON or a page that no cache keeps', async () => {
    const { ask } = openWindow()
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
    expect((await openWindow().ask('/stats;csv')).text).toContain('192.0.2.2:81')
    expect((await openWindow({ showsLegends: false }).ask('/stats;csv')).text).not.toContain('192.0.2.2')
  })

  it('nothing that another site may frame, and no script but its own', async () => {
    const { ask } = openWindow()
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
    expect((await openWindow({ refreshS }).ask(path)).text).toContain(`data-refresh="${seconds}"`)
  })

  it('what became of a form once, and what else was asked for each time', async () => {
    const { text } = await openWindow().ask('/stats;up;st=DONE')
    expect(text).toContain('data-uri="/stats;up"')
    expect(text).toContain('class="outcome">Done.</p>')
  })

  it('what may be done only to whoever may do it', async () => {
    const hasButtons = async (ask: StatsAsk) => (await openWindow().ask('/stats', ask)).text.includes('name="action"')
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
