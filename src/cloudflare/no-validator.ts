// Takes the place of validator.ts in a Worker whose configurations are all built before (`limpet build`).

import type { AnyConfigSource } from '../config/define.ts'
import { LimpetError } from '../errors.ts'

/** Throws while the isolate starts: then Cloudflare refuses the deploy, and the version before goes on. */
export function validated(_source: AnyConfigSource): never {
  throw new LimpetError(
    'CONFIG_INVALID',
    "createLimpet was given a configuration that `limpet build` did not write, and wrangler's [alias] leaves the validator out: write on the left in [alias] what your code imports it by, or remove limpet/validator there",
  )
}
