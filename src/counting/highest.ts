// Which keys of a table come nearest to a limit, or are furthest over it: what an operator looks for first.

import type { Limits } from './limits.ts'

interface Counted {
  readonly data: readonly (readonly [type: string, name: string, value: number])[]
}

/** The highest first. Without a limit, by what the table keeps first. */
export function highestOf<Entry extends Counted>(
  entries: Iterable<Entry>,
  limits: Limits,
  most: number,
): readonly Entry[] {
  const highest: { readonly entry: Entry; readonly height: number }[] = []
  for (const entry of entries) {
    const height = heightOf(entry, limits)
    if (highest.length >= most && !(height > (highest.at(-1)?.height ?? Infinity))) continue
    const at = highest.findIndex((each) => each.height < height)
    highest.splice(at < 0 ? highest.length : at, 0, { entry, height })
    if (highest.length > most) highest.pop()
  }
  return highest.map(({ entry }) => entry)
}

/** As parts of the limit. */
function heightOf({ data }: Counted, limits: Limits): number {
  const heights = data.flatMap(([type, name, value]) => {
    const limit = limitOf(type, name, limits)
    return limit === undefined ? [] : value / Math.max(1, limit)
  })
  return heights.length > 0 ? Math.max(...heights) : (data[0]?.[2] ?? 0)
}

/** `gpc0` may be a counter by itself, or the first of the array `gpc`. */
export function limitOf(type: string, name: string, limits: ReadonlyMap<string, number>): number | undefined {
  return limits.get(type) ?? limits.get(name.replace(/\(.*/, ''))
}
