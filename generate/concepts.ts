// What has a name in types, JSON Schema and reference: each concept, by the name of its rows, and the parts of the rules' language.

import { globSync } from 'node:fs'
import { join } from 'node:path'

import type { GenericSchema } from 'valibot'

import { balance } from '../src/config/options/load-balancing.ts'
import type { Options } from '../src/config/option.ts'
import { action, afterResponseAction, responseAction } from '../src/config/rules/action.ts'
import { condition } from '../src/config/rules/condition.ts'
import { errors } from '../src/config/rules/reply.ts'
import { afterResponseRule, responseRule, rule } from '../src/config/rules/rule.ts'
import { sample, template } from '../src/config/rules/samples/sample-fields.ts'
import { ROOT } from './root.ts'

export interface Concept {
  /** `server`: of the constant `serverOptions`. */
  readonly name: string
  /** `ServerInput`. */
  readonly type: string
  readonly rows: Options
  /** Where the rows stand, from the root of the repository. */
  readonly file: string
}

/** Every constant `…Options` of src/config/options. */
export async function readConcepts(): Promise<readonly Concept[]> {
  const concepts: Concept[] = []
  for (const file of globSync('src/config/options/*.ts', { cwd: ROOT }).toSorted()) {
    if (file.endsWith('.test.ts') || file.endsWith('/input.ts') || file.endsWith('/same.ts')) continue
    const exported = (await import(join(ROOT, file))) as Record<string, unknown>
    for (const [constant, rows] of Object.entries(exported)) {
      const name = /^([a-z]\w*)Options$/.exec(constant)?.[1]
      if (name !== undefined) concepts.push({ name, type: typeNameOf(name), rows: rows as Options, file })
    }
  }
  return concepts
}

function typeNameOf(concept: string): string {
  if (concept === 'root') return 'LimpetConfig'
  return `${concept[0]!.toUpperCase()}${concept.slice(1)}Input`
}

export interface GrammarPart {
  readonly type: string
  readonly schema: GenericSchema
  /** The constant, above which its sentence stands. */
  readonly constant: string
  readonly file: string
}

export const GRAMMAR: readonly GrammarPart[] = [
  { type: 'RuleInput', schema: rule, constant: 'rule', file: 'src/config/rules/rule.ts' },
  { type: 'ResponseRuleInput', schema: responseRule, constant: 'responseRule', file: 'src/config/rules/rule.ts' },
  {
    type: 'AfterResponseRuleInput',
    schema: afterResponseRule,
    constant: 'afterResponseRule',
    file: 'src/config/rules/rule.ts',
  },
  { type: 'ConditionInput', schema: condition, constant: 'condition', file: 'src/config/rules/condition.ts' },
  { type: 'ActionInput', schema: action, constant: 'action', file: 'src/config/rules/action.ts' },
  {
    type: 'ResponseActionInput',
    schema: responseAction,
    constant: 'responseAction',
    file: 'src/config/rules/action.ts',
  },
  {
    type: 'AfterResponseActionInput',
    schema: afterResponseAction,
    constant: 'afterResponseAction',
    file: 'src/config/rules/action.ts',
  },
  { type: 'ErrorsInput', schema: errors, constant: 'errors', file: 'src/config/rules/reply.ts' },
  { type: 'SampleText', schema: sample, constant: 'sample', file: 'src/config/rules/samples/sample-fields.ts' },
  { type: 'TemplateText', schema: template, constant: 'template', file: 'src/config/rules/samples/sample-fields.ts' },
]

/** Texts whose type is more than `string`. */
export const TEXT_TYPES = new Map<GenericSchema, string>([[balance, 'BalanceInput']])

/** Types that are written by hand, and where, seen from src/config/options/input.ts. */
export const IMPORTED: Readonly<Record<string, string>> = { BalanceInput: '../balance.ts', Duration: '../duration.ts' }
