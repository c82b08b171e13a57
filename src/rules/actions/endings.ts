// Actions that end the rules: a backend, or an answer. HAProxy: configuration manual 4.2 "use_backend", "http-request deny", "http-request
// return", "redirect".

import { basicChallenge } from '../../credentials/basic.ts'
import { ALLOWED } from '../ended.ts'
import type { Ended } from '../ended.ts'
import { redirect as redirectTo } from '../replies.ts'
import { compileTemplate } from '../samples.ts'
import { compileReply } from '../worded-replies.ts'
import type { Act, ActionMaker } from '../tools.ts'

/** A name made of samples need not be a backend's; then the default backend stays. */
export const useBackend: ActionMaker<'useBackend'> = ({ useBackend: template }, tools) => {
  const [only] = template
  if (typeof only === 'string' && template.length === 1) return constant({ backend: only })
  const nameOf = compileTemplate(template, tools)
  return (transaction, view) => ({ backend: nameOf(transaction, view) })
}

export const deny: ActionMaker<'deny'> = ({ deny: { status, reply: worded, closeConnection = false } }, tools) => {
  const make = worded === null ? undefined : compileReply(worded, tools)
  return (transaction, view) => {
    transaction.isClosedUnanswered = closeConnection
    return make ? { response: make(transaction, view), isDenied: true } : { status }
  }
}

export const allow: ActionMaker<'allow'> = () => () => ALLOWED

export const useService: ActionMaker<'useService'> = ({ useService: service }) => constant({ service })

export const auth: ActionMaker<'auth'> = ({ auth: { realm } }) => {
  return constant({ status: 401, challenge: basicChallenge(realm) })
}

export const respond: ActionMaker<'return'> = ({ return: worded }, tools) => {
  if (worded.body === null) return constant({ status: worded.status, isDenied: false })
  const make = compileReply(worded, tools)
  return (transaction, view) => ({ response: make(transaction, view) })
}

export const redirectScheme: ActionMaker<'redirectScheme'> = ({ redirectScheme: { scheme, code } }) => {
  return ({ forOrigin: { target } }) => ({
    response: redirectTo(`${scheme}://${target.host}${target.pathAndQuery}`, code),
  })
}

export const redirect: ActionMaker<'redirect'> = ({ redirect: written }, tools) => {
  const { location, scheme, prefix, code, dropQuery, appendSlash, ignoreEmpty, setCookies } = written
  const start = compileTemplate(location ?? scheme ?? prefix, tools)
  return (transaction, view) => {
    const { host, path, pathAndQuery } = transaction.forOrigin.target
    const text = start(transaction, view)
    if (location) return text === '' && ignoreEmpty ? undefined : { response: redirectTo(text, code, setCookies) }
    const slash = appendSlash && !path.endsWith('/') ? '/' : ''
    const query = dropQuery ? '' : pathAndQuery.slice(path.length)
    const origin = scheme ? `${text}://${host}` : text
    return { response: redirectTo(origin + path + slash + query, code, setCookies) }
  }
}

function constant(ended: Ended): Act {
  return () => ended
}
