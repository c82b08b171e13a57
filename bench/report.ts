// What a run found, in words and columns: medians with their spread, ratios with their error, and the targets.

import { aligned } from './aligned.ts'
import type { Measured } from './load.ts'
import { ratioOf } from './ratio.ts'
import type { Ratio, Rounds } from './ratio.ts'
import type { BundleSize, StartUp } from './startup.ts'
import type { Variant } from './worker-variants.ts'

/** Of each variant; the first is what all are compared with. */
export type Results = ReadonlyMap<Variant, Rounds>

const MAX_GZIP_BYTES = 81 * 1024
/** Until it listens, and with the first answer. */
const MAX_LISTENING_MS = 15
const MAX_START_UP_MS = 30

interface Spread {
  readonly median: number
  /** The quartiles. */
  readonly low: number
  readonly high: number
}

/** Half of the rounds lie this far apart, as a share of their median: then the machine was too busy. */
const WIDE = 0.15

/** Undefined when something could not be measured. */
function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined).toSorted((a, b) => a - b)
  if (known.length === 0 || known.length < values.length) return undefined
  const at = (share: number) => {
    const place = (known.length - 1) * share
    const below = known[Math.floor(place)]!
    return below + (known[Math.ceil(place)]! - below) * (place % 1)
  }
  return { median: at(0.5), low: at(0.25), high: at(0.75) }
}

function shown(spread: Spread | undefined, digits: number): string {
  if (!spread) return '-'
  const [median, low, high] = [spread.median, spread.low, spread.high].map((value) => value.toFixed(digits))
  return `${median} (${low}-${high})`
}

function shownRatio(ratio: Ratio | undefined): string {
  if (!ratio) return '-'
  const { value, standardError } = ratio
  return standardError === undefined ? value.toFixed(2) : `${value.toFixed(2)} +-${standardError.toFixed(2)}`
}

export function table(results: Results): string {
  const [[floorVariant, floor]] = [...results] as [[Variant, Rounds]]
  const rows = [['', 'CPU us/request', `x ${floorVariant.name}`, 'x its floor', 'requests/s', 'p50 ms', 'p99 ms']]
  for (const [variant, rounds] of results) {
    const median = (read: (measured: Measured) => number) => spreadOf(rounds.map(read))!.median
    rows.push([
      variant.name,
      shown(spreadOf(rounds.map(({ cpuUs }) => cpuUs)), 0),
      shownRatio(ratioOf(rounds, floor)),
      variant.floor ? shownRatio(ratioOf(rounds, results.get(variant.floor))) : '',
      median((measured) => measured.requestsPerS).toFixed(0),
      median((measured) => measured.p50Ms).toFixed(1),
      median((measured) => measured.p99Ms).toFixed(1),
    ])
  }
  return aligned(rows)
}

/** Undefined: the figures can be told apart as far as their quartiles say. */
export function warning(results: Results): string | undefined {
  const wide = [...results].filter(([, rounds]) => {
    const spread = spreadOf(rounds.map(({ cpuUs }) => cpuUs))
    return spread && spread.high - spread.low > WIDE * spread.median
  })
  if (wide.length === 0) return undefined
  const percent = (WIDE * 100).toFixed(0)
  return `Half of the rounds are more than ${percent} % apart for ${wide.map(([{ name }]) => name).join(', ')}: do not read more into a ratio than its +- says, or run it again on a quieter machine.`
}

export function sizes({ minifiedBytes, gzipBytes }: BundleSize, starts: readonly StartUp[]): string {
  return [
    `bundle: ${kb(minifiedBytes)} minified, ${kb(gzipBytes)} gzip -9`,
    `start-up CPU over passthrough, first request included: ${shown(startUpOf(starts), 1)} ms`,
    `    of which until it listens, global scope: ${shown(listeningOf(starts), 1)} ms`,
  ].join('\n')
}

/** One line per target; whether it is met is no matter of the exit status, since the machine may be busy. */
export function verdicts(results: Results, { gzipBytes }: BundleSize, starts: readonly StartUp[]): string {
  const all = [...results]
  const [floorVariant, floor] = all[0]!
  const lines: string[] = []
  const say = (what: string, value: number | undefined, limit: number | undefined, digits: number, strict = false) => {
    if (value === undefined || limit === undefined) return lines.push(`unknown  ${what}`)
    const met = strict ? value < limit : value <= limit
    return lines.push(
      `${met ? 'met    ' : 'not met'}  ${what} ${strict ? '<' : '<='} ${limit.toFixed(digits)}: ${value.toFixed(digits)}`,
    )
  }
  for (const [variant, rounds] of all) {
    if (variant.target === undefined) continue
    const value = ratioOf(rounds, floor)?.value
    const ofFloor = variant.floor && ratioOf(results.get(variant.floor), floor)?.value
    // Nobody is cheaper than hand-written code that does the same work.
    const limit = ofFloor === undefined ? variant.target : Math.max(variant.target, ofFloor + (variant.margin ?? 0))
    say(`${variant.name}, x ${floorVariant.name}`, value, limit, 2)
  }
  say('bundle, KB gzip', gzipBytes / 1024, MAX_GZIP_BYTES / 1024, 1, true)
  say('start-up until it listens, ms of CPU', listeningOf(starts)?.median, MAX_LISTENING_MS, 1, true)
  say('start-up with the first answer, ms of CPU', startUpOf(starts)?.median, MAX_START_UP_MS, 1, true)
  return lines.join('\n')
}

/** What Cloudflare calls the start-up time: the global scope has run. */
function listeningOf(starts: readonly StartUp[]): Spread | undefined {
  return spreadOf(starts.map(({ listeningMs }) => listeningMs))
}

function startUpOf(starts: readonly StartUp[]): Spread | undefined {
  return spreadOf(starts.map(({ firstAnswerMs }) => firstAnswerMs))
}

function kb(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KB`
}
