// All that rules can do, in one hand. A Worker whose configuration has no rule is built without it (config/parts.ts) and works with
// NO_RULES, which accepts nothing but their absence.

import { createCapturing } from './captures.ts'
import { compileOptional } from './conditions.ts'
import { createRefusals, createResponseRules, createRules } from './rules.ts'
import type { RulesEngine } from './rules-engine.ts'
import type { Tools } from './tools.ts'
import { compileBytes, compileText } from './samples.ts'
import { createSettle } from './settle.ts'
import { createIdentify, createNumbering } from './unique-id.ts'
import { createUsers, userlistsIn } from './users.ts'
import { createTarpit } from './tarpit.ts'
import { createProcessVariables } from './variables.ts'
import { UNWATCHED } from './watch.ts'
import type { RuleWatch } from './watch.ts'
import { createErrorReplies } from './worded-replies.ts'

/** `watch`: sees what rules come to, and what they do. */
export function createRulesEngine(tools: Tools, watch: RuleWatch = UNWATCHED): RulesEngine {
  const waiting: Tools = { ...tools, mayWait: true, ...(watch === UNWATCHED ? { tarpit: createTarpit() } : {}) }
  return {
    holdsOf: (rule) => watch.condition(rule, compileOptional(rule.if, tools)),
    compileText: (sample) => compileText(sample, tools),
    compileBytes: (sample) => compileBytes(sample, tools),
    createRules: (rules) => createRules(rules, waiting, watch),
    createRefusals: (rules) => createRefusals(rules, waiting),
    createResponseRules: (rules) => createResponseRules(rules, waiting, watch),
    createProcessVariables: (rules, view) => createProcessVariables(rules, view, tools),
    createErrorReplies: (errors) => createErrorReplies(errors, tools),
    createCapturing: (captures) => createCapturing(captures, tools),
    createIdentifier: () => {
      const numbering = createNumbering()
      return (uniqueId) => createIdentify(uniqueId, numbering, tools)
    },
    createLists: (config) => tools.createLists?.(config, tools.patternOf),
    createUsers,
    createSettle,
    userlistsIn,
  }
}
