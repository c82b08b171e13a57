// `limpet/config`: what a limpet.config.ts and its tests import. Nothing of it needs a platform: it runs in Node as well.

import type { ConfigIssue, Target } from './config/issue.ts'
import { validateConfig as validate } from './config/validate.ts'

export { defineConfig } from './config/define.ts'
export type { ConfigSource } from './config/define.ts'
export { formatIssue } from './config/issue.ts'
export type { ConfigIssue, Target } from './config/issue.ts'
export type * from './config/options/input.ts'
export { LimpetError } from './errors.ts'
export type { LimpetErrorCode } from './errors.ts'

export interface Validation {
  /** No issue is an error. */
  readonly isValid: boolean
  /** Errors and warnings, all at once. */
  readonly issues: readonly ConfigIssue[]
}

/**
 * Validates a configuration, as `limpet check` does before a deploy. Never throws.
 * @param config anything: what `defineConfig` returned, parsed JSON; of a function of `env`, what it returns
 * @param target where it shall run; `either` lets pass what only one of the two has
 * @example expect(validateConfig(config, 'cloudflare').issues).toEqual([])
 */
export function validateConfig(config: unknown, target: Target): Validation {
  const { config: resolved, issues } = validate(config, target)
  return { isValid: resolved !== undefined, issues }
}
