// What worker.ts is built from: limpet.config.ts, validated and resolved by the Worker. `limpet build` writes a module that has
// done both before, and that takes this one's place in a bundle: by `[alias]` in wrangler.toml, and by `limpet serve`.

import source from '../limpet.config.ts'
import { validated } from './cloudflare/validator.ts'

export default validated(source)
