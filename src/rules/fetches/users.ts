// Who the client says it is, and who it proves to be. HAProxy: configuration manual 7.3.6 "http_auth".

import { parseBasic } from '../../credentials/basic.ts'
import type { FetchMaker } from '../tools.ts'
import { isFieldName } from './header-values.ts'

export const httpAuth: FetchMaker = ([userlist = '']) => {
  return (transaction, view) => view.groupsOf(userlist, transaction) !== undefined
}

export const httpAuthGroup: FetchMaker = ([userlist = '']) => {
  return (transaction, view) => view.groupsOf(userlist, transaction)
}

export const httpAuthUser: FetchMaker = () => {
  return ({ forOrigin: { headers } }) => parseBasic(headers.get('authorization'))?.name
}

export const httpAuthPass: FetchMaker = () => {
  return ({ forOrigin: { headers } }) => parseBasic(headers.get('authorization'))?.password
}

export const httpAuthType: FetchMaker = () => {
  return ({ forOrigin: { headers } }) => {
    const authorization = headers.get('authorization')
    if (parseBasic(authorization)) return 'Basic'
    return bearerIn(authorization) === undefined ? undefined : 'Bearer'
  }
}

export const httpAuthBearer: FetchMaker = ([header = '']) => {
  const name = header === '' ? 'authorization' : header
  return ({ forOrigin: { headers } }) => (isFieldName(name) ? bearerIn(headers.get(name)) : undefined)
}

function bearerIn(value: string | null): string | undefined {
  return /^bearer +(.+)$/i.exec(value ?? '')?.[1]
}
