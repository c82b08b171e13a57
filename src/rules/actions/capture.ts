// The action on the slots of a frontend's captures. HAProxy: configuration manual 4.2 "http-request capture".

import { compileText } from '../samples.ts'
import type { ActionMaker } from '../tools.ts'

export const capture: ActionMaker<'capture'> = ({ capture: { sample, slot } }, tools, phase) => {
  const textOf = compileText(sample, tools)
  return (transaction, view) => {
    const text = textOf(transaction, view)
    if (text !== undefined) transaction.captures?.write(phase, slot, text)
    return undefined
  }
}
