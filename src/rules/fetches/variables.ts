// What rules have kept under a name.

import type { FetchMaker } from '../tools.ts'
import { readVariable } from '../variables.ts'

export const readVar: FetchMaker = ([name = '', otherwise]) => {
  return (transaction, view) => readVariable(name, transaction, view) ?? otherwise
}
