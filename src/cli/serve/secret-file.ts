// Files with secrets: only this user reads them, whatever was there before, and a crash or a full disk leaves the old one or the new one,
// never half of one.

import { randomBytes } from 'node:crypto'
import { chmodSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'

import { messageOf } from '../../errors.ts'
import { CliError } from '../cli-error.ts'

const UNFINISHED_BYTES = 6
const UNFINISHED = new RegExp(`\\.[0-9a-f]{${2 * UNFINISHED_BYTES}}$`)

/** Whether it is what a process that was killed in `writeSecret` has left. */
export function isUnfinished(name: string): boolean {
  return UNFINISHED.test(name)
}

/** Takes the place of what was there. A link is replaced, not followed. */
export function writeSecret(path: string, text: string): void {
  const nextPath = `${path}.${randomBytes(UNFINISHED_BYTES).toString('hex')}`
  try {
    // `wx`: never through a file or link that waits there.
    writeFileSync(nextPath, text, { mode: 0o600, flag: 'wx', flush: true })
    renameSync(nextPath, path)
  } catch (error) {
    rmSync(nextPath, { force: true })
    throw new CliError(`${path}: cannot be written: ${messageOf(error)}`)
  }
}

/** Random bytes that are made once. `problemOf`: what is wrong with a text that was there. */
export function readOrMakeSecret(path: string, problemOf: (text: string) => string | undefined): string {
  const kept = readKept(path)
  if (kept === undefined) {
    const made = randomBytes(BYTES).toString('base64')
    writeSecret(path, `${made}\n`)
    return made
  }
  const text = kept.trim()
  const problem = text === '' ? 'is empty' : isCut(kept) ? 'is cut short' : problemOf(text)
  if (problem !== undefined)
    throw new CliError(`${path}: ${problem}; restore it from a backup, or delete it and a new one is made`)
  return text
}

const BYTES = 32

/** What is made here ends with a newline; a key without one is whole if it has all of its bytes. */
function isCut(text: string): boolean {
  return !text.endsWith('\n') && Buffer.from(text, 'base64').length !== BYTES
}

/** Undefined: there is none. */
function readKept(path: string): string | undefined {
  try {
    refuseStrangers(path)
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (error instanceof CliError) throw error
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new CliError(`${path}: cannot be read: ${messageOf(error)}`)
  }
}

/** A file that others could read is closed to them; one that they could write may have their key in it. */
function refuseStrangers(path: string): void {
  const ownUid = process.getuid?.()
  if (ownUid === undefined) return
  const { uid, mode } = statSync(path)
  if ((uid !== ownUid && uid !== 0) || mode & OTHERS_WRITE) {
    throw new CliError(
      `${path}: another user could have written it; check what is in it, then chown and chmod 600 it, or delete it and a new one is made`,
    )
  }
  if (mode & OTHERS_READ) {
    console.error(
      `${path}: warning: others could read it (mode ${(mode & 0o777).toString(8)}); it is 600 now. Delete it if one of them should not know it, and a new one is made`,
    )
    chmodSync(path, 0o600)
  }
}

const OTHERS_WRITE = 0o022
const OTHERS_READ = 0o044
