import { expect, it } from 'vitest'

import { SERVER, toldOf } from './testing.ts'

it.each<[object, readonly string[]]>([
  [{ mode: 'rewrite' }, []],
  [{ mode: 'rewrite', indirect: false }, []],
  [
    { mode: 'rewrite', indirect: true },
    ["error: backends[0].cookie.indirect: the origin must see its own cookie in mode 'rewrite' (found true)"],
  ],
  [{ preserve: true }, []],
  [{ mode: 'insert', preserve: true }, []],
  [{ mode: 'prefix', preserve: true, indirect: true }, []],
  [
    { mode: 'prefix', preserve: true },
    [
      "error: backends[0].cookie.preserve: needs mode 'insert', or indirect: nothing else would replace the cookie (found true)",
    ],
  ],
  [{ skipCacheable: false }, []],
  [
    { mode: 'passive', skipCacheable: false },
    ["error: backends[0].cookie.skipCacheable: needs mode 'insert': the others never add a cookie (found false)"],
  ],
  [{ formerly: 'T', mode: 'insert' }, []],
  [
    { formerly: 'T', mode: 'prefix' },
    [
      "error: backends[0].cookie.formerly: needs mode 'insert': in the others the name is the application's (found \"T\")",
    ],
  ],
  [{ formerly: ['T', 'S'] }, ['error: backends[0].cookie.formerly: is the name that it has now (found "S")']],
  [{ maxidle: '1h', maxlife: '1h' }, []],
  [{ maxidle: '2h' }, []],
  [{ attr: ['SameSite=None'] }, []],
  [{ attr: ['SameSite=Lax'], secure: false }, []],
  [
    { attr: ['Priority=High', 'samesite=NONE'], secure: false },
    ['warning: backends[0].cookie.secure: browsers drop a SameSite=None cookie that is not Secure (found false)'],
  ],
  [{ name: '__Host-S' }, []],
  [
    { name: '__Host-S', secure: false },
    [
      'error: backends[0].cookie.name: browsers drop a \'__Host-\' cookie that has a domain or is not Secure (found "__Host-S")',
    ],
  ],
  [{ name: '__Secure-S', domain: 'example.com' }, []],
  [
    { name: '__Secure-S', secure: false },
    ['error: backends[0].cookie.name: browsers drop a \'__Secure-\' cookie that is not Secure (found "__Secure-S")'],
  ],
])('%j', (cookie, issues) => {
  expect(toldOf({ cookie: { name: 'S', ...cookie } })).toEqual(issues)
})

it("a server's value must not look like a date, and is nobody's business without a cookie", () => {
  const servers = [{ ...SERVER, cookie: 'a|b' }]
  expect(toldOf({ cookie: { name: 'S' }, servers })).toEqual([
    'error: backends[0].servers[0].cookie: must not have \'|\', which begins the dates (found "a|b")',
  ])
  expect(toldOf({ servers })).toEqual([])
})
