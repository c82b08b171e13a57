// Actions on the path and the query. HAProxy: configuration manual 4.2 "http-request set-path" and its like.

import type { MutableTarget } from '../../http/target.ts'
import { compileReplacement } from '../replacement.ts'
import { compileTemplate } from '../samples.ts'
import type { ActionMaker } from '../tools.ts'

export const setPath: ActionMaker<'setPath'> = ({ setPath: path }, tools) => {
  const pathOf = compileTemplate(path, tools)
  return (transaction, view) => void (transaction.forOrigin.target.path = pathOf(transaction, view))
}

export const setQuery: ActionMaker<'setQuery'> = ({ setQuery: query }, tools) => {
  const queryOf = compileTemplate(query, tools)
  return (transaction, view) => void (transaction.forOrigin.target.query = queryOf(transaction, view))
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
