#!/usr/bin/env node
// The package has the command as JavaScript; a checkout has only its source, which Node runs as it is. What an older Node would fail
// on is loaded behind the check, so that it says what is needed.
import { existsSync } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `limpet needs Node 22.18 or later, and this is ${process.versions.node}: https://nodejs.org/en/download`,
  )
  process.exit(1)
}
const source = new URL('../src/cli/main.ts', import.meta.url)
const isCheckout = existsSync(source)
// Removing the types from some hundred files takes longer than what most commands do.
if (isCheckout) enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/limpet/compiled', import.meta.url)))
await import(isCheckout ? source.href : '../dist/cli/main.js')
