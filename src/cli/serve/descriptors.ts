// How many files and connections workerd may have open. Beyond that it ends, and every connection with it, so an operator should know the
// limit before, and hear when it is near.

import { readdirSync, readFileSync } from 'node:fs'

const LOOK_MS = 5_000
/** Shares of the limit: when a warning is due, and when the next one may be. */
const NEAR = 0.8
const FAR = 0.6

/** Undefined: there is none, or it is not known on this system. */
export function descriptorLimit(pid: number): number | undefined {
  try {
    const [, soft] = /^Max open files\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? []
    return soft === undefined ? undefined : Number(soft)
  } catch {
    return undefined
  }
}

/** Of workerd 1.20261023: it has some 40 open without any client, two for each connection, of clients and to servers. */
export function limitText(limit: number): string {
  const requests = Math.max(0, Math.floor((limit - 40) / 4))
  return `at most ${limit} open files, enough for ${requests} requests in progress or ${2 * requests} idle connections`
}

/** What to do about it. */
export const RAISE =
  'raise it (ulimit -n, or LimitNOFILE in systemd), or let a proxy in front limit connections: docs/service.md'

/** `countOpen`: how many the process has; undefined: it has ended. */
export function createDescriptorWatch(limit: number, countOpen: () => number | undefined, say: (line: string) => void) {
  let hasWarned = false
  return () => {
    const open = countOpen()
    if (open === undefined) return
    if (!hasWarned && open >= limit * NEAR) {
      hasWarned = true
      say(`warning: ${open} of at most ${limit} files are open, and workerd ends when there are more; ${RAISE}`)
    }
    if (open < limit * FAR) hasWarned = false
  }
}

/** Warns when the limit is near, until the process ends. `isFirst`: says the limit now. */
export function watchDescriptors(pid: number, isFirst: boolean): void {
  const limit = descriptorLimit(pid)
  if (limit === undefined) return
  if (isFirst) console.error(limitText(limit))
  const look = createDescriptorWatch(
    limit,
    () => {
      const open = openDescriptors(pid)
      if (open === undefined) clearInterval(timer)
      return open
    },
    (line) => console.error(line),
  )
  const timer = setInterval(look, LOOK_MS).unref()
}

function openDescriptors(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return undefined
  }
}
