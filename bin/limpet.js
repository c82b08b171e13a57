#!/usr/bin/env node
// The package has the command as JavaScript; a checkout has only its source, which Node runs as it is. What an older Node would fail
// on is loaded behind the check, so that it says what is needed.
import { existsSync } from 'node:fs'

const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `limpet needs Node 22.18 or later, and this is ${process.versions.node}: https://nodejs.org/en/download`,
  )
  process.exit(1)
}
const source = new URL('../src/cli/main.ts', import.meta.url)
await import(existsSync(source) ? source.href : '../dist/cli/main.js')
