// What is generated from the rows, as files: input types for editors, the JSON Schema, and two documents.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { format } from 'oxfmt'

import { fromHaproxyPage } from './from-haproxy.ts'
import { jsonSchema } from './json-schema.ts'
import { readAllSentences, readModel } from './model.ts'
import { configurationPage } from './reference.ts'
import { ROOT } from './root.ts'
import { sameAsRows } from './same.ts'
import { inputTypes } from './types.ts'

/** Text by path from the repository's root. */
export async function generatedFiles(): Promise<ReadonlyMap<string, string>> {
  const model = await readModel()
  const byHand = (name: string) => readFileSync(join(ROOT, 'generate', name), 'utf8')
  return new Map([
    ['src/config/options/input.ts', await formatted(inputTypes(model))],
    ['generate/same-as-rows.ts', await formatted(sameAsRows(model))],
    ['limpet.schema.json', jsonSchema(model)],
    ['docs/configuration.md', configurationPage(byHand('configuration.md'), model, readAllSentences())],
    ['docs/from-haproxy.md', fromHaproxyPage(byHand('from-haproxy.md'), model)],
  ])
}

async function formatted(source: string): Promise<string> {
  const { ignorePatterns: _, ...options } = JSON.parse(readFileSync(join(ROOT, '.oxfmtrc.json'), 'utf8'))
  const { code, errors } = await format('input.ts', source, options)
  if (errors.length > 0) throw new Error(`input.ts: ${errors[0]!.message}`)
  return code
}
