// Which files a configuration was read from: itself, what it imports, lists, certificates. `limpet serve --watch` watches them.

import { resolve } from 'node:path'

let current = new Set<string>()

/** Also one that is not there: it may come. */
export function noteFile(path: string): void {
  current.add(resolve(path))
}

/** Absolute: those of `work`, even if it fails. */
export async function filesReadBy<T>(
  work: () => Promise<T>,
): Promise<{ result: Promise<T>; files: readonly string[] }> {
  const before = current
  const own = (current = new Set())
  const result = work()
  await result.catch(() => undefined)
  current = before
  return { result, files: [...own] }
}
