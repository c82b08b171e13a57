// A failure that the user can fix: only its message is printed, and the exit status is 1.

import type { IssueCode } from '../config/issue-codes.ts'
import { placeText } from './place.ts'
import type { Place } from './place.ts'

export class CliError extends Error {}

/** The command was called wrongly: exit status 2. */
export class UsageError extends CliError {}

/** A configuration that could not be loaded: what `limpet check` reports as an issue with a code. */
export class ConfigError extends CliError {
  readonly code: IssueCode
  readonly place: Place
  /** Without the place. */
  readonly text: string

  constructor(code: IssueCode, place: Place, text: string) {
    super(`${placeText(place)}: ${text}`)
    this.code = code
    this.place = place
    this.text = text
  }
}
