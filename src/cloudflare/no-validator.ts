// Takes the place of validator.ts in a Worker whose configurations are all built before (`limpet build`).

import type { AnyConfigSource } from '../config/define.ts'
import { LimpetError } from '../errors.ts'
import type { WorkerConfig } from './balanced-worker.ts'

export function validated(_source: AnyConfigSource): WorkerConfig {
  return {
    configOf() {
      throw new LimpetError(
        'CONFIG_INVALID',
        "createLimpet was given a configuration that `limpet build` did not write, and wrangler's [alias] leaves the validator out: let [alias] lead from the file that is imported to .limpet/config.js, or remove limpet/validator there",
      )
    },
  }
}
