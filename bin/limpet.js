#!/usr/bin/env node
// The CLI is TypeScript; tsx runs it, and the operator's limpet.config.ts, on any Node from 20.12 on.
import { register } from 'tsx/esm/api'

register()
await import('../src/cli/main.ts')
