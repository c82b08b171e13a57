import { describe, expect, it } from 'vitest'

import { parseBalance } from '../config/balance.ts'
import { countsInFlight, createPolicy, isHashed } from './create-policy.ts'
import * as policies from './policies.ts'
import { backendOf, membersOf, policyOf, requestOf, seeded } from './testing.ts'
import { createPool } from './pool.ts'
import type { Member } from './pool.ts'

const nobody: ReadonlySet<never> = new Set()

/** Servers in the order a fresh policy picks them, as letters. */
function order(balance: string, weights: readonly number[], picks: number): string {
  const policy = policyOf(balance)
  const members = membersOf(weights)
  return Array.from({ length: picks }, () => policy.pick(members, nobody, requestOf())!.server.name).join('')
}

// Recorded from HAProxy 2.6.12, one thread, `balance X` over servers A, B, C ... with these weights.
const RECORDED: readonly [string, readonly number[], string][] = [
  ['roundrobin', [3, 2, 1], 'ABACABABACAB'],
  ['roundrobin', [5, 1, 1], 'AAABAACAAABAAC'],
  ['roundrobin', [1, 1, 1], 'ABCABC'],
  ['roundrobin', [10, 3, 7], 'ACACABACACABACACAACBACACABACACABACACAACB'],
  ['roundrobin', [4, 4, 3, 2], 'ABCABDCABACBDABCABDCABACBD'],
  ['roundrobin', [1, 2, 3], 'CBCACBCBCACB'],
  ['roundrobin', [2, 1], 'AABAAB'],
  ['roundrobin', [7, 5, 3, 1], 'ABACBAABCABADACBABACBAABCABADACB'],
  ['roundrobin', [1, 5, 1], 'BBBABBCBBBABBC'],
  ['roundrobin', [16, 8, 4, 2, 1], 'AABACABADABACABAEABACABADABACABAABACABADABACABAEABACABADABAC'],
  ['roundrobin', [6, 4, 2], 'ABACABABACABABACABABACAB'],
  ['roundrobin', [9, 9, 1], 'ABABABABABABABABABCABABABABABABABABABC'],
  ['static-rr', [3, 2, 1], 'AABABCAABABC'],
  ['static-rr', [5, 1, 1], 'AAABAACAAABAAC'],
  ['static-rr', [1, 1, 1], 'ABCABC'],
  ['static-rr', [10, 3, 7], 'AACABCAACABCAACABCACAACABCAACABCAACABCAC'],
  ['static-rr', [4, 4, 3, 2], 'ABCABCDABABCDABCABCDABABCD'],
  ['static-rr', [1, 2, 3], 'ACBCBCACBCBC'],
  ['static-rr', [2, 1], 'AABAAB'],
  ['static-rr', [7, 5, 3, 1], 'ABABACABCABABACDABABACABCABABACD'],
  ['static-rr', [1, 5, 1], 'ABBBBBCABBBBBC'],
  ['static-rr', [16, 8, 4, 2, 1], 'AABABACABACABADABACABADABACABAEAABABACABACABADABACABADABACAB'],
  ['static-rr', [6, 4, 2], 'AABABCAABABCAABABCAABABC'],
  ['static-rr', [9, 9, 1], 'ABABABABABABABABABCABABABABABABABABABC'],
]

describe("the order is HAProxy's own", () => {
  it.each(RECORDED)('%s with weights %j', (balance, weights, recorded) => {
    expect(order(balance, weights, recorded.length)).toBe(recorded)
  })
})

const WEIGHTS = [5, 1, 3, 2]
const ROTATING = ['roundrobin', 'static-rr']
const WEIGHTED = [...ROTATING, 'random', 'source', 'uri', 'url_param id', 'hdr(X-User)', 'hash req.cook(sid)']

describe.each(WEIGHTED)('%s', (balance) => {
  it('gives every subset of servers its share by weight', () => {
    const members = membersOf(WEIGHTS)
    const random = seeded(7)
    for (let subset = 1; subset < 1 << members.length; subset++) {
      const candidates = members.filter((_, i) => subset & (1 << i))
      const total = candidates.reduce((sum, member) => sum + member.status.weight, 0)
      // random(2) prefers the less loaded of two draws; one draw alone shows the weights.
      const policy = policyOf(balance === 'random' ? 'random(1)' : balance, random)
      const counts = new Map<string, number>()
      const picks = 2200
      for (let i = 0; i < picks; i++) {
        const { name } = policy.pick(candidates, nobody, keyed(`key-${i}`))!.server
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
      for (const { server, status } of candidates) {
        const share = (counts.get(server.name) ?? 0) / picks
        expect(Math.abs(share - status.weight / total)).toBeLessThan(ROTATING.includes(balance) ? 0.001 : 0.03)
      }
    }
  })

  it('never picks an avoided server and has nobody when all are avoided', () => {
    const members = membersOf(WEIGHTS)
    const policy = policyOf(balance)
    const avoid = new Set([members[0]!, members[2]!])
    for (let i = 0; i < 100; i++) expect(avoid.has(policy.pick(members, avoid, keyed(`key-${i}`))!)).toBe(false)
    expect(policy.pick(members, new Set(members), keyed('x'))).toBeUndefined()
    expect(policy.pick([], nobody, keyed('x'))).toBeUndefined()
  })
})

describe.each(ROTATING)('%s in many short-lived isolates', (balance) => {
  it('converges to the weights over 500 isolates of 3 requests each', () => {
    const random = seeded(42)
    const counts = new Map<string, number>()
    for (let isolate = 0; isolate < 500; isolate++) {
      const members = membersOf([3, 2, 1])
      const policy = policyOf(balance, random, true)
      for (let i = 0; i < 3; i++) {
        const { name } = policy.pick(members, nobody, requestOf())!.server
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
    }
    expect(counts.get('A')! / 1500).toBeCloseTo(3 / 6, 1)
    expect(counts.get('B')! / 1500).toBeCloseTo(2 / 6, 1)
    expect(counts.get('C')! / 1500).toBeCloseTo(1 / 6, 1)
  })
})

describe('roundrobin', () => {
  it('keeps its shares when a server leaves and comes back', () => {
    const policy = policyOf('roundrobin')
    const members = membersOf([3, 2, 1])
    const without = members.filter((member) => member.server.name !== 'B')
    for (let i = 0; i < 7; i++) policy.pick(members, nobody, requestOf())
    const picks = Array.from({ length: 400 }, () => policy.pick(without, nobody, requestOf())!.server.name)
    expect(picks.filter((name) => name === 'A')).toHaveLength(300)
    const again = Array.from({ length: 600 }, () => policy.pick([...members], nobody, requestOf())!.server.name)
    expect(Math.abs(again.filter((name) => name === 'B').length - 200)).toBeLessThanOrEqual(2)
  })
})

describe.each(['roundrobin', 'static-rr', 'leastconn', 'first', 'random', 'source', 'hdr(X-User)'])('%s', (balance) => {
  it('asks whether to avoid a server only of the few that come into question, of a thousand', () => {
    const servers = Array.from({ length: 1000 }, (_, i) => ({ name: `s${i}`, weight: 1 + (i % 5) }))
    const { members } = createPool(backendOf(servers))
    const avoided = new Set(members.slice(3, 6))
    const policy = policyOf(balance)
    let asked = 0
    const avoid = { has: (member: Member) => ((asked += 1), avoided.has(member)) }
    for (let i = 0; i < 500; i++) policy.pick(members, avoid, keyed(`key-${i}`))!.inFlight += 1
    expect(asked / 500).toBeLessThan(15)
  })
})

describe('leastconn', () => {
  it('takes the fewest requests in progress for its weight, and rotates in ties', () => {
    const policy = policyOf('leastconn')
    const members = membersOf([1, 1, 2])
    expect(Array.from({ length: 3 }, () => policy.pick(members, nobody, requestOf())!.server.name).join('')).toBe('ABC')
    members[0]!.inFlight = 1
    members[1]!.inFlight = 2
    members[2]!.inFlight = 1
    expect(policy.pick(members, nobody, requestOf())!.server.name).toBe('C')
  })

  it('shares held requests by weight', () => {
    const policy = policyOf('leastconn')
    const members = membersOf([4, 2, 1])
    for (let i = 0; i < 70; i++) policy.pick(members, nobody, requestOf())!.inFlight++
    expect(members.map((member) => member.inFlight)).toEqual([40, 20, 10])
  })
})

describe.each(ROTATING)('%s that begins at a random turn', (balance) => {
  it('does so once, not with each change of a state', () => {
    let draws = 0
    const random = () => ((draws += 1), 0.7)
    const policy = policyOf(balance, random, true)
    const members = membersOf([3, 2, 1])
    for (let i = 0; i < 3; i++) policy.pick([...members], nobody, requestOf())
    expect(draws).toBe(1)
  })
})

describe('leastconn over several isolates', () => {
  it('counts what the others have in progress', () => {
    const members = membersOf([1, 1])
    members[0]!.elsewhere = 3
    members[1]!.inFlight = 2
    expect(policyOf('leastconn').pick(members, nobody, requestOf())!.server.name).toBe('B')
  })

  it('has nobody where all are avoided', () => {
    const members = membersOf([1, 1])
    expect(policyOf('leastconn').pick(members, new Set(members), requestOf())).toBeUndefined()
  })
})

describe('first', () => {
  it('takes the first that is not avoided, whatever its weight', () => {
    const members = membersOf([1, 5, 1])
    const policy = policyOf('first')
    expect(policy.pick(members, nobody, requestOf())?.server.name).toBe('A')
    expect(policy.pick(members, new Set([members[0]!]), requestOf())?.server.name).toBe('B')
    expect(policy.pick(members, new Set(members), requestOf())).toBeUndefined()
  })
})

describe('random(n)', () => {
  it('draws n times, each server as long a part of the way from 0 to 1 as its weight', () => {
    const members = membersOf([1, 3])
    const drawn = [0, 0.2499, 0.25, 0.9999].map((point) => {
      let draws = 0
      const policy = policyOf('random(3)', () => ((draws += 1), point))
      return [policy.pick(members, nobody, requestOf())!.server.name, draws]
    })
    expect(drawn).toEqual([
      ['A', 3],
      ['A', 3],
      ['B', 3],
      ['B', 3],
    ])
  })

  it('prefers the less loaded of the two it drew', () => {
    const members = membersOf([1, 1])
    members[0]!.inFlight = 10
    const policy = policyOf('random(2)', seeded(3))
    const picks = Array.from({ length: 1000 }, () => policy.pick(members, nobody, requestOf())!.server.name)
    // A only when both draws were A: a quarter of the time.
    expect(picks.filter((name) => name === 'A').length).toBeLessThan(320)
  })
})

describe('hash policies', () => {
  const hashed = (weights: readonly number[], skip: string | undefined, keys: number): string[] => {
    const policy = policyOf('hdr(X-User)')
    const members = membersOf(weights).filter((member) => member.server.name !== skip)
    return Array.from({ length: keys }, (_, i) => policy.pick(members, nobody, keyed(`user-${i}`))!.server.name)
  }

  it("move only the removed server's own clients", () => {
    const before = hashed([1, 2, 3], undefined, 3000)
    const after = hashed([1, 2, 3], 'B', 3000)
    before.forEach((name, i) => {
      if (name !== 'B') expect(after[i]).toBe(name)
    })
    expect(after).not.toContain('B')
  })

  it('find a server under its first name, whatever it is called today and wherever it stands', () => {
    const policy = policyOf('hdr(X-User)')
    const renamed = createPool(
      backendOf([{ name: 'C' }, { name: 'app1', formerly: ['A', 'web1'] }, { name: 'B' }]),
    ).members
    const first = (member: Member) => member.server.formerly[0] ?? member.server.name
    const after = hashed([1, 1, 1], undefined, 300).map((_, i) => policy.pick(renamed, nobody, keyed(`user-${i}`))!)
    expect(after.map(first)).toEqual(hashed([1, 1, 1], undefined, 300))
  })

  it.each([
    ['without a key', {}],
    ['with an empty one', { headers: { 'X-User': '' } }],
  ])('balance requests %s in turn', (_, options) => {
    const policy = policyOf('hdr(X-User)')
    const members = membersOf([1, 1, 1])
    const picks = Array.from({ length: 4 }, () => policy.pick(members, nobody, requestOf(options))!.server.name)
    expect(picks.join('')).toBe('ABCA')
  })

  it('count the addresses of one IPv6 /64 as one client, and a mapped IPv4 address as itself', () => {
    const policy = policyOf('source')
    const members = membersOf([1, 1, 1, 1, 1, 1, 1])
    const of = (clientAddress: string) => policy.pick(members, nobody, requestOf({ clientAddress }))
    for (let i = 0; i < 50; i++) expect(of(`2001:db8:1:2::${i.toString(16)}`)).toBe(of('2001:db8:1:2:ffff::1'))
    for (let i = 0; i < 50; i++) expect(of(`::ffff:192.0.2.${i}`)).toBe(of(`192.0.2.${i}`))
    const spread = new Set(Array.from({ length: 50 }, (_, i) => of(`2001:db8:1:${i.toString(16)}::1`)))
    expect(spread.size).toBeGreaterThan(3)
  })
})

function keyed(key: string) {
  return requestOf({
    url: `http://example.com/${key}?id=${key}`,
    headers: { 'X-User': key },
    sample: key,
    clientAddress: key,
  })
}

describe('map-based hashing', () => {
  const mapped = (balance: string) =>
    createPolicy(
      { ...backendOf([], balance), hashType: 'map-based' },
      { random: seeded(1), randomStart: false },
      policies,
    )

  it("gives the clients of an avoided server to the map's next, and leaves all others where they are", () => {
    const members = membersOf([1, 1, 1])
    const policy = mapped('uri')
    for (let i = 0; i < 50; i++) {
      const request = keyed(`k${i}`)
      const index = members.indexOf(policy.pick(members, nobody, request)!)
      expect(policy.pick(members, new Set([members[(index + 1) % 3]!]), request)).toBe(members[index])
      expect(policy.pick(members, new Set([members[index]!]), request)).toBe(members[(index + 1) % 3])
      expect(policy.pick(members, new Set(members), request)).toBeUndefined()
    }
  })

  // Recorded from HAProxy 2.6.12: `balance uri` over four servers.
  it.each([
    ['/url1', 'B'],
    ['/url2', 'C'],
    ['/url3', 'D'],
    ['/url4', 'A'],
  ])('%s goes to %s', (path, server) => {
    const request = requestOf({ url: `http://x${path}?query=ignored` })
    expect(mapped('uri').pick(membersOf([1, 1, 1, 1]), nobody, request)!.server.name).toBe(server)
  })
})

describe('consistent hashing', () => {
  const ring = () =>
    createPolicy(
      { ...backendOf([], 'hdr(X-User)'), hashType: 'consistent', hashAvalanche: true },
      { random: seeded(1), randomStart: false },
      policies,
    )

  it("moves an avoided server's own clients only, and shares them among the others", () => {
    const members = membersOf([1, 1, 1])
    const policy = ring()
    const movedTo = new Set<string>()
    for (let i = 0; i < 300; i++) {
      const request = keyed(`user-${i}`)
      const usual = policy.pick(members, nobody, request)!
      const now = policy.pick(members, new Set([members[1]!]), request)!
      if (usual !== members[1]) expect(now).toBe(usual)
      else movedTo.add(now.server.name)
    }
    expect([...movedTo].toSorted()).toEqual(['A', 'C'])
  })

  it('walks round the ring with requests that have no key', () => {
    const members = membersOf([1, 1])
    const policy = ring()
    const round = () =>
      Array.from({ length: 32 }, () => policy.pick(members, nobody, requestOf())!.server.name).join('')
    const first = round()
    expect(first.replaceAll('B', '')).toHaveLength(16)
    expect(round()).toBe(first)
  })

  it('has nobody where all are avoided, and where there is nobody', () => {
    const members = membersOf([1, 1])
    for (const request of [keyed('x'), requestOf()]) {
      expect(ring().pick(members, new Set(members), request)).toBeUndefined()
      expect(ring().pick([], nobody, request)).toBeUndefined()
    }
  })
})

it.each([
  ['roundrobin', false, false],
  ['static-rr', false, false],
  ['leastconn', false, true],
  ['first', false, false],
  ['random(2)', false, true],
  ['source', true, false],
  ['uri', true, false],
  ['url_param id', true, false],
  ['hdr(x-user)', true, false],
  ['hash req.cook(sid)', true, false],
])('%s sends each key to one server: %s; reads what is in flight: %s', (policy, hashed, counted) => {
  expect([isHashed(parseBalance(policy)!), countsInFlight(backendOf([], policy))]).toEqual([hashed, counted])
})
