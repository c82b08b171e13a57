// What rules have kept. HAProxy: configuration manual 7.3.2 "var".

import type { FetchMaker } from '../tools.ts'
import { readVariable } from '../variables.ts'

export const variable: FetchMaker = ([name = '', otherwise]) => {
  return (transaction, view) => readVariable(name, transaction, view) ?? otherwise
}
