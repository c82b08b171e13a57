// HAProxy's words -> Limpet's options: docs/from-haproxy.md. Lines that are no option of a row (rules, commands) are written by hand in
// from-haproxy.md beside this file, with `<!-- CONCEPT -->` where the rows of a concept belong.

import * as v from 'valibot'

import { exampleOf } from './example.ts'
import { codeText, defaultsOf } from './facts.ts'
import { anchor, titleOf } from './headings.ts'
import { isInTheRules, lineOf, wordsOf } from './haproxy-words.ts'
import type { Property } from './form.ts'
import type { Option } from '../src/config/option.ts'
import type { Model, Part } from './model.ts'
import { sampleStatusTables } from './sample-status.ts'
import { statusTables } from './line-status.ts'
import { literalText } from './words.ts'

export function fromHaproxyPage(byHand: string, model: Model): string {
  const parts = [...model.values()]
  const cells = byHand.split('\n').map((line) => /^\|([^|]*)\|/.exec(line)?.[1] ?? '')
  const isByHand = (line: string) => cells.some((cell) => cell.includes(`\`${line} `) || cell.includes(`\`${line}\``))
  const page = byHand.replaceAll(/^<!-- (\w+) -->$/gm, (_, name: string) => {
    const part = parts.find((each) => each.name === name)
    if (!part?.concept) throw new Error(`generate/from-haproxy.md: there is no concept ${name}`)
    return rowsOf(part, model, isByHand).join('\n')
  })
  return page
    .replace('<!-- without a word -->', () => own(parts, model).join('\n'))
    .replace('<!-- every sample -->', () => sampleStatusTables().join('\n').trim())
    .replace('<!-- every word -->', () => statusTables().join('\n').trim())
}

function rowsOf(part: Part, model: Model, isByHand: (line: string) => boolean): readonly string[] {
  // Rows that are spread into this concept stand at their own, unless that is never written by itself.
  const isOwn = ({ home }: Property) => home === part.name || ![...model.values()].some(({ name }) => name === home)
  return properties(part)
    .filter(isOwn)
    .flatMap((property) =>
      (property.row && property.key !== 'if' ? wordsOf(property.row) : [])
        .filter((word) => !isByHand(lineOf(word, property.home)))
        .map((word) => {
          const value = word.means ?? (v.is(property.schema, true) ? true : exampleOf(property, model))
          const line = lineOf(word, property.home, value)
          return tableRow([`\`${line}\``, written(property, value, part), defaultCell(property)])
        }),
    )
}

/** Options that HAProxy has no word for. Rows that are spread into several concepts stand here once. */
function own(parts: readonly Part[], model: Model): readonly string[] {
  const seen = new Set<Option>()
  return parts.flatMap((part) =>
    properties(part).flatMap((property) => {
      const { row, isRequired, sentence } = property
      if (!row || isRequired || wordsOf(row).length > 0 || seen.has(row)) return []
      if (isInTheRules(part.name, property.key)) return []
      seen.add(row)
      return [tableRow([sentence, written(property, exampleOf(property, model), part), defaultCell(property)])]
    }),
  )
}

function written({ key }: Property, value: unknown, part: Part): string {
  return `[\`${key}: ${literalText(value)}\`](configuration.md#${anchor(titleOf(part, key))})`
}

function defaultCell(property: Property): string {
  const defaults = defaultsOf(property)
  if (!defaults) return ''
  if (property.depends !== undefined) return defaults.limpet
  const [limpet, haproxy] = [codeText(defaults.limpet), codeText(defaults.haproxy)]
  return limpet === haproxy ? limpet : `${limpet} (HAProxy: ${haproxy})`
}

function properties({ form }: Part): readonly Property[] {
  return form.kind === 'object' ? form.properties : []
}

function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`
}
