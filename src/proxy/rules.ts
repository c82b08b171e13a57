// Ordered rules: each whose condition holds acts. Actions on headers let the rules go on, the others end them.
// HAProxy: configuration manual 4.2 "http-request", "use_backend", "redirect".

import type { FinalAction, HeaderAction, Rule } from '../config/config.ts'
import { compileOptional } from './conditions.ts'
import type { Incoming } from './incoming.ts'
import { compileTemplate } from './samples.ts'
import type { View } from './samples.ts'

/** Changes `incoming.headers`; the action that ended the rules, or undefined when none did. */
export type RunRules = (incoming: Incoming, view: View) => FinalAction | undefined

export function createRules(rules: readonly Rule[]): RunRules {
  const compiled = rules.map((rule) => ({ holds: compileOptional(rule.if), acts: compileAction(rule) }))
  return (incoming, view) => {
    for (const { holds, acts } of compiled) {
      if (!holds(incoming, view)) continue
      if (typeof acts !== 'function') return acts
      acts(incoming, view)
    }
    return undefined
  }
}

function compileAction({ do: action }: Rule): FinalAction | ((incoming: Incoming, view: View) => void) {
  return isHeaderAction(action) ? compileHeaderAction(action) : action
}

function isHeaderAction(action: Rule['do']): action is HeaderAction {
  return 'setHeader' in action || 'addHeader' in action || 'delHeader' in action
}

function compileHeaderAction(action: HeaderAction): (incoming: Incoming, view: View) => void {
  if ('delHeader' in action) return ({ headers }) => headers.delete(action.delHeader)
  const how = 'setHeader' in action ? 'set' : 'append'
  const { name, value } = 'setHeader' in action ? action.setHeader : action.addHeader
  const valueOf = compileTemplate(value)
  return (incoming, view) => incoming.headers[how](name, valueOf(incoming, view))
}
