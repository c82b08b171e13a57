// Why a condition holds or does not: the parts that decide, each tested by the very function that tests it in a request, and the values
// that it looks at.

import type { Condition } from '../config/rules/condition.ts'
import { patternOf } from '../pattern/compile.ts'
import { compileCondition } from '../rules/conditions.ts'
import { allTools } from '../rules/all-tools.ts'
import { compileTexts } from '../rules/samples.ts'
import type { Transaction } from '../rules/transaction.ts'
import type { View } from '../rules/view.ts'
import { conditionText } from './condition-words.ts'
import type { Reason } from './explanation.ts'

const TOOLS = allTools(patternOf)

export function reasonsOf(condition: Condition | null, transaction: Transaction, view: View): readonly Reason[] {
  return condition === null ? [] : judge(condition, transaction, view).reasons
}

interface Judged {
  readonly holds: boolean
  readonly reasons: readonly Reason[]
}

function judge(condition: Condition, transaction: Transaction, view: View): Judged {
  if ('not' in condition) {
    const { holds, reasons } = judge(condition.not, transaction, view)
    return { holds: !holds, reasons }
  }
  if ('all' in condition) return judgeAll(condition.all, false, transaction, view)
  if ('any' in condition) return judgeAll(condition.any, true, transaction, view)
  const holds = compileCondition(condition, TOOLS)(transaction, view)
  return {
    holds,
    reasons: [{ condition: conditionText(condition), holds, found: foundBy(condition, transaction, view) }],
  }
}

/** One part that is `decisive` decides alone; else all of them do. */
function judgeAll(parts: readonly Condition[], decisive: boolean, transaction: Transaction, view: View): Judged {
  const before: Reason[] = []
  for (const part of parts) {
    const judged = judge(part, transaction, view)
    if (judged.holds === decisive) return judged
    before.push(...judged.reasons)
  }
  return { holds: !decisive, reasons: before }
}

/** What the condition looks at. */
function foundBy(condition: Condition, transaction: Transaction, view: View): readonly string[] {
  const { asked, forOrigin } = transaction
  if ('sample' in condition) return compileTexts(condition.sample, TOOLS)(transaction, view)
  if ('hdr' in condition) return forOrigin.headers.all(condition.hdr.name)
  if ('host' in condition) return [forOrigin.target.hostname]
  if ('method' in condition) return [asked.method]
  if ('scheme' in condition) return [asked.scheme]
  if ('src' in condition) return asked.clientAddress === '' ? [] : [asked.clientAddress]
  return [forOrigin.target.path]
}
