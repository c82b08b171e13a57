// The package's dist: a module of JavaScript for each of src, since `limpet build` and `limpet serve` bundle some of them, and the types
// of what others import, one file for each entry.

import { defineConfig } from 'tsdown'
import type { Rolldown } from 'tsdown'

/** What stands for a module of src in dist, where it is left to whoever bundles. */
const LEFT_OPEN: Readonly<Record<string, string>> = {
  // `limpet build` writes it.
  './worker-config.ts': './worker-config.js',
  // [alias] of a wrangler file leads to limpet/no-validator.
  './validator.ts': 'limpet/validator',
}

const leaveOpen: Rolldown.Plugin = {
  name: 'leave-open',
  resolveId(source) {
    const id = LEFT_OPEN[source]
    return id === undefined ? undefined : { id, external: true }
  },
}

export default defineConfig([
  {
    entry: [
      'src/index.ts',
      'src/config-entry.ts',
      'src/hono.ts',
      'src/worker.ts',
      'src/cloudflare/validator.ts',
      'src/cloudflare/no-validator.ts',
      'src/cli/main.ts',
    ],
    outDir: 'dist',
    root: 'src',
    unbundle: true,
    platform: 'neutral',
    target: 'es2024',
    fixedExtension: false,
    dts: false,
    deps: { neverBundle: [/^cloudflare:/, /^node:/] },
    plugins: [leaveOpen],
    inputOptions: { checks: { pluginTimings: false } },
    copy: [{ from: 'src/cli/control-worker.js', to: 'dist/cli' }],
  },
  {
    entry: { index: 'src/index.ts', config: 'src/config-entry.ts', hono: 'src/hono.ts' },
    outDir: 'dist/types',
    platform: 'neutral',
    dts: { dtsOnly: true },
    inputOptions: { checks: { pluginTimings: false } },
    deps: { neverBundle: [/^cloudflare:/] },
  },
])
