// Notices that files change. By looking at them each second: editors and deployments replace files in too many ways for anything finer.

import { statSync, unwatchFile, watchFile } from 'node:fs'
import type { Stats } from 'node:fs'

const EACH_MS = 1_000
/** Several files change together. */
const CALM_MS = 200
/** The clock of a file system may be so much behind. */
const CLOCK_MS = 10

export interface FileWatch {
  /** In place of all files before. `sinceMs`: Unix milliseconds; what changed later counts, too, of a file that was not watched yet. */
  watch(files: readonly string[], sinceMs: number): void
}

export function createFileWatch(onChange: () => void): FileWatch {
  let watched: readonly string[] = []
  let timer: NodeJS.Timeout | undefined
  const changed = () => {
    clearTimeout(timer)
    timer = setTimeout(onChange, CALM_MS).unref()
  }
  const looked = (now: Stats, before: Stats) => {
    // Node tells of a file that is not there, too.
    if (now.ctimeMs !== 0 || before.ctimeMs !== 0) changed()
  }
  return {
    watch(files, sinceMs) {
      for (const file of watched) if (!files.includes(file)) unwatchFile(file, looked)
      for (const file of files) {
        if (watched.includes(file)) continue
        watchFile(file, { interval: EACH_MS, persistent: false }, looked)
        if (changedMs(file) > sinceMs - CLOCK_MS) changed()
      }
      watched = files
    },
  }
}

/** Unix milliseconds; of a file that is not there 0. */
function changedMs(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.ctimeMs ?? 0
}
