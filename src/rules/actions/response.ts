// Actions on the response besides its headers. HAProxy: configuration manual 4.2 "http-response set-status".

import type { ActionMaker } from '../tools.ts'

export const setStatus: ActionMaker<'setStatus'> = ({ setStatus: { status, reason } }) => {
  return (_, { response }) => {
    response!.status = status
    response!.reason = reason ?? ''
    return undefined
  }
}
