// Limpet's own commands for the Monitor: where it lives, and moving it.

import { PLACES } from '../config/place.ts'
import { problem } from './answer.ts'
import type { Answer } from './answer.ts'
import { escaped } from './escaped.ts'
import type { Visitor } from './level.ts'
import type { Operations } from './operations.ts'

/** Back to the object that was made first. */
const HOME = 'home'

export async function showMonitor([format]: readonly string[], operations: Operations): Promise<Answer> {
  const { name, near, bornMs, colo } = await operations.monitor()
  const made = new Date(bornMs).toISOString()
  if (format === 'json') return `${JSON.stringify({ object: name, near, made, colo })}\n`
  return `object: ${name}\nnear: ${near ?? 'not asked for'}\nmade: ${made}\ncolo: ${colo ?? 'not known'}\n`
}

export async function moveMonitor(
  [to = '']: readonly string[],
  operations: Operations,
  { who }: Visitor,
): Promise<Answer> {
  const place = PLACES.find((each) => each === to)
  if (!place && to !== HOME) {
    // No nearest match is offered: the names differ by a letter or two.
    return problem(`unknown place '${escaped(to)}'; use one of ${PLACES.join(', ')}, or ${HOME}, its first object\n`)
  }
  const moved = await operations.moveMonitor(place ?? null, who)
  return 'problem' in moved
    ? problem(`The Monitor has not moved: ${moved.problem}.\n`)
    : `The Monitor is now ${moved.to}.\n`
}
