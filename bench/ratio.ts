// How many times as much CPU one variant takes as another, and how far that may be off. CPU time over answers, of all rounds together: the
// median of each round's own ratio was a third to a half further off, when both were tried with several processes of the same Workers.

import type { Measured } from './load.ts'

/** Rounds of one variant, in order. */
export type Rounds = readonly Measured[]

export interface Ratio {
  readonly value: number
  /** Two of three runs end within this much of `value`, as far as their own rounds can tell; undefined: of one round. */
  readonly standardError: number | undefined
}

/** Undefined: the floor was left out by `--only`, or CPU time cannot be read. */
export function ratioOf(rounds: Rounds | undefined, floor: Rounds | undefined): Ratio | undefined {
  if (!rounds || !floor) return undefined
  const value = ratioWithout(rounds, floor, undefined)
  if (value === undefined) return undefined
  // The jackknife: how much it hangs on each of them. A round of both is one: what slows the machine for a while slows both.
  const without = rounds.map((_, left) => ratioWithout(rounds, floor, left)!)
  const mean = without.reduce((sum, each) => sum + each, 0) / without.length
  const squares = without.reduce((sum, each) => sum + (each - mean) ** 2, 0)
  const n = rounds.length
  return { value, standardError: n === 1 ? undefined : Math.sqrt((squares * (n - 1)) / n) }
}

function ratioWithout(rounds: Rounds, floor: Rounds, left: number | undefined): number | undefined {
  const [us, floorUs] = [cpuUsOf(rounds, left), cpuUsOf(floor, left)]
  return us === undefined || floorUs === undefined ? undefined : us / floorUs
}

/** For each request, of all rounds but one. */
function cpuUsOf(rounds: Rounds, left: number | undefined): number | undefined {
  let [us, answers] = [0, 0]
  for (const [i, round] of rounds.entries()) {
    if (round.cpuUs === undefined) return undefined
    if (i === left) continue
    us += round.cpuUs * round.answers
    answers += round.answers
  }
  return us / answers
}
