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
import { createErrorReplies } from './worded-replies.ts'

export function createRulesEngine(patternOf: PatternOf): RulesEngine {
  return {
    compileOptional: (condition) => compileOptional(condition, patternOf),
    compileSample,
    createRules: (rules) => createRules(rules, patternOf),
    createRefusals: (rules) => createRefusals(rules, patternOf),
    createResponseRules: (rules) => createResponseRules(rules, patternOf),
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
