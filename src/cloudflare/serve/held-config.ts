// The configuration by which the keeper's objects go: the one that the Worker was built with, until a reload brings a later one.

import type { Config } from '../../config/config.ts'

/** `Env`: what the Worker is given. */
export interface HeldConfig<Env> {
  configOf(env: Env): Config
  /** False: it is not later than what is held. */
  take(env: Env, config: Config, generation: number): boolean
  /** The one before it holds again, and this one is not taken any more. False: it is not what is held. */
  withdraw(env: Env, generation: number): boolean
}

/** `generationOf`: the one that the Worker was built for. */
export function createHeldConfig<Env>(
  builtConfigOf: (env: Env) => Config,
  generationOf: (env: Env) => number,
): HeldConfig<Env> {
  let held: { readonly config: Config; readonly generation: number } | undefined
  let before: Config | undefined
  const configOf = (env: Env) => held?.config ?? builtConfigOf(env)
  return {
    configOf,
    take(env, config, generation) {
      if (generation <= (held?.generation ?? generationOf(env))) return false
      before = configOf(env)
      held = { config, generation }
      return true
    },
    withdraw(env, generation) {
      if (held?.generation !== generation) return false
      held = { config: before ?? builtConfigOf(env), generation }
      return true
    },
  }
}
