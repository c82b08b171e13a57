// `npm run options`: writes what is generated from the rows of src/config/options.

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { generatedFiles } from './files.ts'
import { ROOT } from './root.ts'

for (const [path, text] of await generatedFiles()) writeFileSync(join(ROOT, path), text)
