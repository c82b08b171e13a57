// `limpet schema`: the configuration's JSON Schema, for editors and for JSON configurations. It is generated from the options' rows.

import { readFileSync } from 'node:fs'

export function printSchema(): void {
  process.stdout.write(readFileSync(new URL('../../limpet.schema.json', import.meta.url)))
}
