// The library's public face.

export { createLimpet } from './cloudflare/limpet.ts'
export type { Limpet } from './cloudflare/limpet.ts'
export { defineConfig } from './config/define.ts'
export type { ConfigSource } from './config/define.ts'
export { limpetSchema } from './config/options/root.ts'
export type * from './config/options/input.ts'
export { validateConfig } from './config/validate.ts'
export type { ConfigIssue, Target } from './config/issue.ts'
export { LimpetError } from './errors.ts'
export type { LimpetErrorCode } from './errors.ts'
