// Notices that files change. By looking at them each second: editors and deployments replace files in too many ways for anything finer.

import { unwatchFile, watchFile } from 'node:fs'

const EACH_MS = 1_000
/** Several files change together. */
const CALM_MS = 200

export interface FileWatch {
  /** In place of all files before. */
  watch(files: readonly string[]): void
}

export function createFileWatch(onChange: () => void): FileWatch {
  let watched: readonly string[] = []
  let timer: NodeJS.Timeout | undefined
  const changed = () => {
    clearTimeout(timer)
    timer = setTimeout(onChange, CALM_MS).unref()
  }
  return {
    watch(files) {
      for (const file of watched) if (!files.includes(file)) unwatchFile(file, changed)
      for (const file of files) {
        if (!watched.includes(file)) watchFile(file, { interval: EACH_MS, persistent: false }, changed)
      }
      watched = files
    },
  }
}
