// What became of each line of a haproxy.cfg. Nothing is dropped in silence: every line gets one of these.

/**
 * translated: means the same here. platform: Cloudflare or workerd does it. differs: works, but not quite the same.
 * unsupported: not available; the file is refused unless the operator gives the line up (`--allow-unsupported`).
 * error: the line restricts access and is not in force, or nobody can tell what it does; the file is always refused.
 */
export type Verdict = 'translated' | 'platform' | 'differs' | 'unsupported' | 'error'

export interface Outcome {
  readonly verdict: Verdict
  readonly message?: string
}

export interface Diagnostic extends Outcome {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** The line's words, as HAProxy would read them. */
  readonly text: string
}

export const TRANSLATED: Outcome = { verdict: 'translated' }

export function platform(message: string): Outcome {
  return { verdict: 'platform', message }
}

export function differs(message: string): Outcome {
  return { verdict: 'differs', message }
}

export function unsupported(message: string): Outcome {
  return { verdict: 'unsupported', message }
}

export function failed(message: string): Outcome {
  return { verdict: 'error', message }
}

/** Of several outcomes of one line, the one that an operator must know of first. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  const order: readonly Verdict[] = ['error', 'unsupported', 'differs', 'platform', 'translated']
  return outcomes.toSorted((a, b) => order.indexOf(a.verdict) - order.indexOf(b.verdict))[0] ?? TRANSLATED
}
