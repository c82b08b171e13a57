// `npm run bench`: what does Limpet cost over a Worker that only passes requests on? Every variant is three workerd processes
// of its own, in turn, in front of the same origin: two processes of one Worker may be 5 % apart for as long as they run. All are loaded in
// turns, in short rounds, so that a busy minute of the machine is shared. Exit status 1 when something broke; a missed target is said, not failed.
//
//   --all           adds more kinds of clients
//   --rounds N      60; each process has a third of them
//   --only TEXT     leaves out the rows without the text, and keeps the first
//   --compare DIR   Limpet here beside the checkout at DIR
//   --counters      Limpet with and without counters and logs
//   --limits        Limpet with and without a limit by address
//   --releases      Limpet with and without releases, alone or with --compare
//   --memory        measures what an isolate holds, before and after 100,000 requests, instead
//   --workers DIR   `limpet serve` of the checkout at DIR beside one and two workers here
//   --keys          sends a million invented keys through a table that counts instead
//   --tables        fills one shard of a stick table instead
//   --growth        measures choices among many servers and passes through many rules instead, alone or with --compare
//   --instructions  counts the instructions of a request by valgrind instead, alone or with --compare and --only
//     --misses        or how often it misses a cache of 512 KB, which takes twice as long
//     --functions ROW   of this row and its floor, or the same row of --compare: the functions that differ most
//     --warm N          10000 requests before those that are counted
//     --count N         500 requests that are counted, three times: the least count is shown
//   --start         measures what a configuration costs before the first request instead

import { cpus, loadavg } from 'node:os'
import { createRequire } from 'node:module'

import { messageOf } from '../src/errors.ts'
import { scriptOptions } from '../test/script-options.ts'
import { requireCheckout } from './checkout.ts'
import { configured, configuredText } from './configure.ts'
import { canMeasureCpu } from './cpu.ts'
import { CONNECTIONS, load } from './load.ts'
import type { Measured } from './load.ts'
import { measureGrowth } from './growth.ts'
import { measureInventedKeys } from './invented-keys.ts'
import { requireValgrind } from './instructions/callgrind.ts'
import { COUNT, measureInstructions, WARM } from './instructions/measure.ts'
import { startOrigin } from './processes.ts'
import type { Balancer } from './processes.ts'
import { createReleaseVariants } from './release-variants.ts'
import { sizes, table, verdicts, warning } from './report.ts'
import { bundleSize, startUps } from './startup.ts'
import { measureMemory } from './memory.ts'
import { measureTables } from './tables.ts'
import { createCounterVariants, createLimitVariants, createVariants, createWorkerVariants } from './variants.ts'
import { createCompared } from './worker-variants.ts'
import type { Variant } from './worker-variants.ts'

const ROUNDS = 60
const PROCESSES = 3
const SETTLE_MS = 150
const ROUND_MS = 400
const WARM_UP_MS = 1500
const STARTS = 41

const is = { type: 'boolean' } as const
const { values: asked } = scriptOptions(import.meta.url, {
  options: {
    all: is,
    tables: is,
    growth: is,
    start: is,
    counters: is,
    limits: is,
    releases: is,
    memory: is,
    keys: is,
    compare: { type: 'string' },
    workers: { type: 'string' },
    instructions: is,
    misses: is,
    functions: { type: 'string' },
    warm: { type: 'string' },
    count: { type: 'string' },
    rounds: { type: 'string', default: String(ROUNDS) },
    only: { type: 'string' },
  },
})

const startedMs = performance.now()

try {
  await run()
  process.exit()
} catch (error) {
  console.error(`bench: ${messageOf(error)}`)
  process.exit(1)
}

async function run(): Promise<void> {
  if (asked.compare !== undefined) requireCheckout('--compare', asked.compare, ['src/balancer'])
  if (asked.workers !== undefined) requireCheckout('--workers', asked.workers, ['bin/limpet.js', 'node_modules'])
  if (asked.start) return console.log(configuredText(await configured()))
  if (asked.growth) return console.log(await measureGrowth(asked.compare))
  if (asked.keys) return console.log(measureInventedKeys())
  if (asked.tables) return console.log(await measureTables(await startOrigin()))
  if (asked.memory) return console.log(await measureMemory(await startOrigin()))
  if (asked.instructions) return console.log(await countInstructions())
  const alone = (['misses', 'functions', 'warm', 'count'] as const).find((name) => asked[name] !== undefined)
  if (alone !== undefined) throw new Error(`--${alone} belongs to --instructions: add it, or leave --${alone} out`)
  const { only } = asked
  const all = await variantsAskedFor()
  const variants = all.filter(({ name }, i) => i === 0 || only === undefined || name.includes(only))
  const rounds = Number(asked.rounds)
  if (!(rounds >= 1)) throw new Error(`--rounds takes a number from 1, not '${asked.rounds}'`)
  console.log(machine(rounds))
  if (!canMeasureCpu) console.log('No /proc on this system: CPU time cannot be read, and is shown as -.')
  const origins = await startOrigin()
  const processes = Math.min(PROCESSES, rounds)
  const running = new Map<Variant, readonly Balancer[]>()
  for (const variant of variants) {
    const balancers: Balancer[] = []
    while (balancers.length < processes) balancers.push(await named(variant, () => prepare(variant, origins)))
    running.set(variant, balancers)
    progress(`${variant.name}: ready`)
  }

  const results = new Map<Variant, Measured[]>(variants.map((variant) => [variant, []]))
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another, so that no one always follows the same neighbour or comes last.
    for (const variant of rotated(variants, round)) {
      const balancer = running.get(variant)![round % processes]!
      const measure = () => load(balancer, variant.requests, SETTLE_MS, ROUND_MS)
      results.get(variant)!.push(await named(variant, measure))
    }
    progress(`round ${round + 1} of ${rounds}`)
  }
  console.log(`\n${table(results)}\n`)
  const wide = warning(results)
  if (wide !== undefined) console.log(`${wide}\n`)
  console.log(`load average at the end: ${load1()}\n`)
  const size = await bundleSize()
  const starts = await startUps(origins, STARTS)
  const configurations = configuredText(await configured())
  console.log(`${sizes(size, starts)}\n\n${configurations}\n\n${verdicts(results, size, starts)}`)
  console.log(`\ntook ${((performance.now() - startedMs) / 1000).toFixed(0)} s`)
}

async function countInstructions(): Promise<string> {
  requireValgrind()
  const { compare, only, functions, misses } = asked
  const [warm, count] = [Number(asked.warm ?? WARM), Number(asked.count ?? COUNT)]
  return measureInstructions(await startOrigin(), { compare, only, functions, warm, count, misses }, progress)
}

async function variantsAskedFor(): Promise<readonly [Variant, ...Variant[]]> {
  const { all = false, compare, counters, limits, releases, workers } = asked
  if (counters) return createCounterVariants()
  if (limits) return createLimitVariants()
  if (releases) return createReleaseVariants(compare)
  if (workers !== undefined) return createWorkerVariants(workers)
  return compare === undefined ? createVariants(all) : createCompared(compare)
}

function rotated<T>(values: readonly T[], by: number): readonly T[] {
  const start = by % values.length
  return [...values.slice(start), ...values.slice(0, start)]
}

/** Compiled, its connections open, and known to do what it is measured for. */
async function prepare(variant: Variant, origins: readonly string[]): Promise<Balancer> {
  const balancer = await variant.start(origins)
  await variant.verify(balancer)
  await load(balancer, variant.requests, 0, WARM_UP_MS)
  return balancer
}

async function named<T>(variant: Variant, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw new Error(`${variant.name}: ${messageOf(error)}`, { cause: error })
  }
}

function machine(rounds: number): string {
  const { version } = createRequire(import.meta.url)('workerd/package.json') as { version: string }
  return [
    `workerd ${version}, Node ${process.version}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}`,
    `${rounds} rounds of ${ROUND_MS / 1000} s with ${CONNECTIONS} connections, ${Math.min(PROCESSES, rounds)} processes in turn; load average ${load1()}`,
    'CPU: median (lower quartile-upper quartile); x: CPU over answers of all rounds, +- its standard error',
  ].join('\n')
}

function load1(): string {
  return loadavg()[0]!.toFixed(1)
}

function progress(text: string): void {
  console.error(`  ${((performance.now() - startedMs) / 1000).toFixed(0).padStart(3)} s  ${text}`)
}
