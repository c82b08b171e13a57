// `npm run bench`: what does Limpet cost over a Worker that only passes requests on? Every variant is a workerd process
// of its own in front of the same origin; they are loaded in turns, round after round, so that a busy minute of the
// machine is shared. `-- --all` adds more kinds of clients, `-- --tables` fills one shard of a stick table instead,
// `-- --keys` sends a million invented keys through a table that counts,
// `-- --growth` measures choices among many servers and passes through many rules, alone or, with `--compare DIR`, beside the checkout at DIR,
// `-- --start` measures only what a configuration costs before the first request,
// `-- --counters` compares Limpet with itself, with and without counters and logs, `-- --limits` with and without a limit by address,
// `-- --compare DIR` with the checkout at DIR, `-- --workers DIR` `limpet serve` of the checkout at DIR with one and two workers here.
// `-- --rounds N` makes more rounds than 14, or fewer; `-- --only TEXT` leaves out the rows without the text, and keeps the first.
// Exit status 1 when something broke; a missed target is said, not failed.

import { cpus, loadavg } from 'node:os'
import { createRequire } from 'node:module'

import { messageOf } from '../src/errors.ts'
import { configured, configuredText } from './configure.ts'
import { canMeasureCpu } from './cpu.ts'
import { CONNECTIONS, load } from './load.ts'
import type { Measured } from './load.ts'
import { measureGrowth } from './growth.ts'
import { measureInventedKeys } from './invented-keys.ts'
import { startOrigin } from './processes.ts'
import type { Balancer } from './processes.ts'
import { sizes, table, verdicts, warning } from './report.ts'
import { bundleSize, startUps } from './startup.ts'
import { measureTables } from './tables.ts'
import {
  createCompared,
  createCounterVariants,
  createLimitVariants,
  createVariants,
  createWorkerVariants,
} from './variants.ts'
import type { Variant } from './variants.ts'

const ROUNDS = 14
const SETTLE_MS = 150
const ROUND_MS = 800
const WARM_UP_MS = 1500
const STARTS = 7

const startedMs = performance.now()

try {
  await run()
  process.exit()
} catch (error) {
  console.error(`bench: ${messageOf(error)}`)
  process.exit(1)
}

async function run(): Promise<void> {
  if (process.argv.includes('--start')) return console.log(configuredText(await configured()))
  if (process.argv.includes('--growth')) return console.log(await measureGrowth(argument('--compare')))
  if (process.argv.includes('--keys')) return console.log(measureInventedKeys())
  if (process.argv.includes('--tables')) return console.log(await measureTables(await startOrigin()))
  const only = argument('--only')
  const all = await variantsAskedFor(process.argv.slice(2))
  const variants = all.filter(({ name }, i) => i === 0 || only === undefined || name.includes(only))
  const rounds = Number(argument('--rounds') ?? ROUNDS)
  if (!(rounds >= 1)) throw new Error(`--rounds takes a number from 1, not '${argument('--rounds')}'`)
  console.log(machine(rounds))
  if (!canMeasureCpu) console.log('No /proc on this system: CPU time cannot be read, and is shown as -.')
  const origins = await startOrigin()
  const running = new Map<Variant, Balancer>()
  for (const variant of variants) running.set(variant, await named(variant, () => prepare(variant, origins)))

  const results = new Map<Variant, Measured[]>(variants.map((variant) => [variant, []]))
  for (let round = 0; round < rounds; round++) {
    // Each round begins with another, so that no one always follows the same neighbour or comes last.
    for (const variant of rotated(variants, round)) {
      const measure = () => load(running.get(variant)!, variant.requests, SETTLE_MS, ROUND_MS)
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

async function variantsAskedFor(asked: readonly string[]): Promise<readonly [Variant, ...Variant[]]> {
  if (asked.includes('--counters')) return createCounterVariants()
  if (asked.includes('--limits')) return createLimitVariants()
  const before = argument('--workers')
  if (before !== undefined) return createWorkerVariants(before)
  const other = argument('--compare')
  return other === undefined ? createVariants(asked.includes('--all')) : createCompared(other)
}

/** What stands behind a word of the command line; undefined: the word is not there. */
function argument(word: string): string | undefined {
  const at = process.argv.indexOf(word)
  if (at === -1) return undefined
  const value = process.argv[at + 1]
  if (value === undefined) throw new Error(`${word} needs a value behind it; what it is says the top of bench/run.ts`)
  return value
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
  progress(`${variant.name}: ready`)
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
    `${rounds} rounds of ${ROUND_MS / 1000} s with ${CONNECTIONS} connections; median (lower quartile-upper quartile); load average ${load1()}`,
  ].join('\n')
}

function load1(): string {
  return loadavg()[0]!.toFixed(1)
}

function progress(text: string): void {
  console.error(`  ${((performance.now() - startedMs) / 1000).toFixed(0).padStart(3)} s  ${text}`)
}
