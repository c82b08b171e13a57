// The operator's entry: defineConfig gives limpet.config.ts its types, and nothing else.

import type { LimpetConfig } from './options/input.ts'

/** A configuration, or a function of the Worker's `env` that makes one (origins from `[vars]`, say). */
export type ConfigSource<Env = Record<string, unknown>> = LimpetConfig | ((env: Env) => LimpetConfig)

/**
 * Types a limpet.config.ts. Validation happens at start and in `limpet check`.
 * @example export default defineConfig({ backends: [{ name: 'app', servers: [{ name: 's1', url: 'https://s1.example.com' }] }] })
 */
export function defineConfig<Env = Record<string, unknown>>(config: ConfigSource<Env>): ConfigSource<Env> {
  return config
}

/** Of whichever type its `env` is. */
export type AnyConfigSource = ConfigSource<never>

/** The written configuration for this `env`. */
export function configFor(source: AnyConfigSource, env: Record<string, unknown>): unknown {
  return typeof source === 'function' ? source(env as never) : source
}
