// Actions on variables. HAProxy: configuration manual 4.2 "http-request set-var", 7.3.1 "set-var".

import { assign } from '../assignment.ts'
import { compileSample, compileTemplate } from '../samples.ts'
import type { ActionMaker } from '../tools.ts'
import { lastOf } from '../values.ts'
import { writeVariable } from '../variables.ts'

export const setVar: ActionMaker<'setVar'> = ({ setVar: { name, sample, text, when } }, tools) => {
  const find = sample ? compileSample(sample, tools) : compileTemplate(text, tools)
  return (transaction, view) => {
    const value = lastOf(find(transaction, view))
    if (value !== undefined) assign(name, when, value, transaction, view)
    return undefined
  }
}

export const unsetVar: ActionMaker<'unsetVar'> = ({ unsetVar: name }) => {
  return (transaction, view) => void writeVariable(name, undefined, transaction, view)
}
