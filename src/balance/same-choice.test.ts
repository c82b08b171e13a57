// Policies look at few candidates; here are the same policies in plain words, looking at all of them. Both choose the same server, through
// random weights, states, slow starts, full servers and requests in progress.

import { describe, expect, it } from 'vitest'

import { xxh32 } from '../hash/xxh32.ts'
import type { Avoided, Policy } from './policy.ts'
import { createPool } from './pool.ts'
import type { Member } from './pool.ts'
import { slotsOf } from './slots.ts'
import { backendOf, policyOf, requestOf, seeded } from './testing.ts'

type PlainPick = (eligible: readonly Member[], candidates: readonly Member[], key: string) => Member | undefined

function plainRoundrobin(): PlainPick {
  const turns = new Map<Member, { at: number; rest: number; last: number }>()
  let now = 0
  return (eligible, candidates) => {
    for (const member of turns.keys()) if (!candidates.includes(member)) turns.delete(member)
    const total = candidates.reduce((sum, { status }) => sum + status.weight, 0)
    const due = eligible
      .filter((member) => turns.has(member))
      .toSorted((a, b) => {
        const [x, y] = [turns.get(a)!, turns.get(b)!]
        return x.at - y.at || b.status.weight - y.rest - (a.status.weight - x.rest) || x.last - y.last
      })[0]
    const fresh = eligible
      .filter((member) => !turns.has(member))
      .toSorted((a, b) => b.status.weight - a.status.weight)[0]
    const member = due && (turns.get(due)!.at <= now || !fresh) ? due : fresh
    if (!member) return undefined
    const { at, rest } = turns.get(member) ?? { at: now, rest: 0 }
    const { weight } = member.status
    const left = rest + (total % weight)
    // Once only, even where the weight has become much less.
    const carried = left >= weight ? 1 : 0
    turns.set(member, { at: at + Math.floor(total / weight) + carried, rest: left - carried * weight, last: now })
    now += 1
    return member
  }
}

function plainStaticRr(): PlainPick {
  const rotationOf = remembered(plainSlots)
  let turn = 0
  return (eligible, candidates) => {
    const rotation = rotationOf(candidates)
    for (let i = 0; i < rotation.length; i++) {
      const member = rotation[(turn + i) % rotation.length]!
      if (!eligible.includes(member)) continue
      turn = (turn + i + 1) % rotation.length
      return member
    }
    return undefined
  }
}

/** So that the test takes no minute. */
function remembered<Argument extends object, Result>(
  make: (argument: Argument) => Result,
): (argument: Argument) => Result {
  const made = new WeakMap<Argument, Result>()
  return (argument) => {
    if (!made.has(argument)) made.set(argument, make(argument))
    return made.get(argument)!
  }
}

function plainSlots(members: readonly Member[]): readonly Member[] {
  const weights = members.map(({ server }) => server.weight)
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const divisor = weights.reduce((a, b) => {
    while (b !== 0) [a, b] = [b, a % b]
    return a
  }, 0)
  const credits = weights.map(() => 0)
  return Array.from({ length: total / (divisor || 1) }, () => {
    weights.forEach((weight, i) => (credits[i]! += weight))
    const rotations = credits.map((credit) => Math.floor(credit / total))
    const best = rotations.indexOf(Math.max(...rotations))
    credits[best]! -= total
    return members[best]!
  })
}

function plainLeastconn(): PlainPick {
  const turns = new Map<Member, number>()
  let now = 0
  const load = ({ inFlight, elsewhere, status }: Member) => (inFlight + elsewhere) / status.weight
  return (eligible) => {
    const [member] = eligible.toSorted((a, b) => load(a) - load(b) || (turns.get(a) ?? 0) - (turns.get(b) ?? 0))
    if (member) turns.set(member, (now += 1))
    return member
  }
}

const plainRendezvous = (): PlainPick => (eligible, _, key) => {
  const score = ({ server, status }: Member) =>
    -status.weight / Math.log((xxh32(key, xxh32(server.name)) + 0.5) / 0x1_0000_0000)
  const best = Math.max(...eligible.map(score))
  return eligible.find((member) => score(member) === best)
}

const PLAIN: Readonly<Record<string, () => PlainPick>> = {
  roundrobin: plainRoundrobin,
  'static-rr': plainStaticRr,
  leastconn: plainLeastconn,
  first:
    () =>
    ([first]) =>
      first,
  source: plainRendezvous,
}

/** What happens to a pool of random servers, choice by choice. */
function live(seed: number, policy: Policy, plain: PlainPick, most: number): void {
  const random = seeded(seed)
  const below = (n: number) => Math.floor(random() * n)
  const servers = Array.from({ length: 1 + below(most) }, (_, i) => ({
    name: `s${i}`,
    weight: 1 + below(random() < 0.5 ? 3 : 256),
    backup: random() < 0.1,
    slowstartMs: random() < 0.3 ? 20_000 : null,
  }))
  const pool = createPool({ ...backendOf(servers), allbackups: random() < 0.5 })
  const states = new Map(pool.members.map(({ server, status }) => [server.name, status]))
  const busy: Member[] = []
  const full = new Set<Member>()
  for (let i = 0; i < 150; i++) {
    const any = pool.members[below(pool.members.length)]!
    const event = below(12)
    if (event === 0) {
      const health = (['up', 'down', 'starting'] as const)[below(3)]!
      const admin = (['ready', 'ready', 'drain', 'maint'] as const)[below(4)]!
      states.set(any.server.name, { admin, health, weight: below(257), startedMs: i * 1000 })
      pool.update(({ name }) => states.get(name))
    } else if (event === 1) full.add(any)
    else if (event === 2) full.delete(any)
    else if (event === 3) any.elsewhere = below(4)
    else if (event === 4 && busy.length > 0) busy.splice(below(busy.length), 1)[0]!.inFlight -= 1
    const starting = pool.skippedBySlowstart(i * 1000, random)
    const avoid: Avoided = { has: (member) => full.has(member) || starting.has(member) }
    const candidates = pool.candidates()
    const key = `192.0.2.${below(256)}`
    const expected = plain(
      candidates.filter((member) => !avoid.has(member)),
      candidates,
      key,
    )
    const picked = policy.pick(candidates, avoid, requestOf({ clientAddress: key }))
    expect(`${i}: ${picked?.server.name}`).toBe(`${i}: ${expected?.server.name}`)
    if (picked && random() < 0.6) {
      picked.inFlight += 1
      busy.push(picked)
    }
  }
}

describe.each(Object.entries(PLAIN))('%s', (balance, plain) => {
  it('chooses among few as if it looked at all', () => {
    for (let seed = 1; seed <= 40; seed++) live(seed, policyOf(balance), plain(), 8)
  })

  it('chooses among many as if it looked at all', () => {
    for (let seed = 100; seed < 102; seed++) live(seed, policyOf(balance), plain(), 120)
  })
})

describe('the map of slots', () => {
  it('is the one that comes of crediting every server in every slot', () => {
    const random = seeded(5)
    for (let i = 0; i < 200; i++) {
      const weights = Array.from(
        { length: Math.floor(random() * 12) },
        () => 1 + Math.floor(random() * (i % 2 ? 5 : 256)),
      )
      const { members } = createPool(backendOf(weights.map((weight, n) => ({ name: `s${n}`, weight }))))
      const names = (slots: readonly Member[]) => slots.map(({ server }) => server.name).join()
      expect(names(slotsOf(members))).toBe(names(plainSlots(members)))
    }
  })
})
