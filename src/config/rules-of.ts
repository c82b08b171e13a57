// Everything in a frontend or a backend that rules are made of: conditions, samples, actions and texts.

import type { Backend } from './options/backend.ts'
import type { Frontend } from './options/frontend.ts'
import type { StatsConfig } from './options/stats.ts'
import { waitingForPosted } from './posted-parameter.ts'
import type { Sample } from './rules/samples/sample.ts'

/** Everything in which conditions, samples, actions or texts made of samples may stand. */
export function rulesOf(section: Frontend | Backend): readonly unknown[] {
  const own =
    'stick' in section
      ? [
          ...waitingForPosted(section),
          ...section.stick,
          ...section.persistRules,
          ...section.useServer,
          ...section.useRelease,
          ...hashedSamples(section),
          ...drawnSample(section),
        ]
      : [section.captures, section.uniqueId].filter((part) => part !== null)
  return [
    ...section.rules,
    ...section.responseRules,
    ...section.afterResponseRules,
    ...section.errors.values(),
    ...rulesOfPage(section.stats),
    ...own,
  ]
}

function hashedSamples({ balance }: Backend): readonly unknown[] {
  return balance.policy === 'hash' ? [balance.sample] : []
}

/** What a canary is drawn by. */
function drawnSample({ releases }: Backend): readonly unknown[] {
  return typeof releases?.draw === 'object' ? [releases.draw] : []
}

function rulesOfPage(stats: StatsConfig | null): readonly unknown[] {
  return stats === null ? [] : [...stats.rules, ...(stats.admin?.if ? [stats.admin.if] : [])]
}

export function isSample(part: object): part is Sample {
  return 'fetch' in part && 'converters' in part
}

/** Conditions, samples, actions, texts, and whatever is within them. */
export function* objectsIn(part: unknown): Generator<object, void> {
  if (typeof part !== 'object' || part === null) return
  yield part
  for (const inner of Object.values(part)) yield* objectsIn(inner)
}
