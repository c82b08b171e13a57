// All that rules can do, in one hand. A Worker whose configuration has no rule is built without it (config/parts.ts) and works with
// NO_RULES, which accepts nothing but their absence.

import type { PatternOf } from '../pattern/compile.ts'
import { createCapturing } from './captures.ts'
import { compileOptional } from './conditions.ts'
import { createMaps } from './maps.ts'
import { createRefusals, createResponseRules, createRules } from './rules.ts'
import type { RulesEngine } from './rules-engine.ts'
import { compileSample } from './samples.ts'
import { createSettle } from './settle.ts'
import { createIdentify, createNumbering } from './unique-id.ts'
import { createUsers, userlistsIn } from './users.ts'
import { UNWATCHED } from './watch.ts'
import type { RuleWatch } from './watch.ts'
import { createErrorReplies } from './worded-replies.ts'

/** `watch`: sees what rules come to, and what they do. */
export function createRulesEngine(patternOf: PatternOf, watch: RuleWatch = UNWATCHED): RulesEngine {
  return {
    holdsOf: (rule) => watch.condition(rule, compileOptional(rule.if, patternOf)),
    compileSample,
    createRules: (rules) => createRules(rules, patternOf, watch),
    createRefusals: (rules) => createRefusals(rules, patternOf),
    createResponseRules: (rules) => createResponseRules(rules, patternOf, watch),
    createErrorReplies,
    createCapturing,
    createIdentifier: () => {
      const numbering = createNumbering()
      return (uniqueId) => createIdentify(uniqueId, numbering)
    },
    createMaps: (maps) => createMaps(maps, patternOf),
    createUsers,
    createSettle,
    userlistsIn,
  }
}
