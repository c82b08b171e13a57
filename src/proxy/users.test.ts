import { describe, expect, it } from 'vitest'

import { isShaCrypt } from '../config/sha-crypt-form.ts'
import { shaCrypt } from './sha-crypt.ts'
import { createUsers } from './users.ts'

// Made by `openssl passwd`.
const SHA256 = '$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.'
const SHA512 = '$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.'

describe('hashed passwords', () => {
  it.each([SHA256, SHA512])('are what openssl makes of them: %s', (hashed) => {
    expect(shaCrypt('secret', hashed)).toBe(hashed)
    expect(shaCrypt('Secret', hashed)).not.toBe(hashed)
  })

  // From Drepper's own test vectors.
  it('have as many rounds as they say', () => {
    const hashed = '$5$rounds=10000$saltstringsaltst$3xv.VbSCBX41eDL9L3voWC6vVpnUxfcTzIAoC6iLrIu'
    expect(shaCrypt('Hello world!', '$5$rounds=10000$saltstringsaltst$x')?.slice(0, 33)).toBe(hashed.slice(0, 33))
    expect(isShaCrypt('$5$rounds=100001$salt$x')).toBe(false)
    expect(isShaCrypt('$1$salt$x')).toBe(false)
  })
})

describe('lists of users', () => {
  const groupsOf = createUsers([
    {
      name: 'staff',
      users: [
        { name: 'ann', password: 'o:ne', isHashed: false, groups: ['admin', 'all'] },
        { name: 'bob', password: SHA512, isHashed: true, groups: [] },
      ],
    },
  ])
  const basic = (credentials: string) => `Basic ${btoa(credentials)}`

  it('know who proves to be one of theirs', () => {
    expect(groupsOf('staff', basic('ann:o:ne'))).toEqual(['admin', 'all'])
    expect(groupsOf('staff', basic('bob:secret'))).toEqual([])
    expect(groupsOf('staff', basic('bob:secret'))).toEqual([])
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
  ])('know nobody by %s', (authorization) => {
    expect(groupsOf('staff', authorization)).toBeUndefined()
  })

  it('are apart', () => {
    expect(groupsOf('others', basic('ann:o:ne'))).toBeUndefined()
  })
})
