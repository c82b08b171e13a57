// How much CPU time has a process used? Linux only: elsewhere there is no /proc, and the answer is undefined.

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'

export const canMeasureCpu = existsSync('/proc/self/stat')

const TICKS_PER_S = canMeasureCpu ? Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' })) : 100

/** The same of several processes. */
export function cpuUsOf(pids: readonly number[]): number | undefined {
  return canMeasureCpu ? pids.reduce((sum, pid) => sum + cpuUs(pid)!, 0) : undefined
}

/** User and system time in microseconds. Threads that have ended do not count; workerd's last as long as it does. */
export function cpuUs(pid: number): number | undefined {
  if (!canMeasureCpu) return undefined
  // In steps of nanoseconds, where the kernel was built to tell.
  if (existsSync(`/proc/${pid}/schedstat`)) return schedulerUs(pid)
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // Fields after the name, which may hold anything: utime is the twelfth of them, stime the thirteenth (proc(5)).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return ((Number(fields[11]) + Number(fields[12])) / TICKS_PER_S) * 1e6
}

function schedulerUs(pid: number): number {
  let ns = 0
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      ns += Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0])
    } catch {
      // It ended meanwhile.
    }
  }
  return ns / 1000
}
