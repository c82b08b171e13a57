// What can go wrong in Limpet itself, as literal codes, and the HTTP status each one means for a client.
// Expected outcomes (an invalid cookie, a server that is down) are values elsewhere, never these errors.

/** Each code is a row of docs/errors.md, too: when it is thrown, and what an operator does. */
export const STATUS_OF_CODE = {
  CONFIG_INVALID: 500,
  COOKIE_KEY_MISSING: 500,
  ADMIN_BAD_INPUT: 400,
  INTERNAL: 500,
} as const satisfies Record<string, number>

export type LimpetErrorCode = keyof typeof STATUS_OF_CODE

/** Limpet's own error. `message` is for the operator (log, CLI, admin API) and never reaches a client of a backend. */
export class LimpetError extends Error {
  readonly code: LimpetErrorCode

  constructor(code: LimpetErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.name = 'LimpetError'
    this.code = code
  }

  get status(): number {
    return STATUS_OF_CODE[this.code]
  }
}

/** An error's message, for the operator; anything may be thrown, and anything but an error becomes text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

/** The HTTP status for anything that was thrown; errors that are not Limpet's are a 500. */
export function statusOfError(error: unknown): number {
  return error instanceof LimpetError ? error.status : 500
}
