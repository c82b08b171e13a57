// Who the visitor is, and what they may do.

/** HAProxy's: each may do what those before it may (management manual 9.3, "operator", "user"). */
export const LEVELS = ['user', 'operator', 'admin'] as const
export type Level = (typeof LEVELS)[number]

export interface Visitor {
  /** Who is recorded as the author of a change. */
  readonly who: string
  readonly level: Level
}

export function mayDo(visitor: Level, needed: Level): boolean {
  return LEVELS.indexOf(visitor) >= LEVELS.indexOf(needed)
}
