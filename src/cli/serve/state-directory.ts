// The directory that outlives a run: cookie keys, the objects' storage, and a lock. Two workerd on one directory would
// both run the same object without noticing, so only one `limpet serve` at a time may use it; a workerd that outlived its
// killed CLI is stopped first.

import { randomBytes } from 'node:crypto'
import { linkSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

import { messageOf } from '../../errors.ts'
import { CliError } from '../cli-error.ts'
import { identityOf, isRunning } from './process-identity.ts'
import type { ProcessIdentity } from './process-identity.ts'

export interface StateDirectory {
  readonly path: string
  /** Records which workerd runs here, so that the next start can stop an orphan. */
  setWorkerd(pid: number): void
  /** LIMPET_COOKIE_KEYS: made once, kept with mode 0600. */
  cookieKeys(): string
  /** A random identity that distinguishes it from every other: made once. */
  identity(): string
  /** Unlocks it; a throw-away directory is removed. */
  release(): void
}

interface Lock {
  readonly cli: ProcessIdentity
  readonly workerd?: ProcessIdentity | undefined
}

/** Without a directory: a throw-away one. */
export async function openStateDirectory(directory: string | undefined): Promise<StateDirectory> {
  const path = directory === undefined ? mkdtempSync(join(tmpdir(), 'limpet-')) : resolve(directory)
  try {
    mkdirSync(join(path, 'objects'), { recursive: true, mode: 0o700 })
  } catch (error) {
    throw new CliError(`--state ${path}: cannot be used: ${messageOf(error)}`)
  }
  const lockPath = join(path, 'lock')
  const cli = identityOf(process.pid)!
  await acquire(lockPath, { cli })
  return {
    path,
    setWorkerd: (pid) => writeLock(lockPath, { cli, workerd: identityOf(pid) }),
    cookieKeys: () => readOrMake(join(path, 'cookie-keys')),
    identity: () => readOrMake(join(path, 'identity')),
    release: () =>
      directory === undefined ? rmSync(path, { recursive: true, force: true }) : rmSync(lockPath, { force: true }),
  }
}

async function acquire(lockPath: string, own: Lock): Promise<void> {
  const ownPath = `${lockPath}.${process.pid}`
  writeFileSync(ownPath, JSON.stringify(own), { mode: 0o600 })
  try {
    for (;;) {
      try {
        // The only step that can succeed for one process alone.
        linkSync(ownPath, lockPath)
        return
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      }
      await clearStale(lockPath)
    }
  } finally {
    rmSync(ownPath, { force: true })
  }
}

/** Stops what a killed CLI left behind and removes its lock; an error if its owner is alive. */
async function clearStale(lockPath: string): Promise<void> {
  const lock = readLock(lockPath)
  if (lock && isRunning(lock.cli)) {
    throw new CliError(
      `${lockPath}: another limpet serve (pid ${lock.cli.pid}) uses this state directory; stop it or choose another`,
    )
  }
  if (lock?.workerd && isRunning(lock.workerd)) {
    console.error(`ending workerd (pid ${lock.workerd.pid}), left behind by a limpet serve that was killed`)
    process.kill(lock.workerd.pid, 'SIGKILL')
    while (isRunning(lock.workerd)) await new Promise((done) => setTimeout(done, 20))
  }
  const stalePath = `${lockPath}.stale.${process.pid}`
  try {
    renameSync(lockPath, stalePath)
  } catch {
    return // Another start was quicker; the next turn meets its lock.
  }
  const taken = readLock(stalePath)
  // Between reading and renaming, another start may have put its own lock there: give it back.
  if (taken && isRunning(taken.cli)) {
    try {
      linkSync(stalePath, lockPath)
    } catch {
      // A third start has it: the owner of the removed lock will notice when it records its workerd.
    }
  }
  rmSync(stalePath, { force: true })
}

function readLock(path: string): Lock | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Lock
  } catch {
    return undefined
  }
}

function writeLock(lockPath: string, lock: Lock): void {
  if (readLock(lockPath)?.cli.pid !== process.pid) {
    throw new CliError(`${lockPath}: another limpet serve took this state directory at the same moment; start again`)
  }
  const nextPath = `${lockPath}.next.${process.pid}`
  writeFileSync(nextPath, JSON.stringify(lock), { mode: 0o600 })
  renameSync(nextPath, lockPath)
}

/** Random bytes, kept in a file. */
function readOrMake(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    const made = randomBytes(32).toString('base64')
    writeFileSync(path, `${made}\n`, { mode: 0o600 })
    return made
  }
}
