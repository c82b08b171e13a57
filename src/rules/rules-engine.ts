// What the balancer asks of rules: engine.ts does it. NO_RULES is for a configuration that has none, and refuses any other, so that
// a rule is never silently left out.

import type { Config } from '../config/config.ts'
import type { Captures } from '../config/options/captures.ts'
import type { UniqueId } from '../config/options/unique-id.ts'
import type { Userlist } from '../config/options/users.ts'
import type { Condition } from '../config/rules/condition.ts'
import type { Reply } from '../config/rules/reply.ts'
import type { ResponseRule, Rule } from '../config/rules/rule.ts'
import type { Sample } from '../config/rules/samples/sample.ts'
import type { Throttle } from '../credentials/throttle.ts'
import type { Capturing } from './captures.ts'
import type { Test } from './conditions.ts'
import type { Lists } from './lists/lists.ts'
import type { JudgeResponse, RunRules } from './rules.ts'
import type { TextOf } from './samples.ts'
import type { Settle } from './settle.ts'
import type { Identify } from './unique-id.ts'
import type { Users } from './users.ts'
import type { View } from './view.ts'
import type { ErrorReplies } from './worded-replies.ts'

export interface RulesEngine {
  /** Whether a rule applies. Without a condition: always. */
  holdsOf(rule: { readonly if: Condition | null }): Test
  /** The last of its values. */
  compileText(sample: Sample): TextOf
  /** The last of its values, one character for each byte. */
  compileBytes(sample: Sample): TextOf
  createRules(rules: readonly Rule[]): RunRules
  /** The same rules, but only what refuses a request or gives it to a backend ends them. */
  createRefusals(rules: readonly Rule[]): RunRules
  /** Undefined if there are no rules: then no response must be copied. */
  createResponseRules(rules: readonly ResponseRule[]): JudgeResponse | undefined
  /** The variables of the scope `proc`, as rules set them that ask nothing of a request. */
  createProcessVariables(rules: readonly Rule[], view: Omit<View, 'processVariables'>): View['processVariables']
  createErrorReplies(errors: ReadonlyMap<number, Reply>): ErrorReplies
  createCapturing(captures: Captures): Capturing
  /** One for all frontends: it numbers their requests. */
  createIdentifier(): (uniqueId: UniqueId) => Identify
  /** Undefined: there are neither maps nor lists. */
  createLists(config: Config): Lists | undefined
  createUsers(userlists: readonly Userlist[], throttle: Throttle): Users
  createSettle(users: Users): Settle
  /** The userlists that samples somewhere in a part of the configuration ask. */
  userlistsIn(part: unknown): readonly string[]
}

const NOTHING = () => undefined

export const NO_RULES: RulesEngine = {
  holdsOf: (rule) => (rule.if === null ? () => true : refuse()),
  compileText: refuse,
  compileBytes: refuse,
  createRules: ({ length }) => (length === 0 ? NOTHING : refuse()),
  createRefusals: ({ length }) => (length === 0 ? NOTHING : refuse()),
  createResponseRules: ({ length }) => (length === 0 ? undefined : refuse()),
  createProcessVariables: ({ length }) => (length === 0 ? new Map() : refuse()),
  createErrorReplies: ({ size }) => (size === 0 ? NOTHING : refuse()),
  createCapturing: refuse,
  createIdentifier: () => refuse,
  // Only samples look maps up, or ask for users.
  createLists: NOTHING,
  createUsers: () => ({ groupsOf: NOTHING, verify: refuse, verifyAll: async () => true }),
  createSettle: () => (judged) => (judged === undefined ? undefined : refuse()),
  userlistsIn: () => [],
}

function refuse(): never {
  throw new TypeError('this Worker was built without rules')
}
