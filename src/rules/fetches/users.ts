// Who the client proves to be. HAProxy: configuration manual 7.3.6 "http_auth".

import type { FetchMaker } from '../tools.ts'

export const httpAuth: FetchMaker = ([userlist = '']) => {
  return (transaction, view) => view.groupsOf(userlist, transaction) !== undefined
}

export const httpAuthGroup: FetchMaker = ([userlist = '']) => {
  return (transaction, view) => view.groupsOf(userlist, transaction)
}
