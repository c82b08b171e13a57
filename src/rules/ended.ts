// The outcome of rules.

/** What ended the rules: a backend by name, a service that answers, an answer, or a status that is still to be put into words. */
export type Ended = { readonly backend: string } | Answer

export type Answer = { readonly service: 'prometheus-exporter' } | OwnAnswer

/** The rules end, but the request goes on: only the choice of a backend is still open. */
export const ALLOWED = { isAllowed: true } as const

export type OwnAnswer =
  | {
      readonly response: Response
      /** By a rule that refuses with its own words. */
      readonly isDenied?: boolean
      readonly termination?: Termination
    }
  | {
      readonly status: number
      /** Without it: yes, unless it is a challenge. */
      readonly isDenied?: boolean
      readonly termination?: Termination
      readonly challenge?: string
      readonly retryAfterS?: number
      /** What the client can do about it. */
      readonly why?: string
    }

/** Configuration manual 8.5: after a tarpit, and when the client's or the server's body did not come; else PR, or PH. */
export type Termination = 'PT' | 'cR' | 'sR'

/** For a client that has guessed wrong too often. */
export const NOT_HEARD: Ended = {
  status: 429,
  retryAfterS: 60,
  why: 'Too many wrong passwords; try again in a minute.',
}

/** Whether a rule refused the request, whatever the status; a challenge for a password is not a refusal. */
export function isDenial(ended: Answer): boolean {
  if ('response' in ended) return ended.isDenied === true
  return 'status' in ended && (ended.isDenied ?? ended.challenge === undefined)
}

/** A denial, or a rule's answer of 400 or above. */
export function isRefusal(ended: Answer): boolean {
  return isDenial(ended) || ('response' in ended && ended.response.status >= 400)
}
