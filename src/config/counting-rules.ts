// Which rules count, and under which keys.

import type { Config } from './config.ts'
import type { TrackSc } from './rules/counter-action.ts'

export function trackedIn({ frontends, backends }: Pick<Config, 'frontends' | 'backends'>): readonly TrackSc[] {
  return [...frontends, ...backends]
    .flatMap(({ rules, responseRules }) => [...rules, ...responseRules])
    .flatMap(({ do: action }) => ('trackSc' in action ? [action.trackSc] : []))
}
