// Ordered rules: each whose condition holds acts. Actions on headers let the rules go on, the others end them.
// HAProxy: configuration manual 4.2 "http-request", "http-response", "use_backend", "redirect".

import type { FinalAction, HeaderAction, ResponseRule, Rule } from '../config/config.ts'
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
  if (!isHeaderAction(action)) return action
  const edit = compileHeaderAction(action)
  return (incoming, view) => edit(incoming.headers, incoming, view)
}

/** Changes a response's headers; undefined when there are no rules: then nobody has to copy one. */
export function createResponseRules(rules: readonly ResponseRule[]) {
  if (rules.length === 0) return undefined
  const compiled = rules.map((rule) => ({ holds: compileOptional(rule.if), edit: compileHeaderAction(rule.do) }))
  return (response: Response, incoming: Incoming, view: View): void => {
    const seen: View = { ...view, response }
    for (const { holds, edit } of compiled) if (holds(incoming, seen)) edit(response.headers, incoming, seen)
  }
}

function isHeaderAction(action: Rule['do']): action is HeaderAction {
  return 'setHeader' in action || 'addHeader' in action || 'delHeader' in action
}

function compileHeaderAction(action: HeaderAction): (headers: Headers, incoming: Incoming, view: View) => void {
  if ('delHeader' in action) return (headers) => headers.delete(action.delHeader)
  const how = 'setHeader' in action ? 'set' : 'append'
  const { name, value } = 'setHeader' in action ? action.setHeader : action.addHeader
  const valueOf = compileTemplate(value)
  return (headers, incoming, view) => headers[how](name, valueOf(incoming, view))
}
