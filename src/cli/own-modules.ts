// Where modules of Limpet itself are, for what is generated and what operators write: TypeScript in a checkout, JavaScript in the
// package.

import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'

import type { Plugin } from 'esbuild'

const EXTENSION = extname(import.meta.url)

/** Else this is a checkout, which nothing imports by its name. */
export const IS_PACKAGE = EXTENSION === '.js'

/** The absolute path of a module. `name`: within src, such as `cloudflare/limpet`. */
export function ownModule(name: string): string {
  return fileURLToPath(new URL(`../${name}${EXTENSION}`, import.meta.url))
}

const ENTRIES = new Map([
  ['limpet', 'index'],
  ['limpet/config', 'config-entry'],
])

/** `limpet/config` in an operator's file is what this command is part of, installed beside the file or not. */
export const ownEntries: Plugin = {
  name: 'own-entries',
  setup({ onResolve }) {
    onResolve({ filter: /^limpet(?:\/config)?$/ }, ({ path }) => ({ path: ownModule(ENTRIES.get(path)!) }))
  },
}
