// What a rule does when its condition holds. HAProxy: configuration manual 4.2 "http-request", "http-response", "use_backend",
// "redirect".

import type { Action, FinalAction } from '../config/rules/action.ts'
import type { HeaderAction } from '../config/rules/header-action.ts'
import type { Redirect } from '../config/rules/answer.ts'
import type { ResponseRule } from '../config/rules/rule.ts'
import type { Template } from '../config/rules/sample.ts'
import { basicChallenge } from '../credentials/basic.ts'
import { replaceLines } from '../http/fields.ts'
import type { MutableFields } from '../http/fields.ts'
import type { PatternOf } from '../pattern/compile.ts'
import type { Ended } from './ended.ts'
import { compileReplacement } from './replacement.ts'
import { redirect } from './replies.ts'
import { compileTemplate } from './samples.ts'
import type { ForOrigin, Transaction } from './transaction.ts'
import type { View } from './view.ts'
import { compileReply } from './worded-replies.ts'

/** Undefined: the rules go on. */
export type Act = (transaction: Transaction, view: View) => Ended | undefined

export function compileAction(action: Action, patternOf: PatternOf): Act {
  if (isHeaderAction(action)) {
    const edit = compileHeaderAction(action, patternOf)
    if (headerOf(action).toLowerCase() !== 'host')
      return (transaction, view) => void edit(transaction.forOrigin.headers, transaction, view)
    return (transaction, view) => {
      edit(transaction.forOrigin.headers, transaction, view)
      followHost(transaction.forOrigin)
      return undefined
    }
  }
  if ('disableL7Retry' in action) return (transaction) => void (transaction.isL7RetryOff = true)
  if ('setPath' in action) {
    const pathOf = compileTemplate(action.setPath)
    return (transaction, view) => void (transaction.forOrigin.target.path = pathOf(transaction, view))
  }
  if ('setQuery' in action) {
    const queryOf = compileTemplate(action.setQuery)
    return (transaction, view) => void (transaction.forOrigin.target.query = queryOf(transaction, view))
  }
  if ('replacePath' in action) {
    const replace = compileReplacement(action.replacePath, patternOf)
    return (transaction, view) => {
      const { target } = transaction.forOrigin
      target.path = replace(target.path, transaction, view)
      return undefined
    }
  }
  if ('replacePathq' in action) {
    const replace = compileReplacement(action.replacePathq, patternOf)
    return (transaction, view) => {
      const { target } = transaction.forOrigin
      const [path = '', ...query] = replace(target.pathAndQuery, transaction, view).split('?')
      target.path = path
      // A lone '?' stays.
      target.query = query.length === 0 ? '' : `?${query.join('?')}`
      return undefined
    }
  }
  return compileFinal(action)
}

/**
 * Call after a rule has changed the header: the server's Host comes from the target, so the target follows. A Host that cannot be
 * sent leaves it as it was.
 */
function followHost(forOrigin: ForOrigin): void {
  const { headers, target } = forOrigin
  forOrigin.isHostUnsendable = !target.setHost(headers.get('host') ?? '')
  // Lower case, without a default port: rules read the Host that the server gets.
  if (!forOrigin.isHostUnsendable) headers.set('host', target.host)
}

function compileFinal(action: FinalAction): Act {
  if ('useBackend' in action) return compileUseBackend(action.useBackend)
  if ('deny' in action) {
    const { status, reply: worded } = action.deny
    if (worded === null) return constant({ status })
    const make = compileReply(worded)
    return (transaction, view) => ({ response: make(transaction, view), isDenied: true })
  }
  if ('auth' in action) return constant({ status: 401, challenge: basicChallenge(action.auth.realm) })
  if ('return' in action) {
    const make = compileReply(action.return)
    return (transaction, view) => ({ response: make(transaction, view) })
  }
  if ('redirectScheme' in action) {
    const { scheme, code } = action.redirectScheme
    return ({ forOrigin: { target } }) => ({
      response: redirect(`${scheme}://${target.host}${target.pathAndQuery}`, code),
    })
  }
  return compileRedirect(action.redirect)
}

function compileRedirect({ location, prefix, code, dropQuery, appendSlash, setCookies }: Redirect): Act {
  const start = compileTemplate(location ?? prefix)
  return (transaction, view) => {
    const { path, pathAndQuery } = transaction.forOrigin.target
    const slash = appendSlash && !path.endsWith('/') ? '/' : ''
    const query = dropQuery ? '' : pathAndQuery.slice(path.length)
    const rest = location ? '' : path + slash + query
    return { response: redirect(start(transaction, view) + rest, code, setCookies) }
  }
}

/** A name made of samples need not be a backend's; then the default backend stays. */
function compileUseBackend(template: Template): Act {
  const [only] = template
  if (typeof only === 'string' && template.length === 1) return constant({ backend: only })
  const nameOf = compileTemplate(template)
  return (transaction, view) => ({ backend: nameOf(transaction, view) })
}

function constant(ended: Ended): Act {
  return () => ended
}

/** `headers`: the response's. */
export type ActOnResponse = (headers: MutableFields, transaction: Transaction, view: View) => Ended | undefined

export function compileResponseAction(action: ResponseRule['do'], patternOf: PatternOf): ActOnResponse {
  if (isHeaderAction(action)) {
    const edit = compileHeaderAction(action, patternOf)
    return (headers, transaction, view) => void edit(headers, transaction, view)
  }
  const act = compileFinal(action)
  return (_, transaction, view) => act(transaction, view)
}

function isHeaderAction(action: Action | ResponseRule['do']): action is HeaderAction {
  return 'setHeader' in action || 'addHeader' in action || 'delHeader' in action || 'replaceHeader' in action
}

type EditHeaders = (headers: MutableFields, transaction: Transaction, view: View) => void

function compileHeaderAction(action: HeaderAction, patternOf: PatternOf): EditHeaders {
  if ('delHeader' in action) return (headers) => headers.remove(action.delHeader)
  if ('replaceHeader' in action) {
    const { name } = action.replaceHeader
    const replace = compileReplacement(action.replaceHeader, patternOf)
    return (headers, transaction, view) => replaceLines(headers, name, (line) => replace(line, transaction, view))
  }
  const how = 'setHeader' in action ? 'set' : 'append'
  const { name, value } = 'setHeader' in action ? action.setHeader : action.addHeader
  const valueOf = compileTemplate(value)
  return (headers, transaction, view) => headers[how](name, valueOf(transaction, view))
}

/** The name of the header that it changes. */
function headerOf(action: HeaderAction): string {
  if ('delHeader' in action) return action.delHeader
  if ('replaceHeader' in action) return action.replaceHeader.name
  return 'setHeader' in action ? action.setHeader.name : action.addHeader.name
}
