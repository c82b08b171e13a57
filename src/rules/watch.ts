// A window into rules at work, for `limpet explain`: it may wrap what a rule is compiled to, and so see what its condition came to and what
// its action did. Rules are wrapped when they are compiled, so a balancer that nobody watches pays nothing.

import type { ResponseRule, Rule } from '../config/rules/rule.ts'
import type { Act } from './tools.ts'
import type { Test } from './conditions.ts'

export interface CompiledRule {
  readonly holds: Test
  readonly act: Act
}

export interface RuleWatch {
  rule(rule: Rule, compiled: CompiledRule): CompiledRule
  responseRule(rule: ResponseRule, compiled: CompiledRule): CompiledRule
  /** Of rules with other actions: `useServer`, `persistRules`, `stick`. */
  condition(rule: object, holds: Test): Test
}

export const UNWATCHED: RuleWatch = {
  rule: (_, compiled) => compiled,
  responseRule: (_, compiled) => compiled,
  condition: (_, holds) => holds,
}
