import { format } from 'oxfmt'
import { readModel } from './model.ts'
import { inputTypes } from './types.ts'
const model = await readModel()
const t = inputTypes(model)
const out = await format('input.ts', t, { semi: false, singleQuote: true, printWidth: 120, trailingComma: 'all' })
console.log(out.errors)
console.log(out.code)
