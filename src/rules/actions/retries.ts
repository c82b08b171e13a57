// Actions on how a request is tried again.

import type { ActionMaker } from '../tools.ts'

export const disableL7Retry: ActionMaker<'disableL7Retry'> = () => {
  return (transaction) => void (transaction.isL7RetryOff = true)
}
