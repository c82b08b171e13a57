// What a wrangler file says for Limpet. `limpet init` writes a new file from these parts, and `limpet check` says which of them an
// older file lacks. This repository's wrangler.toml has the same; a test compares them.

import { BINDINGS } from '../config/bindings.ts'

/** A piece of a wrangler file, as it is parsed. */
export type Section = Readonly<Record<string, unknown>>

/** What this release was tested with. */
export const COMPATIBILITY_DATE = '2026-10-20'

/** A client that hangs up cancels the server's request. Nothing of Node is needed. */
export const COMPATIBILITY_FLAGS = ['enable_request_signal', 'no_nodejs_compat', 'no_nodejs_compat_v2'] as const

export const REQUIRED_SECRETS = ['LIMPET_COOKIE_KEYS'] as const

/** The finest that Cloudflare has. */
export const CRONS = ['* * * * *'] as const

/** Sampled here, changes of states would be lost with requests; Cloudflare's own line for each request would say less than Limpet's. */
export const OBSERVABILITY = { enabled: true, logs: { head_sampling_rate: 1, invocation_logs: false } } as const

/** Names of functions are of no use to anybody there, and cost 5 KB of the bundle. */
export const SIZE = { minify: true, keep_names: false } as const

export const OBJECTS = BINDINGS.flatMap(({ name, className }) =>
  className === undefined ? [] : [{ name, class_name: className }],
)

/** Deployments have them: a row never changes, and a new class is a new row. */
export const MIGRATIONS = [
  { tag: 'v1', new_sqlite_classes: ['Monitor'] },
  { tag: 'v2', new_sqlite_classes: ['StickTable'] },
  { tag: 'v3', new_sqlite_classes: ['Slots', 'Stats'] },
] as const

/** What `limpet build` writes, seen from the wrangler file. */
export const BUILT_CONFIG = './.limpet/config.js'

/** `wrangler dev` builds again when one of these changes. */
export const BUILD = { command: 'npx limpet build', watch_dir: ['src', 'limpet.config.ts'] } as const

/** What the Worker of a project imports, as it is written there. */
export const CONFIG_ALIAS = '../limpet.config.ts'

/** What was built needs no validator, which is 55 KB with all that any configuration may need. A Worker that has another configuration besides needs it. */
export const VALIDATOR_ALIAS = { 'limpet/validator': 'limpet/no-validator' } as const

/** What the Worker of this repository imports. */
export const CHECKOUT_ALIAS = './worker-config.ts'
