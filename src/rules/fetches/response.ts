// The response: nothing before there is one. HAProxy: configuration manual 7.3.6.

import { valuesOf } from '../../http/fields.ts'
import type { FetchMaker } from '../tools.ts'
import { occurrenceOf } from './occurrence.ts'

export const status: FetchMaker = () => {
  return (_, { response }) => response && BigInt(response.status)
}

export const resHdr: FetchMaker = ([name = '', occurrence]) => {
  return (_, { response }) => response && occurrenceOf(valuesOf(response.headers, name), occurrence)
}

export const resFhdr: FetchMaker = ([name = '', occurrence]) => {
  return (_, { response }) => response && occurrenceOf(response.headers.all(name), occurrence)
}

/** From the response's own Set-Cookie lines. As in HAProxy, a value also ends at a comma, unless it is quoted. */
export const resCook: FetchMaker = ([name = '']) => {
  return (_, { response }) =>
    response?.headers.all('set-cookie').flatMap((line) => {
      const [, found, value = ''] = /^\s*([^=;]*?)\s*=\s*("[^"]*"|[^;,]*)/.exec(line) ?? []
      return found === name ? [value.trimEnd()] : []
    })
}
