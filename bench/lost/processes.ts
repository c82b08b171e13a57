// Balancers as processes: started until they listen, told, ended. None outlives the run.

import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pass } from 'node:timers/promises'

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
export function start(command: readonly string[], log: string, env: NodeJS.ProcessEnv = {}): ChildProcess {
  const out = openSync(log, 'a')
  const [program, ...args] = command
  const child = spawn(program!, args, {
    detached: true,
    stdio: ['ignore', out, out],
    env: { ...process.env, ...env },
  })
  child.on('error', () => undefined)
  if (child.pid !== undefined) groups.add(child.pid)
  return child
}

export async function listens(child: ChildProcess, port: number, log: string): Promise<void> {
  const deadlineMs = Date.now() + START_MS
  while (!(await opens(port))) {
    if (isOver(child)) throw new Error(`${child.spawnfile} ended with ${child.exitCode}: ${lastLines(log)}`)
    if (Date.now() > deadlineMs)
      throw new Error(`${child.spawnfile}: nobody listens on port ${port}: ${lastLines(log)}`)
    await pass(20)
  }
}

/** What a program said last. */
function lastLines(log: string): string {
  return readFileSync(log, 'utf8').trimEnd().split('\n').slice(-3).join(' | ')
}

function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => resolve(false))
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
  })
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
