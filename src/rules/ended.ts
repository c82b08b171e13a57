// What rules come to.

/** What ended the rules: a backend by name, an answer, or a status that is still to be put into words. */
export type Ended = { readonly backend: string } | OwnAnswer

export type OwnAnswer =
  | {
      readonly response: Response
      /** By a rule that refuses, in words of its own. */
      readonly isDenied?: boolean
    }
  | {
      readonly status: number
      readonly challenge?: string
      readonly retryAfterS?: number
      /** What the client can do about it. */
      readonly why?: string
    }

/** Whether a rule refused the request, whatever status it says so with; a challenge for a password is none. */
export function isDenial(ended: OwnAnswer): boolean {
  return 'response' in ended ? ended.isDenied === true : ended.challenge === undefined
}

/** A denial, or an answer of a rule's own that says no. */
export function isRefusal(ended: OwnAnswer): boolean {
  return isDenial(ended) || ('response' in ended && ended.response.status >= 400)
}
