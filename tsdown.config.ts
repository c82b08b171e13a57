// The package's dist: a module of JavaScript for each of src, since `limpet build` bundles some of them; the Worker of `limpet serve`,
// bundled; and the types of what others import, one file for each entry.

import { basename } from 'node:path'

import { defineConfig } from 'tsdown'
import type { Rolldown } from 'tsdown'

import { bundleServedAlone } from './src/cli/bundle.ts'
import manifest from './package.json' with { type: 'json' }

/** What package.json exports: the module of src, and the name of its types where it has some. */
const EXPORTED = Object.values<string | { types: string; default: string }>(manifest.exports).flatMap((entry) => {
  const [file, types] = typeof entry === 'string' ? [entry] : [entry.default, entry.types]
  if (!file.endsWith('.js')) return []
  const source = file.replace('./dist/', 'src/').replace(/\.js$/, '.ts')
  return [{ source, types: types && basename(types, '.d.ts') }]
})

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
    // All, not only those that are exported: a module that is no entry may be drawn into another, and what `limpet build` writes
    // imports some by their files.
    entry: ['src/**/*.ts', '!src/**/*.test.ts', '!src/**/testing.ts', '!src/worker-config.ts'],
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
    copy: [{ from: 'src/cli/serve/listener-thread.js', to: 'dist/cli/serve' }],
    hooks: { 'build:done': () => bundleServedAlone('dist/served-worker.js') },
  },
  {
    entry: Object.fromEntries(EXPORTED.flatMap(({ source, types }) => (types ? [[types, source]] : []))),
    outDir: 'dist/types',
    platform: 'neutral',
    dts: { dtsOnly: true },
    inputOptions: { checks: { pluginTimings: false } },
    deps: { neverBundle: [/^cloudflare:/] },
  },
])
