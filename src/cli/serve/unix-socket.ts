// A path for a Unix socket: what a killed run left behind is removed, anything else is left alone and reported.

import { existsSync, lstatSync, unlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { dirname } from 'node:path'

import { messageOf } from '../../errors.ts'
import { CliError } from '../cli-error.ts'
import { closed, tryListen } from './try-listen.ts'

/** The kernel's limit for a path, less the zero at its end (unix(7)); elsewhere it is four bytes less. */
const MOST_BYTES = process.platform === 'linux' ? 107 : 103

/** Makes room for a socket. @throws CliError if none can be opened there, or somebody answers on the one that is there */
export async function clearSocketPath(path: string): Promise<void> {
  const bytes = Buffer.byteLength(path)
  if (bytes > MOST_BYTES) {
    throw new CliError(
      `${path}: ${bytes} bytes are too many for the path of a Unix socket, at most ${MOST_BYTES}; choose a shorter one`,
    )
  }
  if (isThere(path)) {
    if (await answers(path)) {
      throw new CliError(`${path}: another process listens on this socket; stop it, or choose another path`)
    }
    unlinkSync(path)
  }
  const tried = await tryListen({ path })
  if (typeof tried === 'string') throw new CliError(`${path}: ${openingProblem(tried, path)}`)
  // Node removes the file with it.
  await closed(tried)
}

function isThere(path: string): boolean {
  try {
    const found = lstatSync(path, { throwIfNoEntry: false })
    if (!found || found.isSocket()) return found !== undefined
  } catch (error) {
    // It is below a file, or in a directory that may not be searched.
    throw new CliError(`${path}: ${messageOf(error)}; choose another path`)
  }
  throw new CliError(
    `${path}: there is something that is not a socket, and it is left alone; choose another path, or remove it`,
  )
}

function answers(path: string): Promise<boolean> {
  return new Promise<boolean>((resolve) => {
    const socket = connect(path, () => {
      resolve(true)
      socket.destroy()
    })
    // What this user may not ask is in use, too, as far as it can tell.
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code === 'EACCES'))
  })
}

/** libuv reports a directory that is not there as one without the right to write. */
function openingProblem(code: string, path: string): string {
  if (!existsSync(dirname(path))) return `there is no directory ${dirname(path)}; make it, or choose another path`
  if (code === 'EACCES' || code === 'EPERM') return `this user may not write to ${dirname(path)}; choose another path`
  return `no socket can be opened there (${code}); choose another path`
}
