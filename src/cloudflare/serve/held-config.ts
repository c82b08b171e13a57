// The configuration by which the keeper's objects go: the one that the Worker was built with, until a reload brings a later one.

import type { Config } from '../../config/config.ts'
import type { Env } from '../env.ts'
import { generationOf } from './served-env.ts'

export interface HeldConfig {
  configOf(env: Env): Config
  /** False: it is not later than what is held. */
  take(env: Env, config: Config, generation: number): boolean
}

export function createHeldConfig(builtConfigOf: (env: Env) => Config): HeldConfig {
  let held: { readonly config: Config; readonly generation: number } | undefined
  return {
    configOf: (env) => held?.config ?? builtConfigOf(env),
    take(env, config, generation) {
      if (generation <= (held?.generation ?? generationOf(env))) return false
      held = { config, generation }
      return true
    },
  }
}
