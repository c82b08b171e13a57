// The method and the target, as rules have changed them. HAProxy: configuration manual 7.3.6.

import type { FetchMaker } from '../tools.ts'

export const method: FetchMaker = () => {
  return ({ asked }) => asked.method
}

export const path: FetchMaker = () => {
  return ({ forOrigin }) => forOrigin.target.path
}

export const pathq: FetchMaker = () => {
  return ({ forOrigin }) => forOrigin.target.pathAndQuery
}

export const query: FetchMaker = () => {
  return ({ forOrigin }) => forOrigin.target.query.slice(1)
}

/**
 * `url_param(name[,delim])`: not decoded, as HAProxy reads it; the first of several, behind `?` or the delimiter.
 * `url_param(jsessionid,;)` finds the path parameter `;jsessionid=` of servlet containers.
 */
export const urlParam: FetchMaker = ([name = '', delimiter = '?']) => {
  return ({ forOrigin: { target } }) => {
    const whole = target.path + target.query
    const start = whole.indexOf(delimiter)
    if (start === -1) return undefined
    for (const pair of whole.slice(start + 1).split(/[&;]/)) {
      const equals = pair.indexOf('=')
      if (equals !== -1 && pair.slice(0, equals) === name) return pair.slice(equals + 1)
    }
    return undefined
  }
}
