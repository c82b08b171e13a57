#!/usr/bin/env node
// The CLI is TypeScript; tsx runs it, and the operator's limpet.config.ts. What an older Node would fail on is loaded behind the
// check, so that it says what is needed.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major < 22 || (major === 22 && minor < 18)) {
  console.error(
    `limpet needs Node 22.18 or later, and this is ${process.versions.node}: https://nodejs.org/en/download`,
  )
  process.exit(1)
}
const { register } = await import('tsx/esm/api')

register()
await import('../src/cli/main.ts')
