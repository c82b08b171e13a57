// Who may write to a state directory. Somebody else could put a cookie key of his own there, or a lock that names another process.

import { statSync } from 'node:fs'

import { CliError } from '../cli-error.ts'

/** What is asked of a directory. */
interface Rights {
  readonly uid: number
  readonly mode: number
}

/** Refuses a directory that a stranger controls, and warns of one that a group does. */
export function checkStateRights(path: string): void {
  // Windows has none of this.
  const ownUid = process.getuid?.()
  if (ownUid === undefined) return
  const rights = statSync(path)
  const problem = rightsProblem(rights, ownUid)
  if (problem !== undefined) throw new CliError(`--state ${path}: ${problem}`)
  if (rights.mode & GROUP_WRITES) {
    console.error(
      `--state ${path}: warning: group ${rights.gid} may write to it, and so replace the cookie key; chmod g-w it unless that is meant`,
    )
  }
}

const GROUP_WRITES = 0o020
const EVERYBODY_WRITES = 0o002

/** Undefined: nobody but this user, root and perhaps a group may write to it. */
export function rightsProblem({ uid, mode }: Rights, ownUid: number): string | undefined {
  if (uid !== ownUid && uid !== 0) {
    return `belongs to another user (uid ${uid}, this is ${ownUid}), who could replace the cookie key; chown it, or choose another directory`
  }
  // A sticky bit does not keep anybody from adding files.
  if (mode & EVERYBODY_WRITES) {
    return 'everybody may write to it, and so replace the cookie key; chmod o-w it, or choose another directory'
  }
  return undefined
}
