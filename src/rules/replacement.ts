// `replace-header`, `replace-path` and `replace-pathq`: a value that matches is replaced as a whole, by a text that may contain
// groups of the match. HAProxy: configuration manual 4.2 "http-request replace-header".

import type { Replacement } from '../config/rules/header-action.ts'
import { bytesOf, textOf } from '../pattern/bytes.ts'
import { filled } from './filled.ts'
import type { Tools } from './tools.ts'
import { compileTemplate } from './samples.ts'
import type { Transaction } from './transaction.ts'
import type { View } from './view.ts'

export type Replace = (value: string, transaction: Transaction, view: View) => string

export function compileReplacement({ match, with: template }: Replacement, tools: Tools): Replace {
  const pattern = tools.patternOf(match, { keepsGroups: true })
  const textFor = compileTemplate(template, tools)
  return (value, transaction, view) => {
    const groups = pattern.match(bytesOf(value))
    return groups ? textOf(filled(textFor(transaction, view), groups)) : value
  }
}
