import { describe, expect, it } from 'vitest'

import { isShaCrypt } from '../config/sha-crypt-form.ts'
import { shaCrypt } from './sha-crypt.ts'
import { createUsers } from './users.ts'

// Made by `openssl passwd`.
const SHA256 = '$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.'
const SHA512 = '$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.'

describe('hashed passwords', () => {
  it.each([SHA256, SHA512])('are what openssl makes of them: %s', async (hashed) => {
    expect(await shaCrypt('secret', hashed)).toBe(hashed)
    expect(await shaCrypt('Secret', hashed)).not.toBe(hashed)
  })

  // Made by crypt(3).
  it.each([
    ['Hello world!', '$5$rounds=10000$saltstringsaltst$3xv.VbSHBb41AL9AvLeujZkZRBAwqFMz2.opqey6IcA'],
    [
      'p\u00e4ss',
      '$6$rounds=1400$anotherlongsalts$pvLOJCDcexlFqtOwE0Tf07MJK4iU2p4WEY2fZYuxBjD1k4.a8EHQyEmQFKswY9IqWH2LLaVtlQ2k5TyiOOWIN/',
    ],
  ])('have as many rounds as they say: %s', async (password, hashed) => {
    expect(await shaCrypt(password, hashed)).toBe(hashed)
  })

  it('are no others', () => {
    expect(isShaCrypt('$5$rounds=100001$salt$x')).toBe(false)
    expect(isShaCrypt('$1$salt$x')).toBe(false)
  })
})

describe('lists of users', () => {
  const users = createUsers([
    {
      name: 'staff',
      users: [
        { name: 'ann', password: 'o:ne', isHashed: false, groups: ['admin', 'all'] },
        { name: 'bob', password: SHA512, isHashed: true, groups: [] },
      ],
    },
  ])
  const groupsOf = async (list: string, authorization: string | null) => {
    await users.verify(new Headers(authorization === null ? {} : { authorization }))
    return users.groupsOf(list, authorization)
  }
  const basic = (credentials: string) => `Basic ${btoa(credentials)}`

  it('know who proves to be one of theirs', async () => {
    expect(await groupsOf('staff', basic('ann:o:ne'))).toEqual(['admin', 'all'])
    expect(await groupsOf('staff', basic('bob:secret'))).toEqual([])
    expect(await groupsOf('staff', basic('bob:secret'))).toEqual([])
  })

  it.each([
    null,
    '',
    'Basic',
    'Basic %%%',
    'Bearer x',
    basic('ann'),
    basic('ann:'),
    basic('ann:o:n'),
    basic('ann:o:nee'),
    basic('bob:Secret'),
    basic(`bob:${SHA512}`),
    basic('eve:o:ne'),
    basic('constructor:x'),
  ])('know nobody by %s', async (authorization) => {
    expect(await groupsOf('staff', authorization)).toBeUndefined()
  })

  it('are apart', async () => {
    expect(await groupsOf('others', basic('ann:o:ne'))).toBeUndefined()
  })
})
