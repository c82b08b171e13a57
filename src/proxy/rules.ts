// Ordered rules: each whose condition holds acts. Actions on headers and the path let the rules go on, the others end them.
// HAProxy: configuration manual 4.2 "http-request", "http-response", "use_backend", "redirect".

import type { FinalAction, HeaderAction, Replacement, ResponseRule, Rule } from '../config/config.ts'
import { compileOptional } from './conditions.ts'
import type { Incoming } from './incoming.ts'
import { compileTemplate } from './samples.ts'
import type { View } from './samples.ts'

/** Changes `incoming.headers` and `incoming.url`; the action that ended the rules, or undefined when none did. */
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
  if ('setPath' in action) {
    const valueOf = compileTemplate(action.setPath)
    return (incoming, view) => void (incoming.url.pathname = valueOf(incoming, view))
  }
  if ('replacePath' in action) {
    const replace = compileReplacement(action.replacePath)
    return ({ url }) => void (url.pathname = replace(url.pathname))
  }
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
  return 'setHeader' in action || 'addHeader' in action || 'delHeader' in action || 'replaceHeader' in action
}

function compileHeaderAction(action: HeaderAction): (headers: Headers, incoming: Incoming, view: View) => void {
  if ('delHeader' in action) return (headers) => headers.delete(action.delHeader)
  if ('replaceHeader' in action) {
    const { name } = action.replaceHeader
    const replace = compileReplacement(action.replaceHeader)
    return (headers) => {
      const found = headers.get(name)
      if (found !== null) headers.set(name, replace(found))
    }
  }
  const how = 'setHeader' in action ? 'set' : 'append'
  const { name, value } = 'setHeader' in action ? action.setHeader : action.addHeader
  const valueOf = compileTemplate(value)
  return (headers, incoming, view) => headers[how](name, valueOf(incoming, view))
}

/** A value that matches is replaced as a whole; `\\1` to `\\9` are what its groups matched. */
function compileReplacement({ match, with: text }: Replacement): (value: string) => string {
  const pattern = new RegExp(match)
  return (value) => {
    const groups = pattern.exec(value)
    return groups ? text.replaceAll(/\\([0-9])/g, (_, n: string) => groups[Number(n)] ?? '') : value
  }
}
