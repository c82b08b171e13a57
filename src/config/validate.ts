// The one way in: anything an operator wrote -> a complete Config, or every issue at once.
// Shapes come from options/, cross-checks from cross-checks/; this file joins them and words the issues.

import * as v from 'valibot'

import { LimpetError } from '../errors.ts'
import type { Config } from './config.ts'
import { formatIssue, foundText, pathText } from './issue.ts'
import type { ConfigIssue, Target } from './issue.ts'
import { resolveConfig } from './resolve.ts'
import { crossCheck } from './cross-checks/cross-checks.ts'
import { isAboutStandIn, salvage } from './salvage.ts'
import { limpetSchema } from './options/root.ts'
import type { LimpetConfig } from './options/root.ts'

export interface Validated {
  /** Present when no issue is an error. */
  readonly config: Config | undefined
  readonly issues: readonly ConfigIssue[]
}

/** Validates input for a target. Never throws. */
export function validateConfig(input: unknown, target: Target): Validated {
  const parsed = v.safeParse(limpetSchema, input)
  if (!parsed.success) {
    const found = parsed.issues.flatMap(shapeIssues)
    const paths = found.map(({ keys }) => keys)
    const salvaged = v.safeParse(limpetSchema, salvage(input, paths))
    const behind = salvaged.success ? crossCheck(salvaged.output as LimpetConfig, target) : []
    const issues = [...found.map(({ issue }) => issue), ...behind.filter((issue) => !isCausedBy(issue, paths))]
    return { config: undefined, issues }
  }
  const issues = crossCheck(parsed.output as LimpetConfig, target)
  const failed = issues.some((issue) => issue.level === 'error')
  return { config: failed ? undefined : resolveConfig(parsed.output as LimpetConfig), issues }
}

/** The Config, or a LimpetError that names every error. */
export function configOrThrow(input: unknown, target: Target): Config {
  const { config, issues } = validateConfig(input, target)
  if (config) return config
  const errors = issues.filter((issue) => issue.level === 'error').map(formatIssue)
  throw new LimpetError('CONFIG_INVALID', `the configuration has ${errors.length} error(s):\n${errors.join('\n')}`)
}

/** True when a rule only fails because of what the shape's errors took out. */
function isCausedBy(issue: ConfigIssue, paths: readonly (readonly unknown[])[]): boolean {
  if (isAboutStandIn(formatIssue(issue))) return true
  return paths.map(pathText).some((path) => isWithin(path, issue.path) || isWithin(issue.path, path))
}

function isWithin(path: string, outer: string): boolean {
  return path === outer || path.startsWith(`${outer}.`) || path.startsWith(`${outer}[`)
}

type ShapeIssue = v.InferIssue<typeof limpetSchema>

/** One issue of a schema. A union reports the issues of the branch that was plainly meant: the one that went deepest. */
function shapeIssues(issue: ShapeIssue): { keys: readonly unknown[]; issue: ConfigIssue }[] {
  const own = issue.path?.map((item) => item.key) ?? []
  // Only wording of our own: valibot's default messages of a union's other branches help nobody.
  const deeper = (issue.issues ?? []).filter(
    (inner) => inner.path !== undefined && !inner.message.startsWith('Invalid '),
  )
  const reported = deeper.length > 0 ? deeper : [{ ...issue, path: undefined }]
  return reported.map((inner) => {
    const keys = [...own, ...(inner.path?.map((item) => item.key) ?? [])]
    const found = inner.input === undefined || inner.expected === 'never' ? {} : { found: foundText(inner.input) }
    return { keys, issue: { level: 'error', path: pathText(keys), message: inner.message, ...found } }
  })
}
