// `npm run bench -- --keys`: a million keys that nobody has, through isolates and the object of a counting table for 100,000. What it costs
// in time and memory, and whether two clients are still known: one that is over a limit, one that an operator's counter has banned. In this
// process, by a clock of its own; times are of the CPU.

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

import { testBed } from '../src/counting/testing.ts'

const KEYS = 1_000_000
const SIZE = 100_000
const LIMIT = 100
const KEYS_A_SECOND = 10_000
/** As an isolate merges on Cloudflare while new keys come, and how many keys at a time. */
const MERGE_MS = 2_500
const MERGED = 1_000
const ISOLATES = [1, 10]

/** What else runs on the machine is not in it. */
const cpuMs = () => process.cpuUsage().user / 1000

export function measureInventedKeys(): string {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const heapMb = () => {
    collect()
    return process.memoryUsage().heapUsed / 2 ** 20
  }
  const rows = [
    ['isolates', 'us/key', 'heap MB, half of them', 'all', 'merge ms', 'over its limit: isolate, object', 'banned'],
  ]
  for (const count of ISOLATES) {
    const before = heapMb()
    const bed = testBed(
      { size: SIZE, expire: '10m', data: ['http_req_rate(10m)', 'gpc0'] },
      { http_req_rate: LIMIT, gpc0: 1 },
    )
    const isolates = Array.from({ length: count }, () => bed.isolate())
    const first = isolates[0]!
    first.count('over', 3 * LIMIT)
    first.count('banned', 1, 'gpc0')
    for (const isolate of isolates) isolate.merge()
    let [mergeMs, merges, half] = [0, 0, 0]
    const startedMs = cpuMs()
    const mergeEach = (count * KEYS_A_SECOND * MERGE_MS) / 1000 / count
    for (let i = 0; i < KEYS; i++) {
      if (i % (KEYS_A_SECOND / 1000) === 0) bed.clock.ms += 1
      isolates[i % count]!.count(`invented ${i}`)
      if (i === KEYS / 2) half = heapMb() - before
      if (i % mergeEach > 0) continue
      const mergingMs = cpuMs()
      for (const isolate of isolates) isolate.merge(false, MERGED)
      mergeMs += cpuMs() - mergingMs
      merges += count
    }
    const tookMs = cpuMs() - startedMs - mergeMs
    const all = heapMb() - before
    const other = bed.isolate()
    for (const key of ['over', 'banned']) other.table.find(key)
    other.merge()
    const isKnown = (isolate: typeof first, key: string) => (isolate.table.find(key) ? 'known' : 'lost')
    rows.push([
      String(count),
      ((tookMs / KEYS) * 1000).toFixed(1),
      half.toFixed(0),
      all.toFixed(0),
      (mergeMs / merges).toFixed(1),
      `${isKnown(first, 'over')}, ${isKnown(other, 'over')}`,
      `${isKnown(first, 'banned')}, ${isKnown(other, 'banned')}`,
    ])
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) => row.map((cell, i) => cell.padStart(widths[i]!)).join('  ')).join('\n')
}
