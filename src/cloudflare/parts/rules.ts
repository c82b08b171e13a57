// Samples, conditions and actions, and whatever is made of them.

import type { PatternOf } from '../../pattern/compile.ts'
import { allTools } from '../../rules/all-tools.ts'
import { createRulesEngine } from '../../rules/engine.ts'
import type { RulesEngine } from '../../rules/rules-engine.ts'

export function rules(patternOf: PatternOf): RulesEngine {
  return createRulesEngine(allTools(patternOf))
}
