// Balancers as processes: started until they listen, told, ended. None outlives the run.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { listens as whenListening } from '../../test/processes.ts'
import { inTime } from '../in-time.ts'

export const START_MS = 60_000
const STOP_MS = 15_000

const groups = new Set<number>()
let directory: string | undefined

/** Of this run, for all files of its processes: gone at its end, whatever ends it. */
export function runDirectory(): string {
  if (directory !== undefined) return directory
  directory = mkdtempSync(join(tmpdir(), 'limpet-lost-'))
  process.on('exit', () => {
    for (const pid of groups) killGroup(pid, 'SIGKILL')
    rmSync(directory!, { recursive: true, force: true, maxRetries: 5 })
  })
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130))
  return directory
}

/** Each has a process group, so that all that it starts ends with it. */
export function start(
  command: readonly string[],
  log: string,
  env: NodeJS.ProcessEnv = {},
  socket: number | null = null,
): ChildProcess {
  const out = openSync(log, 'a')
  const [program, ...args] = command
  const child = spawn(program!, args, {
    detached: true,
    stdio: ['ignore', out, out, ...(socket === null ? [] : [socket])],
    env: { ...process.env, ...env },
  })
  child.on('error', () => undefined)
  if (child.pid !== undefined) groups.add(child.pid)
  return child
}

export function listens(child: ChildProcess, port: number, log: string): Promise<void> {
  return whenListening(child, port, START_MS, () => lastLines(log))
}

/** What a program said last. */
function lastLines(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-3).join(' | ')
}

/** By its own signal for a graceful end, and by force if it takes too long. */
export async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (!isOver(child)) {
    const ended = once(child, 'exit')
    child.kill(signal)
    await inTime(child.spawnfile, ended, STOP_MS).catch(() => undefined)
  }
  await kill(child)
}

export async function kill(child: ChildProcess): Promise<void> {
  const ended = isOver(child) ? undefined : once(child, 'exit')
  killGroup(child.pid!, 'SIGKILL')
  await ended
  groups.delete(child.pid!)
}

export function isOver(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal)
  } catch {
    // It has ended by itself.
  }
}
