// The request's headers and cookies, as rules have changed them. HAProxy: configuration manual 7.3.6.

import { cookieValues } from '../../http/cookie-header.ts'
import type { Fields } from '../../http/fields.ts'
import type { FetchMaker } from '../tools.ts'
import { countIn, counting, finding, firstLast, ipIn, linesOf, naming, partsOf, writing } from './header-values.ts'
import type { FieldsIn } from './header-values.ts'

const fieldsIn: FieldsIn = ({ forOrigin }) => forOrigin.headers

export const reqHdr: FetchMaker = (given) => finding(fieldsIn, partsOf, given)

export const reqFhdr: FetchMaker = (given) => finding(fieldsIn, linesOf, given)

export const reqHdrCnt: FetchMaker = (given) => counting(fieldsIn, partsOf, given)

export const reqFhdrCnt: FetchMaker = (given) => counting(fieldsIn, linesOf, given)

export const reqHdrVal: FetchMaker = (given) => finding(fieldsIn, partsOf, given, countIn)

export const reqHdrIp: FetchMaker = (given) => finding(fieldsIn, partsOf, given, ipIn)

export const reqHdrNames: FetchMaker = (given) => naming(fieldsIn, given)

export const reqHdrs: FetchMaker = () => writing(fieldsIn)

export const reqCook: FetchMaker = ([name]) => finding(fieldsIn, cookiesOf, [name ?? ''])

export const reqCookCnt: FetchMaker = ([name]) => counting(fieldsIn, cookiesOf, [name ?? ''])

export const reqCookVal: FetchMaker = ([name]) => finding(fieldsIn, cookiesOf, [name ?? ''], countIn)

/** Without a name the values of all. */
function cookiesOf(fields: Fields, name: string): readonly string[] {
  const header = fields.get('cookie')
  if (name !== '') return cookieValues(header, name)
  const pairs = (header ?? '').split(';').filter((pair) => pair.includes('='))
  return firstLast(pairs.map((pair) => pair.slice(pair.indexOf('=') + 1).trim()))
}
