// What an origin is told about the client whose request it gets. HAProxy: configuration manual 4.2 "option forwardfor", "option
// forwarded".

import * as v from 'valibot'

import { bool, listOf, networks, oneOf, token } from '../fields.ts'
import { objectOf, option, valuesOf } from '../option.ts'
import type { Profile, Values } from '../option.ts'
import { list } from '../units.ts'

export const forwardforOptions = {
  /**
   * Clients in these networks get no header.
   * @example except: '127.0.0.1'
   */
  except: option(networks, { default: [], word: 'except' }),
  /**
   * The header that the client's address is appended to.
   * @example header: 'X-Client-IP'
   */
  header: option(token, { default: 'X-Forwarded-For', word: 'header' }),
  /** Leaves a request alone that has the header already. */
  ifNone: option(bool, { default: false, word: 'if-none' }),
}

/** A frontend's; a backend's own takes its place. */
export const forwardfor = v.union(
  [bool, objectOf(forwardforOptions)],
  'must be true, false or { except, header, ifNone }',
)

export const FORWARDED_PARTS = ['proto', 'host', 'for'] as const
export type ForwardedPart = (typeof FORWARDED_PARTS)[number]

const FORWARDED_TEXT = "must be true, false or a list of 'proto', 'host' and 'for'"
export const forwarded = v.union([bool, listOf(oneOf(FORWARDED_PARTS), FORWARDED_TEXT)], FORWARDED_TEXT)

export interface ForwardFor extends Omit<Values<typeof forwardforOptions>, 'except'> {
  /** Clients in these networks get no header. */
  readonly except: readonly string[]
}

export function resolveForwardFor(input: v.InferInput<typeof forwardfor>, profile: Profile): ForwardFor | null {
  if (input === false) return null
  const values = valuesOf(forwardforOptions, input === true ? {} : input, profile)
  return { ...values, except: list(values.except) }
}

/** HAProxy's own choice is the scheme and the client. */
export function resolveForwarded(input: v.InferInput<typeof forwarded>): readonly ForwardedPart[] {
  return input === true ? ['proto', 'for'] : input || []
}
