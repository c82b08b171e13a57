// Which entry one way of looking up finds: what `get map` and `get acl` show.

import { networksOf } from '../../config/network.ts'
import { crc32 } from '../../hash/string-hash.ts'
import { bytesOf } from '../../pattern/bytes.ts'
import type { PatternOf } from '../../pattern/compile.ts'
import { compileMatch } from '../matches.ts'
import type { Entries } from './changed-list.ts'
import { inOrder } from './ordered.ts'
import type { Use } from './uses.ts'

/** Undefined: none. */
export function findEntry(
  entries: Entries,
  { match, ignoreCase }: Use,
  sample: string,
  patternOf: PatternOf,
): readonly [key: string, value: string] | undefined {
  const method = match === 'regm' ? 'reg' : match
  return inOrder(entries, match).find(([key]) =>
    compileMatch(method, match === 'ip' ? networksOf([key]) : [key], ignoreCase, patternOf)(sample),
  )
}

/** By which commands name an entry: it stays what it is while the key is there. */
export function referenceOf(key: string): string {
  return `0x${crc32(bytesOf(key)).toString(16).padStart(8, '0')}`
}
