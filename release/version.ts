// What `npm version` runs between its change of package.json and its commit: writes the version into the other files that have it.
// test/contract/release.test.ts holds them to package.json.

import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const WRITTEN = /(?<=^export const VERSION = '|^    "limpet": "\^)[^'"]+/m

const textOf = (file: string) => readFileSync(join(ROOT, file), 'utf8')
const { version } = JSON.parse(textOf('package.json')) as { version: string }

const files = ['src/deployment.ts', ...globSync('examples/*/package.json', { cwd: ROOT })]
for (const file of files) {
  const text = textOf(file)
  if (!WRITTEN.test(text)) throw new Error(`${file}: no version of Limpet was found to write ${version} in its place`)
  writeFileSync(join(ROOT, file), text.replace(WRITTEN, version))
}
execFileSync('git', ['add', ...files], { cwd: ROOT, stdio: 'inherit' })
