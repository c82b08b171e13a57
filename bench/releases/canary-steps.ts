// The way of a canary that is measured: 10, 25, 50, 25 percent, abort; by the commands that operators type.

import { bucketsOf, BUCKETS } from '../../src/releases/arm.ts'
import type { createClients, Step } from './canary-clients.ts'

const WAY = [
  { to: 'start with 10 %', share: 0.1, command: ['start', 'app/r2', '--share', '10'] },
  { to: '25 %', share: 0.25, command: ['step', 'app', '25'] },
  { to: '50 %', share: 0.5, command: ['step', 'app', '50'] },
  { to: '25 %', share: 0.25, command: ['step', 'app', '25'] },
  { to: 'abort', share: 0, command: ['abort', 'app'] },
] as const

/** Of the canary, that fetch something after it was aborted. */
const OPEN_PAGES = 100

export interface StepTaken extends Step {
  readonly to: string
  /** Of all clients: what the share is rounded to. */
  readonly expected: number
}

export interface Taken {
  readonly steps: readonly StepTaken[]
  /** Pages of the canary that were open when it was aborted: how many fetched something, and how many got it from another release. */
  readonly open: { readonly fetched: number; readonly mixed: number }
}

/** @param limpet runs `limpet release …`. */
export async function takeSteps(
  clients: ReturnType<typeof createClients>,
  limpet: (...words: readonly string[]) => Promise<unknown>,
): Promise<Taken> {
  const steps: StepTaken[] = []
  let open = { fetched: 0, mixed: 0 }
  for (const { to, share, command } of WAY) {
    await limpet('release', ...command)
    if (share === 0) open = await clients.fetchFrom('r2', OPEN_PAGES)
    steps.push({ to, expected: bucketsOf(share) / BUCKETS, ...(await clients.open('r2')) })
  }
  return { steps, open }
}
