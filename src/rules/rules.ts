// Ordered rules: each whose condition holds acts. Actions on headers and the path let the rules go on, the others end them.

import type { ResponseRule, Rule } from '../config/rules/rule.ts'
import { compileAction } from './actions/compile-action.ts'
import { compileOptional } from './conditions.ts'
import { isRefusal } from './ended.ts'
import type { Ended } from './ended.ts'
import { isPlain } from './guards.ts'
import { createRuleIndex } from './rule-index.ts'
import type { Tools } from './tools.ts'
import type { Transaction } from './transaction.ts'
import { PendingError } from './pending.ts'
import { UnverifiedError } from './users.ts'
import type { SeenResponse, View } from './view.ts'
import { UNWATCHED } from './watch.ts'
import type { RuleWatch } from './watch.ts'

/** A rule asks for what is not there yet; once it is, the rule runs again. */
export class Suspended {
  readonly asked: UnverifiedError | PendingError
  readonly resume: () => Ended | Suspended | undefined

  constructor(asked: UnverifiedError | PendingError, resume: () => Ended | Suspended | undefined) {
    this.asked = asked
    this.resume = resume
  }
}

export type RunRules = (transaction: Transaction, view: View) => Ended | Suspended | undefined

/** Changes `transaction.forOrigin`; undefined when no rule ended it. */
export function createRules(rules: readonly Rule[], tools: Tools, watch: RuleWatch = UNWATCHED): RunRules {
  const isEnd = (ended: Ended, { boundBackend }: Transaction) => boundBackend === undefined || !('backend' in ended)
  return running(rules, tools, isEnd, watch)
}

/** The same rules, but only what refuses a request or gives it to a backend ends them. */
export function createRefusals(rules: readonly Rule[], tools: Tools): RunRules {
  const isEnd = (ended: Ended, { boundBackend }: Transaction) =>
    'backend' in ended ? boundBackend === undefined : isRefusal(ended)
  return running(rules, tools, isEnd, UNWATCHED)
}

function running(
  rules: readonly Rule[],
  tools: Tools,
  isEnd: (ended: Ended, transaction: Transaction) => boolean,
  watch: RuleWatch,
): RunRules {
  const compiled = rules.map((rule) =>
    watch.rule(rule, { holds: compileOptional(rule.if, tools), act: compileAction(rule.do, tools, 'request') }),
  )
  const isSpared = rules.map((rule) => !('useBackend' in rule.do) && !rule.always)
  /** What is asked here may come to something else afterwards, even if it does not hold. */
  const changing = rules.map((rule) => rule.if !== null && !isPlain(rule.if))
  // Who watches sees each rule, and what it came to.
  const index = watch === UNWATCHED ? createRuleIndex(rules, tools) : undefined
  return (transaction, view) => run(0, false, transaction, view)

  function run(from: number, wasAllowed: boolean, transaction: Transaction, view: View): Ended | Suspended | undefined {
    let next = index?.(transaction, view)
    let i = next ? next(from) : from
    let isAllowed = wasAllowed
    try {
      for (; i < compiled.length; i = next ? next(i + 1) : i + 1) {
        if (isAllowed && isSpared[i]) continue
        const { holds, act } = compiled[i]!
        if (transaction.tracking) transaction.tracking.lastRead = undefined
        const isHeld = holds(transaction, view)
        if (isHeld || changing[i]) next = index?.(transaction, view)
        const ended = isHeld ? act(transaction, view) : undefined
        if (!ended) continue
        if ('isAllowed' in ended) isAllowed = true
        else if (isEnd(ended, transaction)) return ended
      }
      return undefined
    } catch (error) {
      return suspended(error, () => run(i, isAllowed, transaction, view))
    }
  }
}

/** Changes a response's headers, or returns its replacement. */
export type JudgeResponse = (
  response: SeenResponse,
  transaction: Transaction,
  view: View,
) => Ended | Suspended | undefined

/** Undefined if there are no rules: then no response must be copied. */
export function createResponseRules(
  rules: readonly ResponseRule[],
  tools: Tools,
  watch: RuleWatch = UNWATCHED,
): JudgeResponse | undefined {
  if (rules.length === 0) return undefined
  const compiled = rules.map((rule) =>
    watch.responseRule(rule, {
      holds: compileOptional(rule.if, tools),
      act: compileAction(rule.do, tools, 'response'),
    }),
  )
  return (response, transaction, view) => run(0, transaction, { ...view, response })

  function run(from: number, transaction: Transaction, view: View): Ended | Suspended | undefined {
    let i = from
    try {
      for (; i < compiled.length; i++) {
        const { holds, act } = compiled[i]!
        const ended = holds(transaction, view) ? act(transaction, view) : undefined
        if (ended) return 'isAllowed' in ended ? undefined : ended
      }
      return undefined
    } catch (error) {
      return suspended(error, () => run(i, transaction, view))
    }
  }
}

/** Of what a rule has thrown. It has changed nothing yet, because texts are built before they are used. */
function suspended(error: unknown, resume: Suspended['resume']): Suspended {
  if (error instanceof UnverifiedError || error instanceof PendingError) return new Suspended(error, resume)
  throw error
}
