import { describe, expect, it } from 'vitest'

import { STALE_MS, testBed } from './testing.ts'

describe('one isolate', () => {
  it('counts at once, and asks nobody', () => {
    const { count } = testBed().isolate()
    expect([count('a'), count('a'), count('b'), count('a')]).toEqual([1, 2, 1, 3])
  })

  it('a merge changes nothing of what it has counted', () => {
    const bed = testBed()
    const { count, read, merge } = bed.isolate()
    for (let i = 0; i < 30; i++) {
      count('a')
      bed.clock.ms += 700
      const before = read('a')
      if (i % 3 === 0) merge()
      expect(read('a')).toBe(before)
    }
  })

  it('an entry ends when it has not been used for its time, and with it its counters', () => {
    const bed = testBed({ expire: '5s' })
    const { count, read } = bed.isolate()
    count('a', 7, 'gpc0')
    bed.clock.ms += 4_999
    expect(read('a', 'gpc0')).toBe(7)
    bed.clock.ms += 1
    expect(read('a', 'gpc0')).toBeUndefined()
  })

  it('a full table evicts the key used longest ago', () => {
    const { count, read } = testBed({ size: 2 }).isolate()
    count('a')
    count('b')
    count('a')
    count('c')
    expect([read('a'), read('b'), read('c')]).toEqual([2, undefined, 1])
  })

  it('a full table with nopurge takes nobody in', () => {
    const { count } = testBed({ size: 2, nopurge: true }).isolate()
    count('a')
    count('b')
    expect(count('c')).toBeUndefined()
  })

  it('50,000 invented keys do not wash away what is near a limit', () => {
    const { count, read } = testBed({ size: 100 }, { http_req_rate: 80 }).isolate()
    count('guilty', 90)
    for (let i = 0; i < 50_000; i++) count(`invented${i}`)
    expect(read('guilty')).toBe(90)
  })
})

describe('a full table', () => {
  it('keeps every key that is near a limit, however many there are', () => {
    const { count, read } = testBed({ size: 100 }, { http_req_rate: 80 }).isolate()
    const guilty = Array.from({ length: 99 }, (_, i) => `guilty${i}`)
    for (const key of guilty) count(key, 90)
    for (let i = 0; i < 1_000; i++) count(`invented${i}`)
    expect(guilty.filter((key) => read(key) !== 90)).toEqual([])
  })

  it('evicts what is no longer near a limit', () => {
    const bed = testBed({ size: 4 }, { http_req_rate: 80 })
    const { count, read } = bed.isolate()
    for (const key of ['a', 'b', 'c', 'd']) count(key, 90)
    bed.clock.ms += 20_001
    for (const key of ['e', 'f', 'g']) count(key)
    expect(['e', 'f', 'g'].map((key) => read(key))).toEqual([1, 1, 1])
  })

  it('keeps what requests in progress track', () => {
    const { table, count, read } = testBed({ size: 2 }).isolate()
    count('busy', 3)
    table.open('busy')!.trackers += 1
    for (let i = 0; i < 50; i++) count(`invented${i}`)
    expect(read('busy')).toBe(3)
  })

  it('counts on with what is not sent yet of a key that it has evicted', () => {
    const { count } = testBed({ size: 1 }).isolate()
    count('a', 3, 'gpc0')
    count('b')
    expect(count('a', 1, 'gpc0')).toBe(4)
  })

  it('with gpc0 in a rule and an array in the table knows what is near a limit', () => {
    const { count, read, table, merge } = testBed({ size: 2, data: ['gpc(2)'] }, { gpc0: 0 }).isolate()
    count('a', 1, 'gpc')
    expect(table.urgency()).toBe('now')
    merge()
    for (let i = 0; i < 9; i++) count(`invented${i}`, 0, 'gpc')
    expect(read('a', 'gpc')).toBe(1)
  })
})

describe('several isolates', () => {
  it('each knows after two merges what all have counted', () => {
    const bed = testBed()
    const isolates = Array.from({ length: 8 }, () => bed.isolate())
    for (const { count } of isolates) count('a', 5)
    for (const { merge } of isolates) merge()
    bed.clock.ms += STALE_MS
    for (const { read, merge } of isolates) {
      read('a')
      merge()
      expect(read('a')).toBe(40)
    }
  })

  it('what is counted while a merge is on its way is not lost', () => {
    const bed = testBed()
    const [one, other] = [bed.isolate(), bed.isolate()]
    other.count('a', 3)
    other.merge()
    one.count('a', 2)
    const batch = one.table.take(10)
    one.count('a', 4)
    const { epoch, merged } = bed.shard().merge(['gpc0', 'http_req_rate(10000)'], batch.changes)
    batch.merged(merged.map((each) => ({ epoch, merged: each })))
    expect(one.read('a')).toBe(9)
    one.merge()
    expect(bed.shard().list(1).entries[0]!.data).toContainEqual(['http_req_rate', 'http_req_rate(10000)', 9])
  })

  it('a key that only another isolate has counted is asked for, once in an interval', () => {
    const bed = testBed()
    const [one, other] = [bed.isolate(), bed.isolate()]
    one.count('banned', 1, 'gpc0')
    one.merge()
    expect(other.read('banned', 'gpc0')).toBeUndefined()
    expect(other.table.urgency()).toBe('soon')
    other.merge()
    expect(other.read('banned', 'gpc0')).toBe(1)
    expect(other.table.urgency()).toBe('none')
  })

  it('without the object each goes on by itself, and tells all of it later', () => {
    const bed = testBed()
    const { count, merge, read } = bed.isolate()
    count('a', 3)
    merge(true)
    count('a', 4)
    expect(read('a')).toBe(7)
    merge(true)
    merge()
    expect(read('a')).toBe(7)
    expect(bed.shard().list(1).entries[0]!.data).toContainEqual(['http_req_rate', 'http_req_rate(10000)', 7])
  })

  it('an object that was restarted learns again what isolates know', () => {
    const bed = testBed()
    const { count, merge, read } = bed.isolate()
    count('a', 50)
    merge()
    bed.restart()
    count('a', 1)
    merge()
    expect(read('a')).toBe(51)
    merge()
    expect(read('a')).toBe(51)
    expect(bed.shard().list(1).entries[0]!.data).toContainEqual(['http_req_rate', 'http_req_rate(10000)', 51])
  })

  it('an eighth of a limit is urgent', () => {
    const { count, table, merge } = testBed({}, { http_req_rate: 80 }).isolate()
    count('a')
    merge()
    count('a', 8)
    expect(table.urgency()).toBe('later')
    count('a', 1)
    expect(table.urgency()).toBe('later')
    count('a', 1)
    expect(table.urgency()).toBe('now')
  })

  it('what did not arrive is as urgent as before', () => {
    const { count, table, merge, read } = testBed({}, { http_req_rate: 80 }).isolate()
    count('a', 10)
    merge(true)
    expect(table.urgency()).toBe('now')
    merge()
    read('unknown')
    merge(true)
    expect(table.urgency()).toBe('soon')
    merge()
    expect(table.urgency()).toBe('none')
  })

  it('what a merge has no room for is as urgent as before', () => {
    const { read, merge, table } = testBed().isolate()
    for (let i = 0; i < 3; i++) read(`unknown${i}`)
    merge(false, 2)
    expect(table.urgency()).toBe('soon')
  })

  it('an object that was restarted learns what isolates know although the first try fails', () => {
    const bed = testBed()
    const { count, merge, read } = bed.isolate()
    count('a', 50)
    merge()
    bed.restart()
    count('a', 1)
    merge()
    merge(true)
    merge()
    expect(read('a')).toBe(51)
  })

  it('a restarted object is told at once of what is near a limit', () => {
    const bed = testBed({}, { gpc0: 0 })
    const { count, merge, table } = bed.isolate()
    count('banned', 1, 'gpc0')
    merge()
    bed.restart()
    bed.clock.ms += STALE_MS
    table.find('banned')
    merge()
    expect(table.urgency()).toBe('now')
  })

  it('a counter that is cleared while the object is restarted stays cleared', () => {
    const bed = testBed()
    const [one, other] = [bed.isolate(), bed.isolate()]
    one.count('a', 5, 'gpc0')
    one.merge()
    other.read('a')
    other.merge()
    bed.shard().save()
    bed.restart()
    one.count('a', 1)
    one.merge()
    const { table } = one
    table.set(table.find('a')!, table.layout.slotOf('gpc0')!, 0)
    one.count('a', 2, 'gpc0')
    one.merge()
    expect(bed.shard().list(1).entries[0]!.data).toContainEqual(['gpc0', 'gpc0', 2])
  })

  it('an answer that comes after its merge was given up changes nothing', () => {
    const bed = testBed()
    const { table, count, read } = bed.isolate()
    count('a', 2)
    const batch = table.take(10)
    batch.failed()
    count('a', 3)
    bed.answer(table, batch)
    expect(read('a')).toBe(5)
  })

  it('what an operator removes is gone from isolates, too', () => {
    const bed = testBed()
    const { count, merge, read } = bed.isolate()
    count('a', 9, 'gpc0')
    merge()
    bed.shard().remove('a')
    bed.clock.ms += STALE_MS
    read('a')
    merge()
    expect(read('a')).toBeUndefined()
  })

  it('an answer brings back no key that has made room since', () => {
    const bed = testBed({ size: 2 })
    const { count, table, read } = bed.isolate()
    count('a')
    const batch = table.take(10)
    count('b')
    count('c')
    const { epoch, merged } = bed.shard().merge(['gpc0', 'http_req_rate(10000)'], batch.changes)
    batch.merged(merged.map((each) => ({ epoch, merged: each })))
    expect([read('a'), read('b'), read('c')]).toEqual([undefined, 1, 1])
  })

  it('urgent keys go first, and a merge carries no more than it may', () => {
    const bed = testBed({}, { http_req_rate: 8 })
    const { count, merge } = bed.isolate()
    for (let i = 0; i < 20; i++) count(`k${i}`)
    merge(false, 5)
    expect(bed.shard().list(100).count).toBe(5)
  })
})

describe('an object', () => {
  it('keeps gpc on disk, and what it reads is a new count', () => {
    const bed = testBed({ data: ['gpc0', 'gpc(2)', 'http_req_cnt'] })
    const { count, merge } = bed.isolate()
    count('a', 3, 'gpc0')
    count('a', 3, 'http_req_cnt')
    merge()
    expect(bed.shard().unsavedMs).toBe(bed.clock.ms)
    bed.shard().save()
    expect(bed.disk.get('a')!.values).toEqual({ gpc0: 3, 'gpc/0': 0, 'gpc/1': 0 })
    bed.restart()
    const other = bed.isolate()
    other.read('a', 'gpc0')
    other.merge()
    expect(other.read('a', 'gpc0')).toBe(3)
    expect(other.read('a', 'http_req_cnt')).toBe(0)
  })

  it('on disk an entry lives for as long as it is used', () => {
    const bed = testBed({ expire: '60s', data: ['gpc0', 'http_req_cnt'] })
    const { count, merge } = bed.isolate()
    count('banned', 1, 'gpc0')
    for (let i = 0; i < 20; i++) {
      merge()
      bed.shard().save()
      bed.clock.ms += 50_000
      count('banned', 1, 'http_req_cnt')
    }
    merge()
    bed.shard().save()
    bed.clock.ms += 59_999
    bed.restart()
    const other = bed.isolate()
    other.read('banned', 'gpc0')
    other.merge()
    expect(other.read('banned', 'gpc0')).toBe(1)
    const until = bed.disk.get('banned')!.untilMs
    expect(until - bed.clock.ms).toBeLessThanOrEqual(15_001)
  })

  it('writes an entry that is used no more often than a quarter of its life', () => {
    const bed = testBed({ expire: '60s', data: ['gpc0', 'http_req_cnt'] })
    const { count, merge } = bed.isolate()
    count('a', 1, 'gpc0')
    merge()
    bed.shard().save()
    let writes = 0
    for (let i = 0; i < 60; i++) {
      bed.clock.ms += 1_000
      count('a', 1, 'http_req_cnt')
      merge()
      if (bed.shard().unsavedMs !== undefined) writes += 1
      bed.shard().save()
    }
    expect(writes).toBe(3)
  })

  it('loses no gpc of a key that it has to evict before it is saved', () => {
    const bed = testBed({ size: 2 })
    const { count, merge } = bed.isolate()
    for (const key of ['a', 'b', 'c', 'd']) {
      count(key, 3, 'gpc0')
      merge()
    }
    count('a', 1, 'gpc0')
    merge()
    bed.shard().save()
    expect(Object.fromEntries([...bed.disk].map(([key, { values }]) => [key, values['gpc0']]))).toEqual({
      a: 4,
      b: 3,
      c: 3,
      d: 3,
    })
  })

  it('does not evict what is over a limit for invented keys', () => {
    const bed = testBed({ size: 10 }, { http_req_rate: 80 })
    const [one, other] = [bed.isolate(), bed.isolate()]
    one.count('guilty', 90)
    one.merge()
    for (let i = 0; i < 100; i++) {
      other.count(`invented${i}`)
      other.merge()
    }
    other.read('guilty')
    other.merge()
    expect(other.read('guilty')).toBe(90)
  })

  it('takes over the rate that is more now, not the one that once was', () => {
    const bed = testBed()
    const { ms } = bed.clock
    const told = (startMs: number, current: number) =>
      bed
        .shard()
        .merge(
          ['http_req_rate(10000)'],
          [{ key: 'a', touchedMs: ms, sets: [], adds: [], view: [[startMs, current, 0]] }],
        )
    told(ms - 19_000, 90)
    told(ms - 1_000, 20)
    told(ms - 19_000, 90)
    expect(bed.shard().list(1).entries[0]!.data).toContainEqual(['http_req_rate', 'http_req_rate(10000)', 20])
  })

  it('takes changes of a version that counts other things', () => {
    const bed = testBed()
    const change = {
      key: 'a',
      touchedMs: bed.clock.ms,
      sets: [],
      adds: [
        [0, bed.clock.ms, 2],
        [1, bed.clock.ms, 5],
      ],
    } as const
    const { merged } = bed.shard().merge(['bytes_in_cnt', 'gpc0'], [change])
    expect(merged[0]!.cells).toEqual([0, 5])
  })
})
