// Actions on the path and the query. HAProxy: configuration manual 4.2 "http-request set-path" and its like.

import type { MutableTarget } from '../../http/target.ts'
import { compileReplacement } from '../replacement.ts'
import { compileTemplate } from '../samples.ts'
import { followHost } from './headers.ts'
import type { ActionMaker } from '../tools.ts'

export const setPath: ActionMaker<'setPath'> = ({ setPath: path }, tools) => {
  const pathOf = compileTemplate(path, tools)
  return (transaction, view) => void (transaction.forOrigin.target.path = pathOf(transaction, view))
}

export const setQuery: ActionMaker<'setQuery'> = ({ setQuery: query }, tools) => {
  const queryOf = compileTemplate(query, tools)
  // As in HAProxy a query of nothing leaves a lone '?'.
  return (transaction, view) => void (transaction.forOrigin.target.query = `?${queryOf(transaction, view)}`)
}

export const setPathq: ActionMaker<'setPathq'> = ({ setPathq: text }, tools) => {
  const textOf = compileTemplate(text, tools)
  return (transaction, view) => void setPathAndQuery(transaction.forOrigin.target, textOf(transaction, view))
}

export const setUri: ActionMaker<'setUri'> = ({ setUri: text }, tools) => {
  const textOf = compileTemplate(text, tools)
  return (transaction, view) => {
    const { forOrigin } = transaction
    const [, host, pathAndQuery = ''] = /^(?:[a-z][a-z0-9+.-]*:\/\/([^/?#]*))?(.*)$/is.exec(textOf(transaction, view))!
    setPathAndQuery(forOrigin.target, pathAndQuery)
    if (host !== undefined) {
      forOrigin.headers.set('host', host)
      followHost(forOrigin)
    }
    return undefined
  }
}

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
/** fetch sends none of these. */
const UNSENDABLE = new Set(['CONNECT', 'TRACE', 'TRACK'])

export const setMethod: ActionMaker<'setMethod'> = ({ setMethod: text }, tools) => {
  const textOf = compileTemplate(text, tools)
  return (transaction, view) => {
    const method = textOf(transaction, view)
    // What cannot be sent is left as it was.
    if (METHOD.test(method) && !UNSENDABLE.has(method.toUpperCase())) transaction.forOrigin.method = method
    return undefined
  }
}

export const replacePath: ActionMaker<'replacePath'> = ({ replacePath: how }, tools) => {
  const replace = compileReplacement(how, tools)
  return (transaction, view) => {
    const { target } = transaction.forOrigin
    target.path = replace(target.path, transaction, view)
    return undefined
  }
}

export const replacePathq: ActionMaker<'replacePathq'> = ({ replacePathq: how }, tools) => {
  const replace = compileReplacement(how, tools)
  return (transaction, view) => {
    const { target } = transaction.forOrigin
    setPathAndQuery(target, replace(target.pathAndQuery, transaction, view))
    return undefined
  }
}

/** A lone '?' stays. */
export function setPathAndQuery(target: MutableTarget, pathAndQuery: string): void {
  const [path = '', ...query] = pathAndQuery.split('?')
  target.path = path
  target.query = query.length === 0 ? '' : `?${query.join('?')}`
}
