// What callgrind has written of a run, read: how many instructions each function executed itself, without what it called, or how often it
// missed a cache.
// The format: https://valgrind.org/docs/manual/cl-format.html

export interface Profile {
  readonly total: number
  /** By function, for the whole run. */
  readonly self: ReadonlyMap<string, number>
}

/** Of all the code that V8 has compiled while it ran; it has no names, and lies elsewhere each time. */
export const COMPILED = '(compiled JavaScript)'

const FUNCTION = /^(c?)fn=\((\d+)\)(?: (.*))?$/
/** Lines are numbers, or distances from the line before. */
const COST = /^(?:[+-]?\d+|\*)((?: \d+)*)$/
const TOTALS = /^totals: ([\d ]+)$/m
const EVENTS = /^events: (.*)$/m

/** `wanted`: callgrind's names of the events that are added up. Throws if the file is not understood to the last of them. */
export function parseProfile(text: string, wanted: readonly string[]): Profile {
  const events = EVENTS.exec(text)?.[1]?.split(' ') ?? []
  const columns = wanted.map((event) => events.indexOf(event))
  if (columns.includes(-1)) {
    throw new Error(`callgrind counted '${events.join(' ') || 'nothing'}' in place of '${wanted.join(' ')}'`)
  }
  // Zeros at the end of a line are left out.
  const sumOf = (costs: string) => {
    const each = costs.trim().split(' ')
    return columns.reduce((sum, column) => sum + Number(each[column] ?? 0), 0)
  }
  const names = new Map<string, string>()
  const self = new Map<string, number>()
  let current: string | undefined
  // The line after `calls=` is what the called function cost with all that it called: it is in that function's own lines.
  let isCall = false
  for (const line of text.split('\n')) {
    const named = FUNCTION.exec(line)
    if (named) {
      const [, called, id, name] = named
      if (name !== undefined) names.set(id!, shortName(name))
      if (!called) current = names.get(id!)
    } else if (line.startsWith('calls=')) {
      isCall = true
    } else {
      const cost = COST.exec(line)
      if (!cost) continue
      if (!isCall && current !== undefined) self.set(current, (self.get(current) ?? 0) + sumOf(cost[1]!))
      isCall = false
    }
  }
  const total = [...self.values()].reduce((sum, count) => sum + count, 0)
  const stated = TOTALS.exec(text)?.[1]
  if (stated === undefined || total !== sumOf(stated)) {
    throw new Error(
      `callgrind's file is not understood: its functions have ${total} of ${wanted.join(' and ')}, its last line '${stated ?? 'none'}'`,
    )
  }
  return { total, self }
}

/** Without the depth of a recursion ("f'2"): another depth is no other function. */
function shortName(name: string): string {
  return name.startsWith('0x') ? COMPILED : name.replace(/'\d+$/, '')
}
