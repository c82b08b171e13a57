// A process that ends with this one, whatever ends it: SIGKILL, too, which no handler sees. On Linux the kernel ends it
// (`setpriv --pdeathsig`, of util-linux); elsewhere a shell waits at the end of a pipe that closes with this process.

import { spawn } from 'node:child_process'
import type { ChildProcess, StdioOptions } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

export interface TiedOptions {
  readonly stdio: StdioOptions
  readonly env?: NodeJS.ProcessEnv
  /** What ends it. Default: KILL. */
  readonly signal?: 'KILL' | 'TERM'
}

/** In a separate process group: Ctrl-C reaches only this process, which then stops it in its own way. */
export function spawnTied(command: string, args: readonly string[], options: TiedOptions): ChildProcess {
  const { stdio, env = process.env, signal = 'KILL' } = options
  const rest = { stdio, env, detached: true }
  const setpriv = process.platform === 'linux' ? findCommand('setpriv') : undefined
  // It replaces itself by the command, so the pid is the command's.
  if (setpriv !== undefined) return spawn(setpriv, ['--pdeathsig', signal, '--', command, ...args], rest)
  const child = spawn(command, [...args], rest)
  if (child.pid !== undefined) watch(child, child.pid, signal)
  return child
}

/** `read` returns when the pipe's other end is gone. */
const WATCH = 'while read -r _; do :; done; kill -s "$1" "$2" 2>/dev/null'

function watch(child: ChildProcess, pid: number, signal: string): void {
  const watcher = spawn('/bin/sh', ['-c', WATCH, 'limpet-watcher', signal, String(pid)], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  })
  watcher.unref()
  // Before the pid can be another process's.
  child.on('exit', () => watcher.kill('SIGKILL'))
}

function findCommand(name: string): string | undefined {
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(isExecutable)
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
