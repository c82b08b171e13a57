// Whether a process is a workerd that `limpet serve` started on a state directory: what a lock says is not enough to end a process for.

import { execFileSync } from 'node:child_process'
import { readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, isAbsolute } from 'node:path'

/** How the name of a generation's directory begins. */
export const GENERATION = 'generation-'

/** It runs `workerd serve`, as this user, on a configuration in `directory` or in one of its generations (generation.ts). */
export function isWorkerdOf(pid: number, directory: string): boolean {
  const [command = '', ...words] = commandOf(pid)
  if (basename(command) !== 'workerd' || words[0] !== 'serve') return false
  return words.some((word) => isAbsolute(word) && isSameDirectory(stateDirectoryOf(dirname(word)), directory))
}

function stateDirectoryOf(directory: string): string {
  return basename(directory).startsWith(GENERATION) ? dirname(directory) : directory
}

function isSameDirectory(one: string, other: string): boolean {
  try {
    return realpathSync(one) === realpathSync(other)
  } catch {
    return false
  }
}

/** The command line of a process of this user; empty: it is not, or there is none. */
function commandOf(pid: number): readonly string[] {
  const ownUid = process.getuid?.()
  try {
    if (process.platform === 'linux') {
      const path = `/proc/${pid}/cmdline`
      return statSync(path).uid === ownUid ? readFileSync(path, 'utf8').split('\0') : []
    }
    const line = execFileSync('ps', ['-ww', '-o', 'uid=,command=', '-p', String(pid)], { encoding: 'utf8' })
    const [uid, ...words] = line.trim().split(/\s+/)
    return Number(uid) === ownUid ? words : []
  } catch {
    return []
  }
}
