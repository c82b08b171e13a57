// What a command answers: text, or a problem in HAProxy's words. A socket writes both alike; a program needs to know which it was.

export interface Problem {
  readonly problem: string
}

export type Answer = string | Problem

export function problem(text: string): Problem {
  return { problem: text }
}

/** Over HTTP: marks the answer to a line of commands of which one failed. */
export const FAILED_HEADER = 'x-limpet-command-failed'
