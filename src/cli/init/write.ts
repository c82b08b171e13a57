// A project's files on disk: all of them, or an error that says what is in the way before anything is written.

import { lstatSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

import { messageOf } from '../../errors.ts'
import { CliError } from '../cli-error.ts'
import { makeDirectory } from '../make-directory.ts'
import { WRANGLER_FILES } from '../wrangler-file.ts'
import { SECRETS_FILE } from './project.ts'

/** @throws CliError that names every file that would be overwritten */
export function refuseExisting(directory: string, paths: readonly string[], force: boolean): void {
  const there = [...new Set([...paths, ...WRANGLER_FILES])].filter((path) => isThere(join(directory, path)))
  if (there.length === 0) return
  if (!force) {
    const areThere = there.length === 1 ? 'is there already' : 'are there already'
    throw new CliError(
      `${directory}: ${there.join(', ')} ${areThere}; nothing was written. Choose another directory, or overwrite with --force`,
    )
  }
  const other = there.find((path) => !paths.includes(path))
  if (other !== undefined) {
    throw new CliError(
      `${directory}: ${other} is there already, and wrangler reads one such file; nothing was written. Remove it first`,
    )
  }
}

/** Returns the paths of those that were written. With `force` all are, but keys that are nowhere else. */
export function writeFiles(directory: string, files: ReadonlyMap<string, string>, force: boolean): readonly string[] {
  const kept = isThere(join(directory, SECRETS_FILE)) ? [SECRETS_FILE] : []
  const written = [...files].filter(([path]) => !kept.includes(path))
  // Before any file: what is in the way shows here.
  for (const [path] of written) attempt(dirname(join(directory, path)), (each) => makeDirectory(each))
  for (const [path, text] of written) {
    // Another may have written it since.
    const flag = force ? 'w' : 'wx'
    const mode = path === SECRETS_FILE ? 0o600 : 0o666
    attempt(join(directory, path), (each) => writeFileSync(each, text, { flag, mode }))
  }
  return written.map(([path]) => path)
}

function attempt(path: string, write: (path: string) => unknown): void {
  try {
    write(path)
  } catch (error) {
    throw new CliError(`${path}: cannot be written: ${messageOf(error)}`)
  }
}

/** A link that leads nowhere, too. What cannot be looked at cannot be written either, which says why. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined
  } catch {
    return false
  }
}
