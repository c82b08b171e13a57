// What suites and benchmarks ask about processes that they have started: whether one lives, what it has started, whether it listens.

import type { ChildProcess } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { setTimeout as pass } from 'node:timers/promises'

const LOOK_EACH_MS = 20

/** A process that has ended and was not waited for is not alive. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ')
  } catch {
    return false
  }
}

/** Throws if there is no such process, or no Linux. */
export function childrenOf(pid: number): readonly number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number)
}

/** Whatever a process has started, and what that has started. */
export function descendantsOf(pid: number): readonly number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)])
}

/** Whether somebody accepts connections on this port of 127.0.0.1. */
export function opens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true))
    socket.on('error', () => resolve(false)).on('connect', () => socket.destroy())
  })
}

/**
 * Resolves once `limpet serve` says where it listens, or has ended. Before that a port may open and close again: it tries each before
 * it begins. Its standard error is to be a pipe.
 */
export function saysListening(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    let said = ''
    child.stderr!.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      if (said.includes('listening on')) resolve()
    })
    child.once('exit', () => resolve())
  })
}

/** Resolves once it accepts connections; rejects if it ends before, or takes too long. `said`: what it has written, for the message. */
export async function listens(
  child: ChildProcess,
  port: number,
  withinMs: number,
  said: () => string = () => '',
): Promise<void> {
  const deadlineMs = Date.now() + withinMs
  while (!(await opens(port))) {
    const status = child.exitCode ?? child.signalCode
    if (status !== null) throw new Error(`${child.spawnfile} ended with ${status}: ${said()}`)
    if (Date.now() > deadlineMs) throw new Error(`${child.spawnfile}: nobody listens on port ${port}: ${said()}`)
    await pass(LOOK_EACH_MS)
  }
}
