// A directory and those above it. Node's own `recursive` never returns where the parent exists and nothing can be made in it, as in /proc.

import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** Throws what `mkdirSync` throws. `mode`: of each directory that is made; without it, as the umask says. */
export function makeDirectory(path: string, mode?: number): void {
  try {
    mkdirSync(path, mode)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' && statSync(path).isDirectory()) return
    if (code !== 'ENOENT' || existsSync(dirname(path))) throw error
    makeDirectory(dirname(path), mode)
    mkdirSync(path, mode)
  }
}
