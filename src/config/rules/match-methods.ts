// How a value is compared with what a rule names (HAProxy: configuration manual 7.1.3 and, for maps, 7.3.1).

/** `found`: any value, `bool`: not 0. */
export const MATCH_METHODS = [
  'str',
  'beg',
  'end',
  'sub',
  'dir',
  'dom',
  'reg',
  'ip',
  'int',
  'len',
  'bin',
  'found',
  'bool',
] as const
export type MatchMethod = (typeof MATCH_METHODS)[number]

/** How `map_beg` and the like look a key up; `map` is `map_str`. */
export const MAP_MATCHES = ['str', 'beg', 'end', 'sub', 'dir', 'dom', 'reg', 'ip'] as const
