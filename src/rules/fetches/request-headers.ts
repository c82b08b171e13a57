// The request's headers and cookies, as rules have changed them. HAProxy: configuration manual 7.3.6.

import { cookieValues } from '../../http/cookie-header.ts'
import { valuesOf } from '../../http/fields.ts'
import type { FetchMaker } from '../tools.ts'
import { occurrenceOf } from './occurrence.ts'

export const reqHdr: FetchMaker = ([name = '', occurrence]) => {
  return ({ forOrigin }) => occurrenceOf(valuesOf(forOrigin.headers, name), occurrence)
}

export const reqFhdr: FetchMaker = ([name = '', occurrence]) => {
  return ({ forOrigin }) => occurrenceOf(forOrigin.headers.all(name), occurrence)
}

export const reqCook: FetchMaker = ([name = '']) => {
  return ({ forOrigin }) => cookieValues(forOrigin.headers.get('cookie'), name)
}
