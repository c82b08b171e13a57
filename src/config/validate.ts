// The one way in: anything an operator wrote -> a complete Config, or every issue at once.
// Shapes come from options/, cross-checks from cross-checks/; this file joins them and words the issues.

import * as v from 'valibot'

import { LimpetError, messageOf } from '../errors.ts'
import type { Config } from './config.ts'
import { formatIssue, foundAt, pathText } from './issue.ts'
import type { IssueCode } from './issue-codes.ts'
import type { ConfigIssue, Target } from './issue.ts'
import { resolveConfig } from './resolve.ts'
import { crossCheck } from './cross-checks/cross-checks.ts'
import { copyOf, isCausedBy, salvaged } from './salvage.ts'
import { limpetSchema } from './options/root.ts'
import type { LimpetConfig } from './options/root.ts'

export interface Validated {
  /** Present when no issue is an error. */
  readonly config: Config | undefined
  readonly issues: readonly ConfigIssue[]
}

/** Validates input for a target. Input that cannot be read, because it contains itself or a getter of it throws, is an issue. */
export function validateConfig(input: unknown, target: Target): Validated {
  try {
    return validated(input, target)
  } catch (error) {
    const issue = unreadable(input)
    if (!issue) throw error
    return { config: undefined, issues: [issue] }
  }
}

function unreadable(input: unknown): ConfigIssue | undefined {
  try {
    copyOf(input)
    return undefined
  } catch (error) {
    const isDeep = error instanceof RangeError
    const code = isDeep ? 'too-deep' : 'failed-to-evaluate'
    const message = isDeep ? 'contains itself, or is nested too deeply' : `cannot be read: ${messageOf(error)}`
    return { level: 'error', code, keys: [], path: '', message }
  }
}

function validated(input: unknown, target: Target): Validated {
  const parsed = v.safeParse(limpetSchema, input)
  if (!parsed.success) {
    const shapes = checkShapes(input)
    return { config: undefined, issues: [...shapes, ...behind(input, shapes, (config) => crossCheck(config, target))] }
  }
  const issues = crossCheck(parsed.output as LimpetConfig, target)
  const failed = issues.some((issue) => issue.level === 'error')
  return { config: failed ? undefined : resolveConfig(parsed.output as LimpetConfig), issues }
}

/** What checks of the rest say where shapes are wrong, without what these only caused. */
export function behind(
  input: unknown,
  shapes: readonly ConfigIssue[],
  checks: (config: LimpetConfig) => readonly ConfigIssue[],
): readonly ConfigIssue[] {
  return checks(salvaged(input, shapes)).filter((issue) => !isCausedBy(issue, shapes))
}

/** What is wrong with shapes alone. */
export function checkShapes(input: unknown): readonly ConfigIssue[] {
  const issues = v.safeParse(limpetSchema, input).issues?.flatMap(shapeIssues) ?? []
  // One value can break several limits of one sentence: 99.5 is neither whole nor from 0 to 20.
  return issues.filter(
    ({ path, message }, i) => !issues.slice(0, i).some((each) => each.path === path && each.message === message),
  )
}

/** The Config, or a LimpetError that names every error. */
export function configOrThrow(input: unknown, target: Target): Config {
  const { config, issues } = validateConfig(input, target)
  if (config) return config
  const errors = issues.filter((issue) => issue.level === 'error').map(formatIssue)
  throw new LimpetError('CONFIG_INVALID', `the configuration has ${errors.length} error(s):\n${errors.join('\n')}`)
}

type ShapeIssue = v.InferIssue<typeof limpetSchema>

/** One issue of a schema. A union reports the issues of the branch that was plainly meant: the one that went deepest. */
function shapeIssues(issue: ShapeIssue): ConfigIssue[] {
  const own = keysOf(issue)
  // Only wording of our own: valibot's default messages of a union's other branches help nobody.
  const deeper = (issue.issues ?? []).filter(
    (inner) => inner.path !== undefined && !inner.message.startsWith('Invalid '),
  )
  const reported = deeper.length > 0 ? deeper : [{ ...issue, path: undefined }]
  return reported.map((inner) => {
    const keys = [...own, ...keysOf(inner)]
    const code = codeOf(inner)
    const shown = inner.input === undefined || code === 'unknown-option' ? {} : foundAt(keys, inner.input)
    return { level: 'error', code, keys, path: pathText(keys), message: inner.message, ...shown }
  })
}

function codeOf({ message, input }: Pick<ShapeIssue, 'message' | 'input'>): IssueCode {
  if (message.startsWith('unknown ')) return 'unknown-option'
  return input === undefined ? 'missing-option' : 'invalid-value'
}

function keysOf({ path }: Pick<ShapeIssue, 'path'>): readonly PropertyKey[] {
  return path?.map((item) => item.key as PropertyKey) ?? []
}
