// The outcome of rules.

/** What ended the rules: a backend by name, an answer, or a status that is still to be put into words. */
export type Ended = { readonly backend: string } | OwnAnswer

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

/** Configuration manual 8.5: after a tarpit, and when the client's body did not come; else PR. */
export type Termination = 'PT' | 'cR'

/** For a client that has guessed wrong too often. */
export const NOT_HEARD: Ended = { status: 429, retryAfterS: 60 }

/** Whether a rule refused the request, whatever the status; a challenge for a password is not a refusal. */
export function isDenial(ended: OwnAnswer): boolean {
  return 'response' in ended ? ended.isDenied === true : (ended.isDenied ?? ended.challenge === undefined)
}

/** A denial, or a rule's answer of 400 or above. */
export function isRefusal(ended: OwnAnswer): boolean {
  return isDenial(ended) || ('response' in ended && ended.response.status >= 400)
}
