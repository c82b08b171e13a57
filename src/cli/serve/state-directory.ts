// The directory that outlives a run: cookie keys, the objects' storage, and a lock. Two workerd on one directory would
// both run the same object without noticing, so only one `limpet serve` at a time may use it; a workerd that outlived its
// killed CLI is stopped first. Who may write to it: state-rights.ts.

import { linkSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'

import { messageOf } from '../../errors.ts'
import { cookieKeysProblem } from '../../persistence/sealed.ts'
import { CliError } from '../cli-error.ts'
import { makeDirectory } from '../make-directory.ts'
import { identityOf, isIdentity, isRunning } from './process-identity.ts'
import type { ProcessIdentity } from './process-identity.ts'
import { isWorkerdOf } from './own-workerd.ts'
import { readOrMakeSecret, writeSecret } from './secret-file.ts'
import { checkStateRights } from './state-rights.ts'

export interface StateDirectory {
  readonly path: string
  /** Records which workerd runs here, so that the next start can stop an orphan. */
  setWorkerd(pid: number): void
  /** LIMPET_COOKIE_KEYS: made once, kept with mode 0600. */
  cookieKeys(): string
  /** A random identity that distinguishes it from every other: made once. */
  identity(): string
  /** Makes it this process's: the one that had it has let it go, or was killed. */
  take(): Promise<void>
  /** Whether it is locked by this process. */
  isOwn(): boolean
  /** Unlocks it, if it is this process's; a throw-away directory is removed. */
  release(): void
}

interface Lock {
  readonly cli: ProcessIdentity
  readonly workerd?: ProcessIdentity | undefined
}

/** Without a directory: a throw-away one. `isAnothers`: another process has it and will let it go: it is not locked yet. */
export async function openStateDirectory(directory: string | undefined, isAnothers = false): Promise<StateDirectory> {
  const path = directory === undefined ? mkdtempSync(join(tmpdir(), 'limpet-')) : resolve(directory)
  const lockPath = join(path, 'lock')
  const cli = identityOf(process.pid)!
  const isOwn = () => readLock(lockPath)?.cli.pid === process.pid
  try {
    makeDirectory(join(path, 'objects'), 0o700)
    for (const each of [path, join(path, 'objects')]) checkStateRights(each)
    if (!isAnothers) await acquire(lockPath, { cli })
  } catch (error) {
    throw error instanceof CliError ? error : new CliError(`--state ${path}: cannot be used: ${messageOf(error)}`)
  }
  return {
    path,
    setWorkerd: (pid) => writeLock(lockPath, { cli, workerd: identityOf(pid) }),
    cookieKeys: () => readOrMakeSecret(join(path, 'cookie-keys'), keysProblem),
    identity: () => readOrMakeSecret(join(path, 'identity'), () => undefined),
    async take() {
      // Of one that was killed.
      const { workerd } = readLock(lockPath) ?? {}
      if (workerd && isWorkerdOf(workerd.pid, path)) await endWorkerd(workerd)
      writeSecret(lockPath, JSON.stringify({ cli }))
    },
    isOwn,
    release() {
      if (!isOwn()) return
      rmSync(directory === undefined ? path : lockPath, { recursive: true, force: true })
    },
  }
}

function keysProblem(text: string): string | undefined {
  return cookieKeysProblem(text) && 'a key in it is too short'
}

async function acquire(lockPath: string, own: Lock): Promise<void> {
  const ownPath = `${lockPath}.${process.pid}`
  writeSecret(ownPath, JSON.stringify(own))
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
      `${lockPath}: another limpet serve (pid ${lock.cli.pid}) uses this state directory; stop it, choose another, or let this command take its place with --take-over`,
    )
  }
  if (lock?.workerd && isRunning(lock.workerd)) {
    if (!isWorkerdOf(lock.workerd.pid, dirname(lockPath))) {
      throw new CliError(
        `${lockPath}: names process ${lock.workerd.pid}, which runs and is not a workerd of this directory; end it if it is, and delete ${lockPath}`,
      )
    }
    console.error(`ending workerd (pid ${lock.workerd.pid}), left behind by a limpet serve that was killed`)
    await endWorkerd(lock.workerd)
  }
  const stalePath = `${lockPath}.stale.${process.pid}`
  try {
    renameSync(lockPath, stalePath)
  } catch (error) {
    // Another start was quicker; the next turn meets its lock.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return
    throw error
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
  rmSync(stalePath, { force: true, recursive: true })
}

async function endWorkerd(workerd: ProcessIdentity): Promise<void> {
  if (!isRunning(workerd)) return
  process.kill(workerd.pid, 'SIGKILL')
  while (isRunning(workerd)) await new Promise((done) => setTimeout(done, 20))
}

/** Undefined: there is none, or nothing that was written here. */
function readLock(path: string): Lock | undefined {
  try {
    const { cli, workerd } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Lock>
    return isIdentity(cli) && (workerd === undefined || isIdentity(workerd)) ? { cli, workerd } : undefined
  } catch {
    return undefined
  }
}

function writeLock(lockPath: string, lock: Lock): void {
  if (readLock(lockPath)?.cli.pid !== process.pid) {
    throw new CliError(`${lockPath}: another limpet serve took this state directory at the same moment; start again`)
  }
  writeSecret(lockPath, JSON.stringify(lock))
}
