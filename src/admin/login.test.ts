// Who is let in: by a token, by a name and password, by Access; and how often a client may guess.

import { describe, expect, it } from 'vitest'

import { createThrottle, MAX_FAILURES, WINDOW_MS } from '../credentials/throttle.ts'
import type { Access } from './access.ts'
import { checkToken, createLogin, holderOfRequest } from './login.ts'
import type { Asker } from './login.ts'
import { NOW_MS } from './testing.ts'

const ADMIN = 'the-admin-token-of-this'
const LOOK = 'the-token-that-looks-on'
const SECRET = `${ADMIN},ann/user:${LOOK}`
const ASKER: Asker = { clientAddress: '192.0.2.1', secret: SECRET, accountLevel: 'operator' }
const ACCOUNTS = [
  { name: 'bob', password: 'hunter2' },
  { name: 'eve', password: 'p:w ü' },
]

const encode = (text: string) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))
const basic = (name: string, password: string) => `Basic ${encode(`${name}:${password}`)}`
const requestWith = (authorization: string | undefined) =>
  new Request('https://www.example.com/', { headers: authorization === undefined ? {} : { authorization } })

function start(access?: Access) {
  let nowMs = NOW_MS
  const throttle = createThrottle(() => nowMs)
  const login = createLogin(ACCOUNTS, access, throttle)
  return {
    throttle,
    pass: (ms: number) => void (nowMs += ms),
    check: (authorization?: string, more: Partial<Asker> = {}) =>
      login.check(requestWith(authorization), { ...ASKER, ...more }),
  }
}

it.each([
  ['a bearer token', `Bearer ${ADMIN}`, { who: 'admin', level: 'admin' }],
  ['a bearer token in any case', `bearer  ${ADMIN} `, { who: 'admin', level: 'admin' }],
  ['a token as a password, with a name of his own', basic('carl', ADMIN), { who: 'carl', level: 'admin' }],
  ['a token as a password, without a name', basic('', ADMIN), { who: 'admin', level: 'admin' }],
  ['a token that has a name', `Bearer ${LOOK}`, { who: 'ann', level: 'user' }],
  ['a token that has a name, whatever he calls himself', basic('root', LOOK), { who: 'ann', level: 'user' }],
  ['an account', basic('bob', 'hunter2'), { who: 'bob', level: 'operator' }],
  ['an account with a colon and letters of UTF-8', basic('eve', 'p:w ü'), { who: 'eve', level: 'operator' }],
  ['basic in any case', basic('bob', 'hunter2').replace('Basic', 'BASIC '), { who: 'bob', level: 'operator' }],
])('%s is let in', async (_, authorization, visitor) => {
  expect(await start().check(authorization)).toEqual(visitor)
})

it.each([
  ['nothing', undefined],
  ['an empty header', ''],
  ['a wrong token', 'Bearer the-admin-token-of-thi'],
  ['a longer token', `Bearer ${ADMIN}s`],
  ['an empty token', 'Bearer '],
  ['a token under another scheme', `Digest ${ADMIN}`],
  ['two tokens', `Bearer ${ADMIN} ${ADMIN}`],
  ['the whole secret', `Bearer ${SECRET}`],
  ['an account with the wrong password', basic('bob', 'hunter')],
  ['an account with the other’s password', basic('bob', 'p:w ü')],
  ['a name that there is not', basic('carl', 'hunter2')],
  ['a name in another case', basic('Bob', 'hunter2')],
  ['a token as a name', basic(ADMIN, '')],
  ['no colon', `Basic ${encode('bob')}`],
  ['no base64', 'Basic bob:hunter2'],
  ['base64 that ends early', 'Basic Y'],
])('%s is wrong', async (_, authorization) => {
  expect(await start().check(authorization)).toBe('wrong')
})

it('without a secret no token is right, not even an empty one', async () => {
  for (const secret of [undefined, '']) {
    for (const given of [`Bearer ${ADMIN}`, 'Bearer undefined', basic('admin', ''), basic('', 'undefined')]) {
      expect(await start().check(given, { secret })).toBe('wrong')
    }
  }
})

it('a name of his own is made safe to print, and cut', async () => {
  const visitor = await start().check(basic(`a\u001b[2J${'x'.repeat(100)}`, ADMIN))
  expect(visitor).toEqual({ who: `a\\x1b[2J${'x'.repeat(59)}`, level: 'admin' })
})

describe('wrong guesses', () => {
  const WRONG = basic('bob', 'guess')

  it('are refused unseen after ten, for a minute, and a right password with them', async () => {
    const { check, pass } = start()
    for (let i = 0; i < MAX_FAILURES; i++) expect(await check(WRONG)).toBe('wrong')
    expect(await check(WRONG)).toBe('blocked')
    expect(await check(basic('bob', 'hunter2'))).toBe('blocked')
    pass(WINDOW_MS - 1)
    expect(await check(basic('bob', 'hunter2'))).toBe('blocked')
    pass(1)
    expect(await check(basic('bob', 'hunter2'))).toMatchObject({ who: 'bob' })
  })

  it('never keep out a right token, nor another client', async () => {
    const { check } = start()
    for (let i = 0; i < MAX_FAILURES; i++) await check(`Bearer ${ADMIN}x`)
    expect(await check(`Bearer ${ADMIN}x`)).toBe('blocked')
    expect(await check(`Bearer ${ADMIN}`)).toMatchObject({ level: 'admin' })
    expect(await check(basic('', LOOK))).toMatchObject({ who: 'ann' })
    expect(await check(WRONG, { clientAddress: '192.0.2.2' })).toBe('wrong')
  })

  it('are not those of a browser that asks what is needed, nor of whoever gets in', async () => {
    const { check } = start()
    for (let i = 0; i < 2 * MAX_FAILURES; i++) {
      expect(await check()).toBe('wrong')
      expect(await check(basic('bob', 'hunter2'))).toMatchObject({ who: 'bob' })
    }
  })

  it('count where a token comes in another way, too', async () => {
    const { throttle } = start()
    const ask = (token: string) => checkToken(token, ASKER, throttle)
    expect(await ask(LOOK)).toEqual({ who: 'ann', level: 'user' })
    expect(await ask(ADMIN)).toEqual({ who: 'admin', level: 'admin' })
    for (let i = 0; i < MAX_FAILURES; i++) expect(await ask('guess')).toBe('wrong')
    expect(await ask('guess')).toBe('blocked')
    expect(await ask(ADMIN)).toMatchObject({ level: 'admin' })
    expect(await checkToken('', { ...ASKER, clientAddress: '', secret: undefined }, throttle)).toBe('wrong')
  })
})

describe('Access', () => {
  it('lets in whom it knows, before anything else is looked at', async () => {
    const { check } = start(async () => ({ who: 'dora@example.com', level: 'admin' }))
    expect(await check()).toEqual({ who: 'dora@example.com', level: 'admin' })
    expect(await check(basic('bob', 'guess'))).toMatchObject({ who: 'dora@example.com' })
  })

  it('leaves others to tokens and passwords', async () => {
    const { check } = start(async () => undefined)
    expect(await check(`Bearer ${LOOK}`)).toMatchObject({ who: 'ann' })
    expect(await check()).toBe('wrong')
  })
})

it('who holds a token is asked without counting anything', async () => {
  expect(await holderOfRequest(requestWith(`Bearer ${LOOK}`), SECRET)).toEqual({ who: 'ann', level: 'user' })
  expect(await holderOfRequest(requestWith(basic('carl', ADMIN)), SECRET)).toEqual({ who: 'carl', level: 'admin' })
  expect(await holderOfRequest(requestWith(basic('bob', 'hunter2')), SECRET)).toBeUndefined()
  expect(await holderOfRequest(requestWith(undefined), SECRET)).toBeUndefined()
})
