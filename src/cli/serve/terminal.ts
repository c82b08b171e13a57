// SIGHUP means two things: to a service "read your configuration again", and to a command in a terminal that the terminal was closed.

import { closeSync, openSync } from 'node:fs'

/** Called once at the start. Returns whether the terminal that there was has been closed since. */
export function createTerminalWatch(): () => boolean {
  const had = hasTerminal()
  return () => had && !hasTerminal()
}

function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
