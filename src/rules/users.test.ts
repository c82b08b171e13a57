import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest'

import type { Userlist } from '../config/options/users.ts'
import type { FrontendInput } from '../config/options/frontend.ts'
import { isShaCrypt, passwordHashProblem } from '../config/sha-crypt-form.ts'
import { validateConfig } from '../config/validate.ts'
import { createThrottle } from '../credentials/throttle.ts'
import { BARE_VIEW, transactionOf, TOOLS } from './testing.ts'
import { createRules, Suspended } from './rules.ts'
import { shaCrypt } from '../credentials/sha-crypt.ts'
import { createUsers, userlistsIn } from './users.ts'
import type { UnverifiedError, Users } from './users.ts'

// Made by `openssl passwd`.
const SHA256 = '$5$abcdefgh$gruCpC7VkOTspMQTTSAR8mtlO9Upms.fwqE5y16JVM.'
const SHA512 = '$6$abcdefgh$ltjgWl6579NluT/Vi1nwEvcil.G5Nbc4NiXZaNGStk8PSwGfQv72N2CKPPrVACtLtip/cZ/1GM/O6IND4WQhG.'

/** Of `secret`, in as few rounds as there may be. */
const QUICK =
  '$6$rounds=1000$abcdefgh$nhYjN017qxiYztzyUpZtPnUQcnLy62KsunSLHNeLahp2EHPlAKmFFlrjEwSXGo2kgY5hR2.peKEg2VGUqIJJu1'

describe('hashed passwords', () => {
  it.each([SHA256, SHA512])('are what openssl makes of them: %s', async (hashed) => {
    expect(await shaCrypt('secret', hashed)).toBe(hashed)
  })

  it('differ for another password', async () => {
    expect(await shaCrypt('secret', QUICK)).toBe(QUICK)
    expect(await shaCrypt('Secret', QUICK)).not.toBe(QUICK)
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

  it.each([
    [SHA512, undefined],
    ['$6$rounds=100000$salt$hash', undefined],
    ['$6$rounds=100001$salt$hash', /at most 100000 rounds.* has 100001: .*openssl passwd -6/],
    ['$5$rounds=999999999999$salt$hash', /at most 100000 rounds/],
    ['$1$salt$hash', /md5-crypt \(\$1\$\) is not supported: make one.*mkpasswd -m sha-512/],
    ['$2b$12$abcdefghijklmnopqrstuv', /bcrypt \(\$2b\$\) is not supported/],
    ['$2y$12$abcdefghijklmnopqrstuv', /bcrypt/],
    ['$y$j9T$salt$hash', /yescrypt/],
    ['ab1cdefghijkl', /DES/],
    ['plain', /must be a crypt hash/],
    ['$6$$', /must be a crypt hash/],
  ])('of another kind say how to make one: %s', (hashed, problem) => {
    const found = passwordHashProblem(hashed)
    if (problem === undefined) expect(found).toBeUndefined()
    else expect(found).toMatch(problem)
  })
})

const STAFF: Userlist = {
  name: 'staff',
  users: [
    { name: 'ann', password: 'o:ne', isHashed: false, groups: ['admin', 'all'] },
    { name: 'bob', password: QUICK, isHashed: true, groups: [] },
  ],
}
const GUESTS: Userlist = {
  name: 'guests',
  users: [{ name: 'ann', password: 'o:ne', isHashed: false, groups: [] }],
}
const basic = (credentials: string) => `Basic ${btoa(credentials)}`
const requestBy = (authorization: string | null, clientAddress = '192.0.2.1') =>
  transactionOf({ headers: authorization === null ? {} : { authorization }, clientAddress })

/** An isolate's users; what a request's credentials prove, or that nobody looks at them. */
function openUsers(now = () => 0) {
  const users = createUsers([STAFF, GUESTS], createThrottle(now))
  return async (list: string, authorization: string | null, clientAddress?: string) => {
    const transaction = requestBy(authorization, clientAddress)
    return (await users.verifyAll([list], transaction, now)) ? users.groupsOf(list, transaction) : 'refused'
  }
}

describe('lists of users', () => {
  const groupsOf = openUsers()

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
    basic(`bob:${QUICK}`),
    basic('eve:o:ne'),
    basic('constructor:x'),
    basic(':'),
    basic('eve:'),
  ])('know nobody by %s', async (authorization) => {
    expect(await openUsers()('staff', authorization)).toBeUndefined()
  })

  it('are apart', async () => {
    expect(await groupsOf('others', basic('ann:o:ne'))).toBeUndefined()
  })
})

describe('a guess', () => {
  const digests = vi.spyOn(crypto.subtle, 'digest')
  beforeEach(() => void digests.mockClear())
  afterAll(() => void digests.mockRestore())
  const hashed = () => digests.mock.calls.length
  /** What one hash takes at least. */
  const ONE_HASH = 1_000

  it('of more than 512 bytes is hashed by nobody', async () => {
    const groupsOf = openUsers()
    expect(await groupsOf('staff', basic(`bob:${'x'.repeat(40_000)}`))).toBeUndefined()
    expect(await groupsOf('staff', basic(`bob:${'x'.repeat(513)}`))).toBeUndefined()
    expect(hashed()).toBe(0)
    await groupsOf('staff', basic(`bob:${'x'.repeat(512)}`))
    expect(hashed()).toBeGreaterThan(ONE_HASH)
  })

  it('that was right is known again, whatever wrong ones come between', { timeout: 30_000 }, async () => {
    const groupsOf = openUsers()
    expect(await groupsOf('staff', basic('bob:secret'))).toEqual([])
    for (let i = 0; i < 1000; i++) await groupsOf('guests', basic(`ann:${i}`), `2001:db8:0:${i.toString(16)}::1`)
    digests.mockClear()
    expect(await groupsOf('staff', basic('bob:secret'))).toEqual([])
    expect(hashed()).toBeLessThan(5)
  })

  it('for a name that nobody has takes as many hashes as for one that somebody has', async () => {
    const takes = async (credentials: string) => {
      digests.mockClear()
      expect(await openUsers()('staff', basic(credentials))).toBeUndefined()
      return hashed()
    }
    expect(await takes('bob:wrong')).toBeGreaterThan(ONE_HASH)
    expect(await takes('eve:wrong')).toBe(await takes('bob:wrong'))
    expect(await takes('ann:wrong')).toBe(await takes('bob:wrong'))
  })

  it(
    'is looked at while others of its client are not: of twenty at once ten are hashed',
    { timeout: 30_000 },
    async () => {
      const groupsOf = openUsers()
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, i) => groupsOf('staff', basic(`bob:guess ${i}`), `2001:db8::${i + 1}`)),
      )
      expect(results.filter((result) => result === 'refused')).toHaveLength(10)
      expect(hashed()).toBeLessThan(11 * ONE_HASH)
      // From elsewhere, or remembered, it is listened to.
      expect(await groupsOf('staff', basic('bob:secret'), '2001:db8::1')).toBe('refused')
      expect(await groupsOf('staff', basic('bob:secret'), '192.0.2.1')).toEqual([])
      expect(await groupsOf('staff', basic('bob:secret'), '2001:db8::1')).toEqual([])
    },
  )

  it('is one, however often it is made', async () => {
    const groupsOf = openUsers()
    for (let i = 0; i < 30; i++) expect(await groupsOf('staff', basic('bob:old'))).toBeUndefined()
    expect(await groupsOf('staff', basic('bob:secret'))).toEqual([])
  })

  it('whose request went away does not keep the next out for long', async () => {
    let nowMs = 0
    const groupsOf = openUsers(() => nowMs)
    await groupsOf('staff', basic('ann:o:ne'), '192.0.2.2')
    // What becomes of a request's promises on workerd when its client hangs up.
    digests.mockImplementation(async (algorithm) =>
      algorithm === 'SHA-512' ? new Promise<ArrayBuffer>(() => undefined) : new ArrayBuffer(32),
    )
    void groupsOf('staff', basic('bob:gone'))
    await new Promise((resolve) => setTimeout(resolve, 20))
    digests.mockRestore()
    const next = groupsOf('staff', basic('bob:secret'))
    await new Promise((resolve) => setTimeout(resolve, 50))
    nowMs = 2_000
    expect(await next).toEqual([])
  })
})

describe('rules that ask for users', () => {
  const rulesOf = (rules: NonNullable<FrontendInput['rules']>) => {
    const { config, issues } = validateConfig(
      {
        userlists: [{ name: 'staff', users: [{ name: 'ann', insecurePassword: 'one', groups: ['admin'] }] }],
        frontends: [{ name: 'f', defaultBackend: 'b', rules }],
        backends: [{ name: 'b', servers: [{ name: 's', url: 'https://s.example' }] }],
      },
      'serve',
    )
    expect(issues).toEqual([])
    return createRules(config!.frontends[0]!.rules, TOOLS)
  }
  const isStaff = { sample: 'http_auth(staff)' }
  const view = (users: Users) => ({ ...BARE_VIEW, groupsOf: users.groupsOf })
  const users = () =>
    createUsers(
      [STAFF],
      createThrottle(() => 0),
    )
  const requestTo = (path: string, authorization: string | null) =>
    transactionOf({ url: `http://x${path}`, headers: authorization === null ? {} : { authorization } })

  it('have nothing verified before they are met, and their other conditions', () => {
    const rules = rulesOf([{ if: { all: [{ pathBeg: '/admin' }, { not: isStaff }] }, do: { auth: { realm: 'r' } } }])
    expect(rules(requestTo('/public', basic('ann:o:ne')), view(users()))).toBeUndefined()
    expect(rules(requestTo('/admin', null), view(users()))).toMatchObject({ status: 401 })
    expect(rules(requestTo('/admin', basic('ann:o:ne')), view(users()))).toBeInstanceOf(Suspended)
  })

  it('go on where they stopped: what was done is not done again', async () => {
    const some = users()
    const rules = rulesOf([
      { do: { addHeader: { name: 'x-seen', value: 'once' } } },
      { do: { addHeader: { name: 'x-groups', value: '%[http_auth_group(staff)]' } } },
      { if: isStaff, do: { deny: { status: 403 } } },
    ])
    const transaction = requestTo('/', basic('ann:o:ne'))
    const first = rules(transaction, view(some))
    expect(first).toBeInstanceOf(Suspended)
    const { asked, resume } = first as Suspended
    await some.verify(asked as UnverifiedError, transaction, () => 0)
    expect(resume()).toEqual({ status: 403 })
    expect([transaction.forOrigin.headers.get('x-seen'), transaction.forOrigin.headers.get('x-groups')]).toEqual([
      'once',
      'all',
    ])
  })

  it('and whatever else asks are found in a configuration', () => {
    const { config } = validateConfig(
      {
        userlists: ['a', 'b', 'c', 'd'].map((name) => ({ name, users: [{ name: 'x', insecurePassword: 'y' }] })),
        backends: [
          {
            name: 'app',
            useServer: [{ if: { all: [{ path: '/x' }, { not: { sample: 'http_auth(a)' } }] }, server: 's' }],
            responseRules: [{ do: { setHeader: { name: 'x', value: '%[http_auth_group(b)]' } } }],
            stickTable: { type: 'string', size: 10 },
            stick: [{ on: 'http_auth_group(c)' }],
            servers: [{ name: 's', url: 'https://s.example' }],
          },
        ],
      },
      'serve',
    )
    expect(userlistsIn(config!.backends[0]).toSorted()).toEqual(['a', 'b', 'c'])
    expect(userlistsIn(config!.frontends)).toEqual([])
  })
})
