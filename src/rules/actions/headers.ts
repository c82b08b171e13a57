// Actions on headers of the request or the response. HAProxy: configuration manual 4.2 "http-request set-header" and its like.

import { replaceLines } from '../../http/fields.ts'
import type { MutableFields } from '../../http/fields.ts'
import { compileMatch } from '../matches.ts'
import { compileReplacement } from '../replacement.ts'
import { compileTemplate } from '../samples.ts'
import type { ForOrigin, Transaction } from '../transaction.ts'
import type { View } from '../view.ts'
import type { Act, ActionMaker, Phase } from '../tools.ts'

export const setHeader: ActionMaker<'setHeader'> = ({ setHeader: { name, value } }, tools, phase) => {
  const valueOf = compileTemplate(value, tools)
  return editing(name, phase, (headers, transaction, view) => headers.set(name, valueOf(transaction, view)))
}

export const addHeader: ActionMaker<'addHeader'> = ({ addHeader: { name, value } }, tools, phase) => {
  const valueOf = compileTemplate(value, tools)
  return editing(name, phase, (headers, transaction, view) => headers.append(name, valueOf(transaction, view)))
}

export const delHeader: ActionMaker<'delHeader'> = ({ delHeader: which }, tools, phase) => {
  if (typeof which === 'string') return editing(which, phase, (headers) => headers.remove(which))
  const matches = compileMatch(which.match, [which.name], which.match !== 'reg', tools.patternOf)
  return ({ forOrigin }, { response }) => {
    const headers = phase === 'response' ? response!.headers : forOrigin.headers
    const names = new Set<string>()
    headers.forEachLine((name) => void (matches(name) && names.add(name)))
    for (const name of names) headers.remove(name)
    if (phase === 'request' && names.has('host')) followHost(forOrigin)
    return undefined
  }
}

export const replaceHeader: ActionMaker<'replaceHeader'> = ({ replaceHeader: { name, ...how } }, tools, phase) => {
  const replace = compileReplacement(how, tools)
  return editing(name, phase, (headers, transaction, view) =>
    replaceLines(headers, name, (line) => replace(line, transaction, view)),
  )
}

export const replaceValue: ActionMaker<'replaceValue'> = ({ replaceValue: { name, ...how } }, tools, phase) => {
  const replace = compileReplacement(how, tools)
  return editing(name, phase, (headers, transaction, view) =>
    replaceLines(headers, name, (line) =>
      line.replaceAll(VALUE, (found) => {
        const value = found.trim()
        const replaced = replace(value, transaction, view)
        // As HAProxy does: one that is replaced loses the blanks around it.
        return replaced === value ? found : replaced
      }),
    ),
  )
}

/** What stands between commas, which may be quoted. */
const VALUE = /(?:"(?:[^"\\]|\\.)*"|[^",]|"(?![^"]*"))+/g

type Edit = (headers: MutableFields, transaction: Transaction, view: View) => void

function editing(name: string, phase: Phase, edit: Edit): Act {
  if (phase === 'response') return (transaction, view) => void edit(view.response!.headers, transaction, view)
  if (name.toLowerCase() !== 'host') {
    return (transaction, view) => void edit(transaction.forOrigin.headers, transaction, view)
  }
  return (transaction, view) => {
    edit(transaction.forOrigin.headers, transaction, view)
    followHost(transaction.forOrigin)
    return undefined
  }
}

/**
 * Call after a rule has changed the header: the server's Host comes from the target, so the target follows. A Host that cannot be
 * sent leaves it as it was.
 */
export function followHost(forOrigin: ForOrigin): void {
  const { headers, target } = forOrigin
  forOrigin.isHostUnsendable = !target.setHost(headers.get('host') ?? '')
  // Lower case, without a default port: rules read the Host that the server gets.
  if (!forOrigin.isHostUnsendable) headers.set('host', target.host)
}
