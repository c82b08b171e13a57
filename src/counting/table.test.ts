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
