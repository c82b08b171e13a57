// The response: nothing before there is one. HAProxy: configuration manual 7.3.6.

import type { Fields } from '../../http/fields.ts'
import type { FetchMaker } from '../tools.ts'
import { countIn, counting, finding, firstLast, ipIn, linesOf, naming, partsOf, writing } from './header-values.ts'
import type { FieldsIn } from './header-values.ts'

const fieldsIn: FieldsIn = (_, { response }) => response?.headers

export const status: FetchMaker = () => {
  return (_, { response }) => response && BigInt(response.status)
}

export const resHdr: FetchMaker = (given) => finding(fieldsIn, partsOf, given)

export const resFhdr: FetchMaker = (given) => finding(fieldsIn, linesOf, given)

export const resHdrCnt: FetchMaker = (given) => counting(fieldsIn, partsOf, given)

export const resFhdrCnt: FetchMaker = (given) => counting(fieldsIn, linesOf, given)

export const resHdrVal: FetchMaker = (given) => finding(fieldsIn, partsOf, given, countIn)

export const resHdrIp: FetchMaker = (given) => finding(fieldsIn, partsOf, given, ipIn)

export const resHdrNames: FetchMaker = (given) => naming(fieldsIn, given)

export const resHdrs: FetchMaker = () => writing(fieldsIn)

export const resCook: FetchMaker = ([name]) => finding(fieldsIn, setCookiesOf, [name ?? ''])

export const resCookCnt: FetchMaker = ([name]) => counting(fieldsIn, setCookiesOf, [name ?? ''])

export const resCookVal: FetchMaker = ([name]) => finding(fieldsIn, setCookiesOf, [name ?? ''], countIn)

/** From the response's own Set-Cookie lines; without a name all. As in HAProxy, a value also ends at a comma, unless it is quoted. */
function setCookiesOf(fields: Fields, name: string): readonly string[] {
  const values = fields.all('set-cookie').flatMap((line) => {
    const [, found, value = ''] = /^\s*([^=;]*?)\s*=\s*("[^"]*"|[^;,]*)/.exec(line) ?? []
    return found !== undefined && (name === '' || found === name) ? [value.trimEnd()] : []
  })
  return name === '' ? firstLast(values) : values
}
