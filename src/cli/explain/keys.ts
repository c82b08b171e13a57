// The keys that cookies are sealed with, as far as this machine knows them.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { messageOf } from '../../errors.ts'
import { cookieKeysProblem, importCookieKeys } from '../../persistence/sealed.ts'
import type { CookieKeys } from '../../persistence/sealed.ts'
import { CliError } from '../cli-error.ts'

/** From LIMPET_COOKIE_KEYS (the environment, or .dev.vars), or from what `limpet serve --state` keeps; empty: none is known. */
export async function keysOf(
  vars: Readonly<Record<string, unknown>>,
  stateDirectory: string | undefined,
): Promise<CookieKeys> {
  const text = stateDirectory === undefined ? vars['LIMPET_COOKIE_KEYS'] : keptIn(stateDirectory)
  if (typeof text !== 'string' || text === '') return []
  const problem = cookieKeysProblem(text)
  if (problem !== undefined) throw new CliError(problem)
  return importCookieKeys(text)
}

function keptIn(directory: string): string {
  try {
    return readFileSync(join(directory, 'cookie-keys'), 'utf8').trim()
  } catch (error) {
    throw new CliError(`--state ${directory}: has no keys of limpet serve: ${messageOf(error)}`)
  }
}
