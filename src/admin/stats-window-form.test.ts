// HAProxy's form: what it changes, for whom, and when it asks first.

import { describe, expect, it } from 'vitest'

import { BASIC_BOB, LOOK, openWindow, TOKEN } from './testing.ts'
import type { StatsAsk } from './testing.ts'

describe('the form', () => {
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
    const { post, calls } = openWindow()
    const { status, headers } = await post(`b=app&s=s1&s=b1&action=${action}`)
    expect([status, headers.get('location')]).toEqual([303, '/stats;st=DONE'])
    expect(calls).toEqual([
      ['change', 'app', 's1', change, '192.0.2.1'],
      ['change', 'app', 'b1', change, '192.0.2.1'],
    ])
  })

  it.each([
    ['', 'NONE'],
    ['a=1', 'NONE'],
    ['b=app&s=s1', 'NONE'],
    ['b=app&s=s1&action=', 'ERRP'],
    ['b=app&s=s1&action=shutdown', 'ERRP'],
    ['b=app&s=s1&action=constructor', 'ERRP'],
    ['s=s1&action=maint', 'NONE'],
    ['b=none', 'ERRP'],
    ['action=none', 'ERRP'],
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
    const { post, calls } = openWindow()
    const { status, headers } = await post(form)
    expect([status, headers.get('location')]).toEqual([303, `/stats;st=${outcome}`])
    expect(calls).toEqual([])
  })

  it.each([
    ['b=app&s=none&action=maint', 'ERRP'],
    ['b=app&s=s1&s=none&action=maint', 'PART'],
    ['b=%234&s=s1&action=maint', 'DONE'],
  ])('%s: %s', async (form, outcome) => {
    expect((await openWindow().post(form)).headers.get('location')).toBe(`/stats;st=${outcome}`)
  })

  it.each<[string, StatsAsk]>([
    ['another site', { headers: { origin: 'https://evil.example' } }],
    ['another site, as the browser says', { headers: { 'sec-fetch-site': 'cross-site' } }],
    ['whoever may only look', { access: { mayChange: false } }],
    ['a token that may only look', { headers: { authorization: `Bearer ${LOOK}` } }],
    [
      'an account that may only look',
      { access: { who: 'login', mayChange: false }, headers: { authorization: BASIC_BOB } },
    ],
  ])('from %s changes nothing', async (_, more) => {
    const { post, calls } = openWindow()
    const { status, headers } = await post('b=app&s=s1&action=maint', more)
    expect([status, headers.get('location')]).toEqual([303, '/stats;st=DENY'])
    expect(calls).toEqual([])
  })

  it('is not read of whoever does not log in', async () => {
    const { post, calls } = openWindow()
    expect((await post('b=app&s=s1&action=maint', { access: { who: 'login' } })).status).toBe(401)
    expect((await post('b=app&s=s1&action=maint', { access: { who: 'nobody' } })).status).toBe(403)
    expect(calls).toEqual([])
  })

  it.each<[StatsAsk, string]>([
    [{ clientAddress: '2001:db8::1' }, '2001:db8::1'],
    [{ clientAddress: '' }, 'anybody'],
    [{ headers: { authorization: `Bearer ${TOKEN}` } }, 'admin'],
    [{ access: { who: 'login' }, headers: { authorization: BASIC_BOB } }, 'bob'],
  ])('%j is in the name of %s', async (more, who) => {
    const { post, calls } = openWindow()
    await post('b=app&s=s1&action=maint', more)
    expect(calls).toEqual([['change', 'app', 's1', { state: 'maint' }, who]])
  })

  it('asks first what would leave a backend empty, and then does it', async () => {
    // Its only candidates are s1 and b1; both/a2 tracks s1.
    const { post, calls } = openWindow()
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
    const { post, calls } = openWindow()
    expect((await post('b=app&s=s1&action=maint&ask=1')).status).toBe(303)
    expect(calls).toHaveLength(1)
    expect((await post('b=app&s=s1&s=b1&action=maint&ask=1', { access: { mayChange: false } })).status).toBe(303)
    expect(calls).toHaveLength(1)
  })

  it('leads back to an address with a question mark', async () => {
    const { headers } = await openWindow({ uri: '/haproxy?stats' }).post('b=app&s=s1&action=maint')
    expect(headers.get('location')).toBe('/haproxy?stats;st=DONE')
  })
})
