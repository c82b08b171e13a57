import { format } from 'oxfmt'
import { readModel } from './model.ts'
import { inputTypes } from './types.ts'
const model = await readModel()
const t = inputTypes(model)
const out = await format('input.ts', t, { semi: false, singleQuote: true, printWidth: 120, trailingComma: 'all' })
console.log(out.errors)
console.log(out.code)
import { jsonSchema } from './json-schema.ts'
import { writeFileSync } from 'node:fs'
writeFileSync('/tmp/schema.json', jsonSchema(model))
import { configurationPage } from './reference.ts'
import { readFileSync } from 'node:fs'
writeFileSync('/tmp/configuration.md', configurationPage(readFileSync('generate/configuration.md', 'utf8'), model))
