// What every store behind a stick table must do, wherever it keeps its entries. The clock is Date.now, set from here.

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import type { StickTableConfig } from '../../src/config/options/stick.ts'
import { resolveStickTable } from '../../src/config/options/stick.ts'
import type { StickStore } from '../../src/persistence/stick-store.ts'
import { NEVER } from '../../src/persistence/table.ts'
import type { Kind, Target } from '../../src/persistence/table.ts'
import { SUITE_TABLES } from './stick-table-configs.ts'

export type SuiteTable = keyof typeof SUITE_TABLES

export function suiteConfig(table: SuiteTable): StickTableConfig {
  return resolveStickTable(SUITE_TABLES[table], [], 'limpet')
}

export interface StoreTraits {
  /** It decides between those who write at once. */
  readonly decides: boolean
  /** It holds no more than `size`. */
  readonly bounded: boolean
}

const A: Target = { server: 'a', id: 1 }
const B: Target = { server: 'b', id: 2 }
const C: Target = { server: 'c', id: 3 }
const MINUTE_MS = 60_000

/** `open`: an empty store each time. */
export function describeStickStore(
  name: string,
  open: (table: SuiteTable) => StickStore,
  { decides, bounded }: StoreTraits,
): void {
  describe(name, () => {
    let nowMs = 0
    beforeEach(() => {
      nowMs = 1_800_000_000_000
      vi.spyOn(Date, 'now').mockImplementation(() => nowMs)
    })
    afterEach(() => vi.restoreAllMocks())

    it('knows what it was told, and nothing else', async () => {
      const store = open('minute')
      expect(await store.match('k')).toBeUndefined()
      await store.store('k', A, 'request')
      expect(await store.match('k')).toMatchObject({ server: 'a', id: 1, home: 'a', createdMs: nowMs })
      expect(await store.match('K')).toBeUndefined()
      await store.store('k', B, 'request')
      expect(await store.match('k')).toMatchObject({ server: 'b', id: 2, home: 'a' })
    })

    it('keeps any key apart', async () => {
      const store = open('minute')
      const keys = [
        '',
        ' ',
        'a/b',
        '%2F',
        "'; DROP TABLE entries; --",
        'é',
        '__proto__',
        'constructor',
        'x'.repeat(400),
      ]
      for (const [i, key] of keys.entries()) await store.store(key, { server: `s${i}`, id: i }, 'request')
      for (const [i, key] of keys.entries()) expect((await store.match(key))?.server).toBe(`s${i}`)
    })

    it('gives a key to who claims it first', async () => {
      const store = open('minute')
      expect(await store.claim('k', A, [])).toMatchObject({ isNew: true, entry: { server: 'a' } })
      expect(await store.claim('k', B, [])).toMatchObject({ isNew: false, entry: { server: 'a' } })
      expect(await store.claim('k', C, ['b'])).toMatchObject({ isNew: false, entry: { server: 'a' } })
    })

    it('gives a key whose server is gone to the next, who keeps it', async () => {
      const store = open('minute')
      await store.claim('k', A, [])
      expect(await store.claim('k', B, ['a'])).toMatchObject({ isNew: true, entry: { server: 'b', home: 'a' } })
      expect(await store.claim('k', C, ['a'])).toMatchObject({ isNew: false, entry: { server: 'b' } })
    })

    if (decides) {
      it('gives one server to all who claim a key at once', async () => {
        const store = open('minute')
        const claims = await Promise.all(
          Array.from({ length: 100 }, (_, i) => store.claim('k', { server: `s${i}`, id: i }, [])),
        )
        expect(new Set(claims.map(({ entry }) => entry?.server)).size).toBe(1)
        expect(claims.filter(({ isNew }) => isNew)).toHaveLength(1)
      })
    }

    it('keeps an entry for at least `expire` after its last use, at most a quarter longer', async () => {
      const store = open('minute')
      await store.store('k', A, 'request')
      for (const stepMs of [10_000, 59_000, 1, 59_999, 30_000, 59_999]) {
        nowMs += stepMs
        const entry = await store.match('k')
        expect(entry!.untilMs - nowMs).toBeGreaterThanOrEqual(MINUTE_MS)
        expect(entry!.untilMs - nowMs).toBeLessThanOrEqual(1.25 * MINUTE_MS)
      }
      nowMs += 1.25 * MINUTE_MS + 1
      expect(await store.match('k')).toBeUndefined()
      expect(await store.claim('k', B, [])).toMatchObject({
        isNew: true,
        entry: { server: 'b', home: 'b', createdMs: nowMs },
      })
    })

    it('keeps entries for ever without `expire`', async () => {
      const store = open('forever')
      await store.store('k', A, 'request')
      nowMs += 10 * 365 * 86_400_000
      expect(await store.match('k')).toMatchObject({ server: 'a', untilMs: NEVER })
    })

    it('ends an entry at `maxlife`, however much it is used', async () => {
      const store = open('aged')
      const bornMs = nowMs
      await store.store('k', A, 'request')
      for (let i = 0; i < 4; i++) {
        nowMs += 30_000
        await store.store('k', i % 2 ? A : B, 'request')
        expect((await store.match('k'))?.createdMs).toBe(bornMs)
      }
      nowMs = bornMs + 149_999
      expect(await store.match('k')).toBeDefined()
      nowMs += 1
      expect(await store.match('k')).toBeUndefined()
    })

    if (bounded) {
      describe('when it is full', () => {
        const fill = async (store: StickStore, kind: Kind, ...keys: string[]) => {
          for (const key of keys) {
            nowMs += 10
            await store.store(key, A, kind)
          }
        }
        const known = async (store: StickStore, ...keys: string[]) => {
          const found = await Promise.all(keys.map((key) => store.match(key)))
          return keys.filter((_, i) => found[i])
        }

        it('drops who ends first for who is new', async () => {
          const store = open('three')
          await fill(store, 'request', '1', '2', '3', '4')
          expect(await known(store, '1', '2', '3', '4')).toEqual(['2', '3', '4'])
        })

        it('drops nobody for who is known', async () => {
          const store = open('three')
          await fill(store, 'request', '1', '2', '3', '2', '1', '2')
          expect(await known(store, '1', '2', '3')).toEqual(['1', '2', '3'])
        })

        it('drops ended ones first', async () => {
          const store = open('three')
          await fill(store, 'response', '1')
          nowMs += 1.3 * 3_600_000
          await fill(store, 'request', '2', '3')
          await fill(store, 'request', '4')
          expect(await known(store, '1', '2', '3', '4')).toEqual(['2', '3', '4'])
        })

        it('never drops what an origin made for what a client invents', async () => {
          const store = open('three')
          await fill(store, 'response', 'r1', 'r2')
          for (let i = 0; i < 20; i++) await fill(store, 'request', `invented ${i}`)
          expect(await known(store, 'r1', 'r2', 'invented 19', 'invented 18')).toEqual(['r1', 'r2', 'invented 19'])
          await fill(store, 'response', 'r3')
          expect(await known(store, 'r1', 'r2', 'r3', 'invented 19')).toEqual(['r1', 'r2', 'r3'])
          expect(await store.store('invented', A, 'request')).toBeUndefined()
          expect(await store.claim('invented', A, [])).toEqual({ entry: undefined, isNew: true })
          await fill(store, 'response', 'r4')
          expect(await known(store, 'r1', 'r2', 'r3', 'r4')).toEqual(['r2', 'r3', 'r4'])
        })

        it('a key that an origin made stays one, whoever sends it back', async () => {
          const store = open('three')
          await fill(store, 'response', 'r1')
          await fill(store, 'request', 'r1', '1', '2', '3', '4')
          expect(await known(store, 'r1')).toEqual(['r1'])
        })

        it.each(['closed', 'closedAsHaproxy'] as const)(
          'with nopurge takes nobody in, and goes on with who is there: %s',
          async (table) => {
            const store = open(table)
            await fill(store, 'request', '1', '2', '3', '4')
            expect(await known(store, '1', '2', '3', '4')).toEqual(['1', '2', '3'])
            expect((await store.store('2', B, 'request'))?.server).toBe('b')
            nowMs += 1.3 * 3_600_000
            await fill(store, 'request', '4')
            expect(await known(store, '4')).toEqual(['4'])
          },
        )

        it('with nopurge takes in what an origin issues, for what clients made up', async () => {
          const store = open('closed')
          await fill(store, 'request', '1', '2', '3')
          await fill(store, 'response', 'r1', 'r2', 'r3', 'r4')
          expect(await known(store, '1', '2', '3', 'r1', 'r2', 'r3', 'r4')).toEqual(['r1', 'r2', 'r3'])
        })

        it('with nopurge as HAProxy has it takes in nothing at all', async () => {
          const store = open('closedAsHaproxy')
          await fill(store, 'request', '1', '2', '3')
          expect(await store.store('r1', A, 'response')).toBeUndefined()
        })
      })

      describe('when one client makes up keys', () => {
        const flood = async (store: StickStore, source: string | undefined, many = 60) => {
          for (let i = 0; i < many; i++) {
            nowMs += 10
            await store.claim(`${source} invented ${i}`, A, [], source)
          }
        }
        const visit = async (store: StickStore, from: number, to: number) => {
          const keys = Array.from({ length: to - from }, (_, i) => `visitor ${from + i}`)
          for (const key of keys) {
            nowMs += 10
            await store.claim(key, B, [], `192.0.2.${key}`)
          }
          return keys
        }
        const lost = async (store: StickStore, keys: readonly string[]) => {
          const found = await Promise.all(keys.map((key) => store.match(key)))
          return keys.filter((_, i) => found[i] === undefined)
        }
        const left = async (store: StickStore, source: string | undefined, many = 60) =>
          many -
          (
            await lost(
              store,
              Array.from({ length: many }, (_, i) => `${source} invented ${i}`),
            )
          ).length

        it('drops these for one another and for others, down to an eighth of the size', async () => {
          const store = open('shared')
          const early = await visit(store, 0, 10)
          await flood(store, '203.0.113.9')
          expect(await lost(store, early)).toEqual([])
          expect(await left(store, '203.0.113.9')).toBe(14)
          const late = await visit(store, 10, 28)
          expect(await lost(store, [...early, ...late])).toEqual([])
          expect(await left(store, '203.0.113.9')).toBe(4)
          await flood(store, '203.0.113.9')
          expect(await lost(store, [...early, ...late])).toEqual([])
        })

        it('holds two such clients, each', async () => {
          const store = open('shared')
          const early = await visit(store, 0, 10)
          await flood(store, '203.0.113.9')
          await flood(store, '203.0.113.10')
          expect(await lost(store, early)).toEqual([])
        })

        it('does so in a table that is filled already', async () => {
          const store = open('shared')
          await flood(store, '203.0.113.9', 30)
          const late = await visit(store, 0, 28)
          expect(await lost(store, late)).toEqual([])
        })

        it('leaves what an origin issued out of the account', async () => {
          const store = open('shared')
          const issued = Array.from({ length: 26 }, (_, i) => `issued ${i}`)
          for (const key of issued) await store.store(key, A, 'response', '203.0.113.9')
          await flood(store, '203.0.113.9', 4)
          expect([await lost(store, issued), await left(store, '203.0.113.9', 4)]).toEqual([[], 4])
        })

        it('counts a key that an origin takes for its own no longer', async () => {
          const store = open('shared')
          await visit(store, 0, 20)
          await flood(store, '203.0.113.9', 4)
          for (let i = 0; i < 4; i++) await store.store(`203.0.113.9 invented ${i}`, A, 'response')
          await store.claim('one more', A, [], '203.0.113.9')
          expect([await left(store, '203.0.113.9', 4), await lost(store, ['one more'])]).toEqual([4, []])
        })

        it('holds nobody to a share whose source is not told, or as HAProxy has it', async () => {
          for (const [table, source] of [
            ['shared', undefined],
            ['sharedAsHaproxy', '203.0.113.9'],
          ] as const) {
            const store = open(table)
            const early = await visit(store, 0, 10)
            await flood(store, source)
            expect(await lost(store, early)).toEqual(early)
            expect(await left(store, source)).toBe(32)
          }
        })

        it('with nopurge refuses it, takes in other clients and whatever an origin issues', async () => {
          const store = open('sharedClosed')
          await flood(store, '203.0.113.9')
          expect(await left(store, '203.0.113.9')).toBe(24)
          expect(await store.claim('one more', A, [], '203.0.113.9')).toEqual({ entry: undefined, isNew: true })
          expect(await lost(store, await visit(store, 0, 8))).toEqual([])
          expect(await lost(store, await visit(store, 8, 10))).toHaveLength(2)
          await store.store('login', A, 'response', '203.0.113.9')
          expect([await lost(store, ['login']), await left(store, '203.0.113.9')]).toEqual([[], 23])
          // What has ended is nobody's share.
          nowMs += 1.3 * 3_600_000
          expect((await store.claim('one more', A, [], '203.0.113.9')).entry).toBeDefined()
        })
      })
    }

    it.each(bounded ? (['model', 'modelShared', 'modelClosed'] as const) : (['model'] as const))(
      'does what a simple model does, whatever happens: %s',
      async (table) => {
        let seed = 11
        const random = (below: number) => {
          seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff
          return seed % below
        }
        const store = open(table)
        const model = createModel(suiteConfig(table), bounded)
        const servers = ['a', 'b', 'c']
        const sources = table === 'model' ? [undefined] : [undefined, '192.0.2.1', '192.0.2.2', '2001:db8::']
        for (let i = 0; i < 250; i++) {
          // Never twice in one millisecond: then nobody could say who ends first.
          nowMs += 1 + random(random(10) === 0 ? 100_000 : 5_000)
          const key = `k${random(table === 'model' ? 9 : 40)}`
          // Some come more often than others.
          const source = sources[Math.min(random(sources.length), random(sources.length))]
          const id = random(3) + 1
          const target = { server: servers[id - 1]!, id }
          const kind: Kind = random(3) === 0 ? 'response' : 'request'
          const gone = servers.filter(() => random(4) === 0)
          const what = random(3)
          if (what === 0) expect(shown(await store.match(key))).toEqual(shown(model.match(key, nowMs)))
          else if (what === 1) {
            const claimed = await store.claim(key, target, gone, source)
            const expected = model.claim(key, target, gone, nowMs, source)
            expect([shown(claimed.entry), claimed.isNew]).toEqual([shown(expected.entry), expected.isNew])
          } else {
            const stored = await store.store(key, target, kind, source)
            expect(shown(stored)).toEqual(shown(model.store(key, target, kind, nowMs, source)))
          }
        }
      },
    )
  })
}

interface ModelEntry extends Target {
  readonly key: string
  readonly kind: Kind
  readonly source: string | undefined
  readonly home: string
  readonly createdMs: number
  readonly untilMs: number
}

function shown(entry: (Target & { home: string; createdMs: number; untilMs: number }) | undefined) {
  return entry && [entry.server, entry.id, entry.home, entry.createdMs, entry.untilMs]
}

/** A list that is searched from end to end. */
function createModel({ size, expireMs, maxlifeMs, nopurge }: StickTableConfig, bounded: boolean) {
  let entries: ModelEntry[] = []
  const endOf = (createdMs: number, nowMs: number) => Math.min(nowMs + 1.25 * expireMs!, createdMs + maxlifeMs!)
  const find = (key: string, nowMs: number) => entries.find((entry) => entry.key === key && entry.untilMs > nowMs)
  const put = (entry: ModelEntry) => {
    entries = [...entries.filter(({ key }) => key !== entry.key), entry]
    return entry
  }
  const refresh = (entry: ModelEntry, nowMs: number) => {
    const untilMs = endOf(entry.createdMs, nowMs)
    return entry.untilMs - nowMs >= expireMs! || untilMs <= entry.untilMs ? entry : put({ ...entry, untilMs })
  }
  const share = Math.max(1, Math.floor(size / 8))
  const soonest = (which: (entry: ModelEntry) => boolean) =>
    entries.filter(which).toSorted((a, b) => a.untilMs - b.untilMs)[0]
  const countOf = (source: string) => entries.filter((entry) => entry.source === source).length
  /** Whether there was somebody to go. */
  const drop = (victim: ModelEntry | undefined) => {
    entries = entries.filter((entry) => entry !== victim)
    return victim !== undefined
  }
  const hasRoom = (kind: Kind, source: string | undefined, nowMs: number) => {
    const isEnded = ({ untilMs }: ModelEntry) => untilMs <= nowMs
    if (source !== undefined && entries.length >= 0.75 * size && countOf(source) >= share) {
      const own = soonest((entry) => entry.source === source)
      if (!drop(nopurge && own && !isEnded(own) ? undefined : own)) return false
    }
    if (entries.length < size) return true
    for (const each of ['request', 'response']) {
      if (drop(soonest((entry) => entry.kind === each && isEnded(entry)))) return true
    }
    if (nopurge && kind === 'request') return false
    const [greediest] = [...new Set(entries.map((entry) => entry.source))]
      .filter((each) => each !== undefined && countOf(each) > share)
      .toSorted((a, b) => countOf(b!) - countOf(a!))
    if (greediest !== undefined) return drop(soonest((entry) => entry.source === greediest))
    if (drop(soonest((entry) => entry.kind === 'request'))) return true
    return kind === 'response' && !nopurge && drop(soonest(() => true))
  }
  const write = (key: string, target: Target, wanted: Kind, nowMs: number, from: string | undefined) => {
    const old = find(key, nowMs)
    const kind = old?.kind === 'response' ? 'response' : wanted
    const source = kind === 'response' ? undefined : (old?.source ?? from)
    const isThere = entries.some((entry) => entry.key === key)
    if (bounded && !isThere && !hasRoom(kind, source, nowMs)) return undefined
    const createdMs = old?.createdMs ?? nowMs
    const untilMs = endOf(createdMs, nowMs)
    return put({ ...target, key, kind, source, home: old?.home ?? target.server, createdMs, untilMs })
  }
  return {
    match(key: string, nowMs: number) {
      const entry = find(key, nowMs)
      return entry && refresh(entry, nowMs)
    },
    claim(key: string, target: Target, gone: readonly string[], nowMs: number, source: string | undefined) {
      const entry = find(key, nowMs)
      if (entry && !gone.includes(entry.server)) return { entry: refresh(entry, nowMs), isNew: false }
      return { entry: write(key, target, 'request', nowMs, source), isNew: true }
    },
    store: write,
  }
}
