// Everything that an operator is told of a configuration: what would keep it from running, and what only warns.

import * as v from 'valibot'

import { checkCookieNames } from '../config/check-cookie-names.ts'
import type { Target } from '../config/issue.ts'
import { limpetSchema } from '../config/schema.ts'
import type { LimpetConfig } from '../config/schema.ts'
import { validateConfig } from '../config/validate.ts'
import type { Validated } from '../config/validate.ts'

export function validateForOperator(written: unknown, target: Target): Validated {
  const { config, issues } = validateConfig(written, target)
  const parsed = v.safeParse(limpetSchema, written)
  return { config, issues: parsed.success ? [...issues, ...checkCookieNames(parsed.output as LimpetConfig)] : issues }
}
