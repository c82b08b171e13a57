// What `LIMPET_ADMIN_TOKEN` may say.

import { describe, expect, it } from 'vitest'

import { adminTokensProblem, tokensOf } from './tokens.ts'

const T1 = 'a-token-of-24-characters'
const T2 = 'another-of-24-characters'

describe('tokens', () => {
  it.each([
    [T1, [[undefined, 'admin', T1]]],
    [`ann:${T1}`, [['ann', 'admin', T1]]],
    [`ann/user:${T1}`, [['ann', 'user', T1]]],
    [`ann/operator:${T1}`, [['ann', 'operator', T1]]],
    [`ann/admin:${T1}`, [['ann', 'admin', T1]]],
    [
      ` ann/user:${T1} , ${T2},`,
      [
        ['ann', 'user', T1],
        [undefined, 'admin', T2],
      ],
    ],
    // A colon in a token is the token's.
    [`ann:${T1}:x`, [['ann', 'admin', `${T1}:x`]]],
    ['', []],
    [' , ', []],
    ['two words', []],
    ['ann:', [[undefined, 'admin', 'ann:']]],
  ])('%j', (secret, tokens) => {
    expect(tokensOf(secret).map(({ name, level, token }) => [name, level, token])).toEqual(tokens)
  })
})

describe('what is wrong with the secret', () => {
  it.each(['', T1, `ann:${T1}`, `ann/user:${T1},bob/operator:${T2}`, `${T1},`, '0123456789abcdef'])(
    '%j: nothing',
    (secret) => {
      expect(adminTokensProblem(secret)).toBeUndefined()
    },
  )

  it.each([
    [' ', 'holds no token; `openssl rand -hex 24` makes one'],
    [',,', 'holds no token; `openssl rand -hex 24` makes one'],
    ['0123456789abcde', 'the token has 15 characters and must have at least 16; `openssl rand -hex 24` makes one'],
    ['ann:short', 'the token of ann has 5 characters and must have at least 16; `openssl rand -hex 24` makes one'],
    [
      `${T1},short`,
      'the token of number 2 has 5 characters and must have at least 16; `openssl rand -hex 24` makes one',
    ],
    [',short', 'the token of number 2 has 5 characters and must have at least 16; `openssl rand -hex 24` makes one'],
    [`two words ${T1}`, 'the token must not contain spaces or be empty'],
    [`${T1},two words`, 'the token of number 2 must not contain spaces or be empty'],
    [`ann/root:${T1}`, "ann's level 'root' must be one of: user, operator, admin"],
    [`ann/:${T1}`, "ann's level '' must be one of: user, operator, admin"],
    [`ann/Admin:${T1}`, "ann's level 'Admin' must be one of: user, operator, admin"],
    [`${T1},bob/all:${T2}`, "bob's level 'all' must be one of: user, operator, admin"],
  ])('%j: %s', (secret, problem) => {
    expect(adminTokensProblem(secret)).toBe(`LIMPET_ADMIN_TOKEN: ${problem}`)
  })

  it('never says a token', () => {
    for (const secret of ['hush', 'ann:hush', 'hush hush', `${T1},hush`, 'ann/none:hush']) {
      expect(adminTokensProblem(secret)).not.toMatch(/hush/)
    }
  })
})
