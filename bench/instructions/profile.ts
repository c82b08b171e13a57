// What callgrind has written of a run, read: how many instructions each function executed itself, without what it called.
// The format: https://valgrind.org/docs/manual/cl-format.html

export interface Profile {
  readonly total: number
  /** Instructions by function, for the whole run. */
  readonly self: ReadonlyMap<string, number>
}

/** Of all the code that V8 has compiled while it ran; it has no names, and lies elsewhere each time. */
export const COMPILED = '(compiled JavaScript)'

const FUNCTION = /^(c?)fn=\((\d+)\)(?: (.*))?$/
/** Lines are numbers, or distances from the line before. */
const COST = /^(?:[+-]?\d+|\*)(?: (\d+))?$/
const TOTALS = /^totals: (\d+)$/m
const EVENTS = /^events: (.*)$/m

/** Throws if it is not understood to the last instruction. */
export function parseProfile(text: string): Profile {
  const events = EVENTS.exec(text)?.[1]
  if (events !== 'Ir') throw new Error(`callgrind counted '${events ?? 'nothing'}' in place of instructions (Ir)`)
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
      if (!isCall && current !== undefined) self.set(current, (self.get(current) ?? 0) + Number(cost[1] ?? 0))
      isCall = false
    }
  }
  const total = [...self.values()].reduce((sum, count) => sum + count, 0)
  const stated = TOTALS.exec(text)?.[1]
  if (total !== Number(stated)) {
    throw new Error(
      `callgrind's file is not understood: its functions have ${total} instructions, its last line ${stated ?? 'none'}`,
    )
  }
  return { total, self }
}

/** Without the depth of a recursion ("f'2"): another depth is no other function. */
function shortName(name: string): string {
  return name.startsWith('0x') ? COMPILED : name.replace(/'\d+$/, '')
}
