// The method and the target, as rules have changed them, and as the client asked for them. HAProxy: configuration manual 7.3.6.

import { versionOf } from '../../http/protocol.ts'
import type { Target } from '../../http/target.ts'
import type { Fetch, FetchMaker } from '../tools.ts'
import type { Transaction } from '../transaction.ts'
import { countIn, firstLast } from './header-values.ts'

export const method: FetchMaker = () => methodOf

/** HAProxy remembers which of these a request came with; any other it reads again, perhaps as `set-method` left it. */
export const REMEMBERED = new Set(['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'CONNECT'])

export function methodOf({ asked, forOrigin }: Transaction): string {
  return REMEMBERED.has(asked.method) ? asked.method : forOrigin.method
}

export const askedMethod: FetchMaker = () => {
  return ({ asked }) => asked.method
}

export const askedUri: FetchMaker = () => {
  return ({ asked }) => asked.path + asked.query
}

export const askedVersion: FetchMaker = () => {
  return ({ request }) => (versionOf(request) === '1.0' ? 'HTTP/1.0' : 'HTTP/1.1')
}

export const reqVer: FetchMaker = () => {
  return ({ request }) => versionOf(request)
}

export const path: FetchMaker = () => {
  return ({ forOrigin }) => forOrigin.target.path
}

export const pathq: FetchMaker = () => {
  return ({ forOrigin }) => forOrigin.target.pathAndQuery
}

export const query: FetchMaker = () => {
  return ({ forOrigin: { target } }) => (target.pathAndQuery === target.path ? undefined : target.query.slice(1))
}

export const base: FetchMaker = () => {
  return ({ forOrigin }) => (forOrigin.headers.get('host') ?? '') + forOrigin.target.path
}

export const baseq: FetchMaker = () => {
  return ({ forOrigin }) => (forOrigin.headers.get('host') ?? '') + forOrigin.target.pathAndQuery
}

/**
 * `url_param(name[,delim])`: not decoded, as HAProxy reads it; the first of several, behind `?` or the delimiter.
 * `url_param(jsessionid,;)` finds the path parameter `;jsessionid=` of servlet containers.
 */
export const urlParam: FetchMaker = ([name = '', delimiter = '']) => {
  const parametersIn = parametersNamed(name, delimiter)
  return ({ forOrigin: { target } }) => parametersIn(target)
}

export const urlpVal: FetchMaker = ([name = '', delimiter = '']): Fetch => {
  const parametersIn = parametersNamed(name, delimiter)
  return ({ forOrigin: { target } }) => parametersIn(target).map(countIn)
}

/** Without a name all. */
function parametersNamed(name: string, delimiter: string): (target: Target) => readonly string[] {
  const from = delimiter === '' ? '?' : delimiter
  return ({ path: before, query: behind }) => {
    const whole = before + behind
    const start = whole.indexOf(from)
    if (start === -1) return []
    return firstLast(valuesNamed(name, whole.slice(start + 1).split(/[&;]/)))
  }
}

/** Of pairs such as `a=1`; without a name all. */
export function valuesNamed(name: string, pairs: readonly string[]): readonly string[] {
  return pairs.flatMap((pair) => {
    const equals = pair.indexOf('=')
    return equals !== -1 && (name === '' || pair.slice(0, equals) === name) ? [pair.slice(equals + 1)] : []
  })
}
