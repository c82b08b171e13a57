// `limpet`: what a Worker imports. Only workerd can load it; what runs in Node as well is in config-entry.ts.

export { createLimpet } from './cloudflare/limpet.ts'
export type { BuiltConfig } from './cloudflare/limpet.ts'
export type { Limpet } from './cloudflare/balanced-worker.ts'
export type { Env } from './cloudflare/env.ts'
export * from './config-entry.ts'
