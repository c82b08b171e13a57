// Files of unit tests share a process. What one replaces in it and leaves so would meet the next: here the file that did it fails.
// After a file vitest restores every spy: one that was put on a faked timer brings the fake back, and the file after it fails here.
// Replace what is faked with `vi.stubGlobal`.

import { afterAll, expect } from 'vitest'

const look = () => ({
  setTimeout,
  clearTimeout,
  setInterval,
  setImmediate,
  Date,
  'Date.now': Date.now,
  'Math.random': Math.random,
  fetch,
  'crypto.subtle.digest': crypto.subtle.digest,
  'console.error': console.error,
  'console.log': console.log,
  'process.exitCode': process.exitCode,
  'process.env': JSON.stringify(process.env),
  'process.cwd': process.cwd(),
})

const found = look()
/** Before the first file of this process. Its console and environment vitest sets anew for each. */
const shared = globalThis as { firstTimers?: readonly unknown[] }
const timers = [setTimeout, clearTimeout, setInterval, setImmediate, Date]
shared.firstTimers ??= timers

afterAll(() => {
  const left = look()
  const replaced = Object.keys(found).filter(
    (name) => found[name as keyof typeof found] !== left[name as keyof typeof left],
  )
  expect(replaced, 'left replaced by this file').toEqual([])
  expect(timers, 'timers that the file before left faked').toEqual(shared.firstTimers)
})
