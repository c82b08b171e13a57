// What became of each line of a haproxy.cfg. Nothing is dropped in silence: every line gets one of these: its line status.

/**
 * translated: means the same here. platform: Cloudflare or workerd does it. differs: works, but not quite the same.
 * unsupported: not available; the file is refused unless the operator gives the line up (`--allow-unsupported`).
 * error: the line restricts access and is not in force, or nobody can tell what it does; the file is always refused.
 */
export type LineStatus = 'translated' | 'platform' | 'differs' | 'unsupported' | 'error'

export interface Outcome {
  readonly status: LineStatus
  readonly message?: string
  /** Which of the line's words it is about, counted from the last one, which is 1. */
  readonly fromEnd?: number
}

export interface Diagnostic extends Omit<Outcome, 'fromEnd'> {
  readonly file: string
  /** From 1. */
  readonly line: number
  /** Of the word that it is about, or of the first; from 1. */
  readonly column: number
  /** The line's words, as HAProxy would read them. */
  readonly text: string
}

export const TRANSLATED: Outcome = { status: 'translated' }

export function platform(message: string): Outcome {
  return { status: 'platform', message }
}

export function differs(message: string): Outcome {
  return { status: 'differs', message }
}

export function unsupported(message: string): Outcome {
  return { status: 'unsupported', message }
}

export function failed(message: string): Outcome {
  return { status: 'error', message }
}

/** The one that an operator must know of first stands first. */
const LINE_STATUSES: readonly LineStatus[] = ['error', 'unsupported', 'differs', 'platform', 'translated']

/** Of several outcomes of one line, the one that an operator must know of first. */
export function worst(outcomes: readonly Outcome[]): Outcome {
  const rankOf = ({ status }: Outcome) => LINE_STATUSES.indexOf(status)
  return outcomes.toSorted((a, b) => rankOf(a) - rankOf(b))[0] ?? TRANSLATED
}

export function isOutcome(value: unknown): value is Outcome {
  return (
    typeof value === 'object' &&
    value !== null &&
    LINE_STATUSES.some((each) => 'status' in value && value.status === each)
  )
}
