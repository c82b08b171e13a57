// How a value is compared with what a rule names (HAProxy: configuration manual 7.1.3 and, for maps, 7.3.1).

/** `found`: any value, `bool`: not 0. */
const OF_TEXTS = ['str', 'beg', 'end', 'sub', 'dir', 'dom', 'reg'] as const
export const MATCH_METHODS = [...OF_TEXTS, 'ip', 'int', 'len', 'bin', 'found', 'bool'] as const
export type MatchMethod = (typeof MATCH_METHODS)[number]

/** How `map_beg` and its like look a key up. `regm`: as `reg`, with groups in what is found. */
export type MapMatch = Exclude<MatchMethod, 'found' | 'bool'> | 'regm'
